import InstructorStore
import Testing

@Suite struct ValidationTests {
  private let check = Validation(CallContext(backend: "test", operation: "instructors.create"))
  private let good = NewInstructor(firstName: "Grace", lastName: "Hopper")

  private func expectInvalid(_ field: String, _ body: () throws -> Void, line: Int = #line) {
    let error = #expect(throws: StoreError.self, "line \(line)") { try body() }
    #expect(error?.code == .invalidArgument, "line \(line)")
    #expect(error?.reason.contains(field) == true, "line \(line): \(error?.reason ?? "")")
    #expect(error?.operation == "instructors.create" && error?.backend == "test")
  }

  @Test func goodOnesPass() throws {
    try check.instructor(good)
    try check.instructors([good, good])
    try check.patch(InstructorPatch())
    try check.filter(.all)
    try check.version(nil)
    try check.version(1)
  }

  @Test func identifiers() throws {
    for id in [1, (1 << 62) - 1] as [Int64] { try check.identifier(InstructorID(id)) }
    for id in [0, -1, 1 << 62, .max, .min] as [Int64] {
      expectInvalid("courseID") { try check.identifier(CourseID(id), "courseID") }
    }
  }

  @Test func textsAreMeasuredInBytes() throws {
    try check.text("ééé", "title", bytes: 1...6)
    expectInvalid("title") { try check.text("ééé", "title", bytes: 1...5) }
    expectInvalid("title") { try check.text("", "title", bytes: 1...5) }
    expectInvalid("U+0000") { try check.text("a\0", "title", bytes: 1...5) }
    try check.text(nil, "title", bytes: 1...5)
    try check.text(FieldPatch.clear, "title", bytes: 1...5)
    try check.text(FieldPatch.keep, "title", bytes: 1...5)
    expectInvalid("title") { try check.text(FieldPatch.set(""), "title", bytes: 1...5) }
  }

  @Test func everyFieldOfANewInstructorIsChecked() {
    let changes: [(String, (inout NewInstructor) -> Void)] = [
      ("id", { $0.id = 0 }), ("firstName", { $0.firstName = "" }),
      ("middleInitial", { $0.middleInitial = "" }),
      ("lastName", { $0.lastName = "\0" }), ("academicTitle", { $0.academicTitle = "" }),
      ("title", { $0.title = "" }),
      ("organization", { $0.organization = "" }), ("learners", { $0.learners = -1 }),
      ("ratingCount", { $0.ratingCount = .max }),
      ("averageRating", { $0.averageRating = AverageRating(tenths: 51) }),
      ("courseID", { $0.courses = [.primary(0)] }), ("twice", { $0.courses = [.primary(1), .assistant(1)] }),
      ("at most 500", { $0.courses = (1...501).map { .primary(CourseID($0)) } }),
      ("twice", { $0.courses = (1...17).map { .primary(CourseID($0)) } + [.assistant(1)] }),
    ]
    for (field, change) in changes {
      var new = good
      change(&new)
      expectInvalid(field) { [new] in try check.instructor(new) }
    }
  }

  @Test func everyFieldOfAPatchIsChecked() {
    let patches: [(String, InstructorPatch)] = [
      ("firstName", InstructorPatch(firstName: "")),
      ("middleInitial", InstructorPatch(middleInitial: .set(""))),
      ("lastName", InstructorPatch(lastName: "")),
      ("academicTitle", InstructorPatch(academicTitle: .set("\0"))),
      ("title", InstructorPatch(title: .set(""))), ("organization", InstructorPatch(organization: .set(""))),
      ("learners", InstructorPatch(learners: -1)),
      ("averageRating", InstructorPatch(averageRating: .set(AverageRating(tenths: -1)))),
      ("ratingCount", InstructorPatch(ratingCount: -1)),
    ]
    for (field, patch) in patches { expectInvalid(field) { try check.patch(patch) } }
  }

  @Test func theFailingItemIsNamed() {
    var bad = good
    bad.lastName = ""
    let error = #expect(throws: StoreError.self) { try check.instructors([good, good, bad, bad]) }
    #expect(error?.index == 2)
    expectInvalid("number of instructors") { try check.instructors([]) }
    expectInvalid("number of instructors") { try check.instructors(Array(repeating: good, count: 1_001)) }
  }

  @Test func sizesAndVersions() {
    for size in [0, -1, 11, .max, .min] { expectInvalid("limit") { try check.size(size, "limit", 1...10) } }
    for version in [0, -1, .min] as [Int64] { expectInvalid("ifVersion") { try check.version(version) } }
  }

  @Test func textsThatShareAnIndexFitIt() {
    // PostgreSQL refuses keys over 2,704 bytes; with the organization in front of the name.
    let bytes =
      Limits.organizationBytes.upperBound + Limits.lastNameBytes.upperBound + Limits.firstNameBytes.upperBound
      + 8
    #expect(bytes < 2_000)
  }
}
