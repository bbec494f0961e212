import DriverKit
import InstructorStore
import TestSupport
import Testing

@testable import MongoBackend

/// Calls that share a command: each gets what it would have got alone.
///
/// One after the other: the server has one fail point of the kind they use.
extension FailureTests {
  @Suite(.serialized) struct Batches {
    static let count = 64

    static func person(_ number: Int, _ courses: CourseAssignment...) -> NewInstructor {
      NewInstructor(firstName: "Person", lastName: "Number \(number)", courses: courses)
    }

    /// Runs the calls as one batch: something keeps the only connection busy until all of them wait.
    ///
    /// - Parameter fail: Sets the fail point that the batch's command is to meet.
    static func together<Value: Sendable>(
      _ failing: FailingStore, count: Int = count, failing fail: () async throws -> Void = {},
      _ call: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Result<Value, StoreError>] {
      let store = failing.store
      let before = store.statistics()
      let held = try await HeldConnections(of: store)
      let results = try await withThrowingTaskGroup(of: (Int, Result<Value, StoreError>).self) { group in
        for number in 0..<count {
          group.addTask {
            do {
              return (number, .success(try await withStoreTimeout(.seconds(60)) { try await call(number) }))
            } catch let error as StoreError {
              return (number, .failure(error))
            }
          }
        }
        try await waitUntil("\(count) calls wait") { store.statistics().waitingCalls >= count }
        let isSet: Result<Void, any Error>
        do { isSet = .success(try await fail()) } catch { isSet = .failure(error) }
        held.letGo()
        try isSet.get()
        var results = [Result<Value, StoreError>?](repeating: nil, count: count)
        for try await (number, result) in group { results[number] = result }
        return results.compactMap { $0 }
      }
      try await held.end()
      #expect(store.statistics().batchedCalls - before.batchedCalls == count)
      return results
    }

    static func error<Value>(_ result: Result<Value, StoreError>) -> StoreError? {
      guard case .failure(let error) = result else { return nil }
      return error
    }

    @Test("Of 64 creates in one command 10 conflict, each for its own reason, and the others are there")
    func conflictsInABatch() async throws {
      try await FailingStore.with(connections: 1) { failing in
        var taken = Self.person(-1, .primary(500))
        taken.id = InstructorID(1 << 50)
        _ = try await failing.store.instructors.create(taken)
        let results = try await Self.together(failing) { number in
          var new = Self.person(number, .primary(CourseID(Int64(number) + 1)), .assistant(1_000))
          switch number {
          case 0..<4: new.id = InstructorID(1 << 50)
          case 4..<8: new.courses = [.primary(500)]
          // Both rules are broken: the id comes first.
          case 8:
            new.id = InstructorID(1 << 50)
            new.courses = [.primary(500)]
          // Of two with one course, one may be there.
          case 9, 10: new.courses = [.primary(700)]
          default: break
          }
          return try await failing.store.instructors.create(new)
        }
        let constraints = results.map { Self.error($0)?.constraint }
        #expect(constraints[0..<4].allSatisfy { $0 == .instructorID })
        #expect(constraints[4..<8].allSatisfy { $0 == .primaryOfCourse })
        #expect(constraints[8] == .instructorID)
        #expect(Set(constraints[9...10]) == [nil, .primaryOfCourse])
        for (number, result) in results.enumerated() {
          switch result {
          case .failure(let error):
            #expect(number <= 10)
            #expect(error.code == .conflict)
            #expect(error.outcome == .notApplied)
            #expect(error.operation == "instructors.create")
            #expect(error.entityID != nil)
          case .success(let created): #expect(try await failing.other.instructors.get(created.id) == created)
          }
        }
        #expect(results.count { Self.error($0) != nil } == 10)
        #expect(try await failing.other.instructors.count(.all, upTo: 100) == 54 + 1)
      }
    }

