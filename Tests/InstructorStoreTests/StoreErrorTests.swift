import InstructorStore
import Testing

@Suite struct StoreErrorTests {
  private let call = CallContext(backend: "postgres", operation: "instructors.create")

  @Test func descriptionIsOneLineWithoutValues() {
    struct ServerMessage: Error { let text = "Key (id)=(4711) already exists; password=hunter2" }
    var error = call.conflict(.instructorID, entityID: 4_711)
    error.underlying = ServerMessage()
    error.index = 3
    error.outcome = .unknown
    #expect(
      error.description
        == "conflict in instructors.create (postgres), item 3: the id is taken [instructor_id]; whether it was applied is unknown"
    )
    #expect(
      "\(call.notFound(InstructorID(4_711)))"
        == "notFound in instructors.create (postgres): there is none with this id")
    let timeout = call.error(.timeout(.lock), "too slow")
    #expect("\(timeout)" == "timeout(lock) in instructors.create (postgres): too slow")
  }

  @Test func unknownOutcomeIsNeverSafeToRetry() {
    let codes: [StoreError.Code] = [
      .notFound, .conflict, .invalidArgument, .referenceViolation, .contended, .timeout(.connection),
      .timeout(.response), .timeout(.lock), .cancelled, .poolExhausted, .unreachable, .authenticationFailed,
      .readOnly,
      .resourceExhausted, .schemaMismatch, .corruptData, .closed, .internalError,
    ]
    let passing: Set<StoreError.Code> = [
      .contended, .timeout(.connection), .timeout(.response), .timeout(.lock), .poolExhausted, .unreachable,
      .resourceExhausted, .readOnly,
    ]
    for code in codes {
      #expect(call.error(code, "x").isSafeToRetry == passing.contains(code), "\(code)")
      #expect(!call.error(code, "x", outcome: .unknown).isSafeToRetry, "\(code)")
    }
    #expect(Set(codes.map(\.description)).count == codes.count)
  }

  @Test func constraintNamesStay() {
    let names: [(Constraint, String)] = [
      (.instructorID, "instructor_id"), (.primaryOfCourse, "primary_of_course"),
      (.courseAssignment, "course_assignment"), (.version, "version"),
      (.instructorReference, "instructor_reference"),
    ]
    for (constraint, name) in names {
      #expect(constraint.rawValue == name)
      #expect(call.conflict(constraint).constraint == constraint)
    }
  }
}