    @Test("One bad create in a full batch fails alone")
    func oneBadCreateInAFullBatch() async throws {
      try await FailingStore.with(connections: 1) { failing in
        _ = try await failing.store.instructors.create(Self.person(-1, .primary(8)))
        let results = try await Self.together(failing, count: 256) { number in
          try await failing.store.instructors.create(
            Self.person(number, .primary(CourseID(Int64(number) + 1))))
        }
        #expect(failing.store.statistics().largestBatch == 256)
        for (number, result) in results.enumerated() {
          if number == 7 {
            #expect(Self.error(result)?.constraint == .primaryOfCourse)
            #expect(Self.error(result)?.outcome == .notApplied)
          } else {
            #expect(try result.get().lastName == "Number \(number)")
          }
        }
        #expect(try await failing.other.instructors.count(.all, upTo: 1_000) == 256)
      }
    }

    @Test(
      "A command that fails as a whole leaves each create unknown, unless the code proves that nothing was done",
      arguments: [
        (Int32(50), StoreError.Code.timeout(.response), StoreError.Outcome.unknown),
        (10_107, .unreachable, .notApplied), (189, .unreachable, .unknown),
        (14_031, .resourceExhausted, .unknown),
        (13, .authenticationFailed, .notApplied),
      ])
    func failedInsert(code: Int32, expected: StoreError.Code, outcome: StoreError.Outcome) async throws {
      try await FailingStore.with(connections: 1) { failing in
        _ = try await failing.store.instructors.create(Self.person(-1))
        let results = try await Self.together(failing, count: 8) {
          try await failing.set(1, "insert") { $0.append("errorCode", code) }
        } _: {
          try await failing.store.instructors.create(Self.person($0))
        }
        for error in results.map(Self.error) {
          #expect(error?.code == expected)
          #expect(error?.outcome == outcome)
          #expect(error?.entityID != nil)
        }
        #expect(Set(results.map { Self.error($0)?.entityID }).count == 8)
        _ = try await failing.store.instructors.create(Self.person(9))
      }
    }

    @Test("Creates that are not acknowledged are unknown, those that conflict are not")
    func unacknowledgedInsert() async throws {
      try await FailingStore.with(connections: 1) { failing in
        _ = try await failing.store.instructors.create(Self.person(-1, .primary(5)))
        let results = try await Self.together(failing, count: 8) {
          try await failing.set(1, "insert") { writer in
            writer.document("writeConcernError") { writer in
              writer.append("code", Int32(64))
              writer.append("errmsg", "waiting for replication timed out" as StaticString)
            }
          }
        } _: { number in
          try await failing.store.instructors.create(
            Self.person(number, .primary(number == 3 ? 5 : CourseID(100 + Int64(number)))))
        }
        for (number, error) in results.map(Self.error).enumerated() {
          #expect(error?.outcome == (number == 3 ? .notApplied : .unknown))
          #expect(error?.code == (number == 3 ? .conflict : .timeout(.response)))
        }
      }
    }

    @Test(
      "Creates whose time ends while the ids of their batch are fetched have applied nothing and harm no other"
    )
    func slowIDs() async throws {
      try await FailingStore.with(connections: 1) { failing in
        let results = try await Self.together(failing, count: 3) {
          try await failing.set(1, "findAndModify") { writer in
            writer.append("blockConnection", true)
            writer.append("blockTimeMS", Int32(2_500))
          }
        } _: { number in
          if number < 2 {
            return try await withStoreTimeout(.milliseconds(1_500)) {
              try await failing.store.instructors.create(Self.person(number))
            }
          }
          try await waitUntil("the others wait") { failing.store.statistics().waitingCalls == 2 }
          return try await failing.store.instructors.create(Self.person(number))
        }
        for number in 0..<2 { #expect(Self.error(results[number])?.outcome == .notApplied) }
        #expect(try results[2].get().lastName == "Number 2")
        #expect(try await failing.other.instructors.count(.all, upTo: 10) == 1)
        #expect(failing.store.statistics().connectionsDiscarded == 0)
      }
    }

    @Test("A read command that fails is made again one by one; one that breaks the connection, on another")
    func failedReads() async throws {
      try await FailingStore.with(connections: 1) { failing in
        let created = try await failing.store.instructors.createMany((0..<16).map { Self.person($0) })
        for failure in ["errorCode", "closeConnection"] as [StaticString] {
          let results = try await Self.together(failing) {
            try await failing.set(1, "find") { writer in
              if failure.description == "errorCode" {
                writer.append(failure, Int32(8))
              } else {
                writer.append(failure, true)
              }
            }
          } _: { number in
            try await failing.store.instructors.get(created[number % 16].id)
          }
          for (number, result) in results.enumerated() { #expect(try result.get() == created[number % 16]) }
        }
      }
    }

    @Test("One document that can't be read costs its own reader only")
    func corruptDocument() async throws {
      try await FailingStore.with(connections: 1) { failing in
        let created = try await failing.store.instructors.createMany(
          (0..<16).map { Self.person($0, .primary(CourseID(Int64($0) + 1)), .assistant(99)) })
        let victim = created[5].id.rawValue
        try await failing.other.command { writer in
          writer.append("update", Collections.instructors)
          writer.append("bypassDocumentValidation", true)
          writer.array("updates") { writer in
            writer.document(at: 0) { writer in
              writer.document("q") { $0.append("_id", victim) }
              writer.document("u") { writer in writer.document("$set") { $0.append("version", "x") } }
            }
          }
        }
        let gets = try await Self.together(failing) { number in
          try await failing.store.instructors.get(created[number % 16].id)
        }
        for (number, result) in gets.enumerated() {
          if number % 16 == 5 {
            #expect(Self.error(result)?.code == .corruptData)
          } else {
            #expect(try result.get() == created[number % 16])
          }
        }
        let teams = try await Self.together(failing) { number in
          try await failing.store.instructors.team(of: CourseID(Int64(number % 16) + 1))
        }
        for (number, result) in teams.enumerated() {
          if number % 16 == 5 {
            #expect(Self.error(result)?.code == .corruptData)
          } else {
            #expect(try result.get().primary == created[number % 16])
          }
        }
      }
    }

    @Test("Readers of the same, of different and of missing things each get their own")
    func mixedKeys() async throws {
      try await FailingStore.with(connections: 1) { failing in
        let created = try await failing.store.instructors.createMany(
          (0..<8).map { number in
            Self.person(
              number, .primary(CourseID(Int64(number) + 1)), .assistant(100),
              .assistant(CourseID(Int64(number % 2) + 200)))
          })
        let courses: [CourseID] = [1, 5, 100, 200, 201, 300]
        let alone = try await courses.asyncMap { try await failing.other.instructors.team(of: $0) }
        #expect(alone[2].assistants.count == 8)
        let teams = try await Self.together(failing) { number in
          try await failing.store.instructors.team(of: courses[number % courses.count])
        }
        for (number, result) in teams.enumerated() {
          #expect(try result.get() == alone[number % courses.count])
        }
        let primaries = try await Self.together(failing) { number in
          try await failing.store.instructors.primary(of: CourseID(Int64(number % 10) + 1))
        }
        for (number, result) in primaries.enumerated() {
          #expect(try result.get() == (number % 10 < 8 ? created[number % 10] : nil))
        }
        let gets = try await Self.together(failing) { number in
          try await failing.store.instructors.get(
            number % 9 < 8 ? created[number % 9].id : InstructorID(1 << 60))
        }
        for (number, result) in gets.enumerated() {
          if number % 9 < 8 {
            #expect(try result.get() == created[number % 9])
          } else {
            #expect(Self.error(result)?.code == .notFound)
            #expect(Self.error(result)?.entityID == (1 << 60))
          }
        }
      }
    }

    @Test("Teams that are too large together are read by themselves")
    func largeTeams() async throws {
      try await FailingStore.with(connections: 1) { failing in
        let everybody = (1...3).map { CourseAssignment.assistant(CourseID($0)) }
        for start in [0, 600] {
          _ = try await failing.store.instructors.createMany(
            (start..<start + 600).map { number in
              NewInstructor(
                firstName: "A", lastName: "\(number)", courses: number < 900 ? everybody : [.assistant(3)])
            })
        }
        let teams = try await Self.together(failing, count: 6) { number in
          try await failing.store.instructors.team(of: CourseID(Int64(number % 3) + 1))
        }
        for (number, result) in teams.enumerated() {
          if number % 3 == 2 {
            #expect(Self.error(result)?.code == .resourceExhausted)
          } else {
            #expect(try result.get().assistants.count == 900)
          }
        }
      }
    }
  }
}

extension Array {
  fileprivate func asyncMap<Value>(_ body: (Element) async throws -> Value) async throws -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await body(element)) }
    return values
  }
}
