import Dispatch
import DriverKit
import InstructorStore
import TestSupport
import Testing

@testable import PostgresBackend

/// Writes that share a transaction on a real server. The store has one connection, which is kept busy until all calls
/// wait, so that they go together.
@Suite(.serialized) struct BatchTests {
  private static let grace = NewInstructor(firstName: "Grace", lastName: "Hopper")
  private static let oneConnection = PostgresOptions.patient()

  @Test func createsOfWhichSomeDrawTakenIDsAllSucceed() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      let first = try await store.instructors.create(Self.grace).id.rawValue
      // Somebody imports ten of the ids that the allocator has drawn already.
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema))
      let taken = (1...10).map { InstructorID(first + Int64($0) * 6) }
      for id in taken {
        _ = try await other.instructors.create(NewInstructor(id: id, firstName: "Im", lastName: "Ported"))
      }
      await other.close()
      let results = try await together(64, on: store) { number throws(StoreError) in
        try await store.instructors.create(NewInstructor(firstName: "F\(number)", lastName: "L"))
      }
      let created = try results.map { try $0.get() }
      #expect(store.statistics().largestBatch == 64)
      #expect(Set(created.map(\.id)).count == 64)
      for (number, instructor) in created.enumerated() {
        #expect(instructor.firstName == "F\(number)")
        #expect(try await store.instructors.get(instructor.id) == instructor)
      }
      for id in taken { #expect(try await store.instructors.get(id).lastName == "Ported") }
      #expect(try await store.instructors.count(.all, upTo: 1_000) == 75)
    }
  }

  @Test func createsWithCoursesShareATransactionAndConflictAlone() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      let taken = Set((0..<10).map { $0 * 6 })
      let earlier = try await store.instructors.create(
        NewInstructor(
          firstName: "Grace", lastName: "Hopper", courses: taken.map { .primary(CourseID(Int64($0 + 1))) }))
      let before = store.statistics().exchanges
      let results = try await together(64, on: store) { number throws(StoreError) in
        try await store.instructors.create(
          NewInstructor(
            firstName: "F\(number)", lastName: "L",
            courses: [.assistant(CourseID(1_000)), .primary(CourseID(Int64(number + 1)))]))
      }
      #expect(store.statistics().largestBatch == 64)
      // The lease that held the connection, and the batch.
      #expect(store.statistics().exchanges == before + 2)
      for (number, result) in results.enumerated() {
        let course = CourseID(Int64(number + 1))
        let primary = try await store.instructors.primary(of: course)
        if taken.contains(number) {
          #expect(result.failure?.code == .conflict)
          #expect(result.failure?.constraint == .primaryOfCourse)
          #expect(result.failure?.outcome == .notApplied)
          #expect(primary == earlier)
        } else {
          let created = try result.get()
          #expect(created.firstName == "F\(number)")
          #expect(created.courses.map(\.courseID) == [course, CourseID(1_000)])
          #expect(primary == created)
        }
      }
      #expect(try await store.instructors.team(of: CourseID(1_000)).assistants.count == 54)
      #expect(try await store.instructors.count(.all, upTo: 1_000) == 55)
    }
  }

  @Test func createsThatShareAStatementStoreWhatEachAskedFor() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      let texts: [String?] = [nil, "{}", "NULL", "{a,\"b\"}", "\\", "'; --", "\u{E9}e\u{301}\u{10FFFF}", " "]
      @Sendable func new(_ number: Int) -> NewInstructor {
        var new = NewInstructor(
          firstName: "{\(number),\"}", lastName: "L\(number)", learners: Int64(number) * 1_000_000)
        new.middleInitial = number % 3 == 0 ? "M" : nil
        new.academicTitle = texts[number % 8]
        new.title = texts[(number + 3) % 8]
        new.organization = texts[(number + 5) % 8]
        new.averageRating = number % 4 == 0 ? nil : AverageRating(tenths: number % 51)
        new.ratingCount = number % 4 == 0 ? 0 : Int64(number)
        // None, a primary, assistants, and both.
        if number % 4 > 1 { new.courses += [.assistant(CourseID(Int64(900 - number))), .assistant(1_000)] }
        if number % 2 == 1 { new.courses.append(.primary(CourseID(Int64(number + 1)))) }
        return new
      }
      let results = try await together(64, on: store) { number throws(StoreError) in
        try await store.instructors.create(new(number))
      }
      for (number, result) in results.enumerated() {
        let created = try result.get()
        #expect(created == Instructor(new(number), id: created.id))
        #expect(try await store.instructors.get(created.id) == created)
        for course in created.courses {
          let team = try await store.instructors.team(of: course.courseID)
          #expect((team.primary == created) == (course.role == .primary))
          #expect(team.assistants.contains(created) == (course.role == .assistant))
        }
      }
      // One statement for all of them: none for a single one was ever prepared.
      let single = try await store.pool.lease(store.call("test"), .read) {
        (connection, call) throws(StoreError) in
        var count: Int64 = -1
        try connection.text(
          call,
          "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO instructors %VALUES%'"
        ) { count = (try? $0.integer(0, 0)) ?? -1 }
        return count
      }
      #expect(single == 0)
    }
  }

  @Test func createsThatWantTheSameCoursesInOppositeOrdersNeverDeadlock() async throws {
    let before = try await PostgresTestServer.deadlocks()
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: .patient(schema: schema))
      // Units that are no groups want them too, several at a time.
      let third = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: .patient(schema: schema))
      let assistant = try await store.instructors.create(Self.grace).id
      for round in Int64(0)..<10 {
        let courses = (0..<30).map { CourseID(round * 100 + Int64($0) + 1) }
        async let up = together(30, on: store) { number throws(StoreError) in
          try await store.instructors.create(
            NewInstructor(firstName: "Up", lastName: "L", courses: [.primary(courses[number])]))
        }
        async let down = together(30, on: other) { number throws(StoreError) in
          try await other.instructors.create(
            NewInstructor(firstName: "Down", lastName: "L", courses: [.primary(courses[29 - number])]))
        }
        async let several = together(3, on: third) { number throws(StoreError) in
          switch number {
          case 0: try await third.instructors.assign(.primary(courses[5]), to: assistant, ifVersion: nil)
          default:
            try await third.instructors.create(
              NewInstructor(
                firstName: "Several", lastName: "L",
                courses: [.primary(courses[20 + number]), .primary(courses[10 - number])]))
          }
        }
        var won: [CourseID] = []
        for result in try await up + down + several {
          switch result {
          case .success(let instructor):
            won += instructor.courses.map(\.courseID).filter { courses.contains($0) }
          case .failure(let error): #expect(error.constraint == .primaryOfCourse)
          }
        }
        // Each has one primary, and nobody was told so who isn't.
        #expect(won.sorted() == courses)
        for course in courses { #expect(try await store.instructors.primary(of: course) != nil) }
      }
      await other.close()
      await third.close()
    }
    #expect(try await PostgresTestServer.deadlocks() == before)
  }

  @Test func updatesInABatchKeepTheirOwnErrors() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      let ids = try await store.instructors.createMany((0..<10).map { _ in Self.grace }).map(\.id)
      let results = try await together(12, on: store) { number throws(StoreError) in
        switch number {
        case 3:
          try await store.instructors.update(
            InstructorID(1 << 60), InstructorPatch(learners: 1), ifVersion: nil)
        case 7: try await store.instructors.update(ids[7], InstructorPatch(learners: 1), ifVersion: 9)
        // Twice the same one.
        case 10, 11: try await store.instructors.update(ids[0], InstructorPatch(learners: 5), ifVersion: nil)
        default:
          try await store.instructors.update(
            ids[number], InstructorPatch(learners: Int64(number)), ifVersion: 1)
        }
      }
      #expect(results[3].failure?.code == .notFound)
      #expect(results[7].failure?.code == .conflict)
      #expect(results[7].failure?.constraint == .version)
      // Of the three for one row, one finds another version where it came second.
      let versions = [10, 11].compactMap { results[$0].success?.version }
      #expect(Set(versions).count == 2)
      for number in [1, 2, 4, 5, 6, 8, 9] {
        #expect(results[number].success?.learners == Int64(number))
        #expect(results[number].success?.version == 2)
      }
      #expect(try await store.instructors.get(ids[7]).version == 1)
      #expect(store.statistics().largestBatch == 12)
    }
  }

  @Test func updatesInOppositeOrdersFromTwoStoresNeverDeadlock() async throws {
    let before = try await PostgresTestServer.deadlocks()
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: .patient(schema: schema))
      let ids = try await store.instructors.createMany((0..<30).map { _ in Self.grace }).map(\.id)
      for _ in 0..<10 {
        async let up = together(30, on: store) { number throws(StoreError) in
          try await store.instructors.update(ids[number], InstructorPatch(learners: 1), ifVersion: nil)
        }
        async let down = together(30, on: other) { number throws(StoreError) in
          try await other.instructors.update(ids[29 - number], InstructorPatch(learners: 2), ifVersion: nil)
        }
        for result in try await up + down { _ = try result.get() }
      }
      for id in ids { #expect(try await store.instructors.get(id).version == 21) }
      await other.close()
    }
    #expect(try await PostgresTestServer.deadlocks() == before)
  }

  /// The check that the two above end with can fail.
  @Test func aDeadlockIsCounted() async throws {
    let before = try await PostgresTestServer.deadlocks()
    try await PostgresTestServer.withStore(.patient(connections: 2)) { store, _ in
      let ids = try await store.instructors.createMany((0..<2).map { _ in Self.grace }).map(\.id.rawValue)
      let hasFirst = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
      let outcomes = await withTaskGroup(of: Result<Void, StoreError>.self) { group in
        for mine in 0..<2 {
          group.addTask {
            do throws(StoreError) {
              try await store.pool.lease(store.call("test"), .write) {
                (connection, call) throws(StoreError) in
                try connection.simple(call, "BEGIN")
                try connection.simple(call, "SELECT FROM instructors WHERE id = \(ids[mine]) FOR UPDATE")
                hasFirst[mine].signal()
                _ = hasFirst[1 - mine].wait(timeout: .now() + 10)
                try connection.simple(call, "SELECT FROM instructors WHERE id = \(ids[1 - mine]) FOR UPDATE")
                try connection.simple(call, "COMMIT")
              }
              return .success(())
            } catch {
              return .failure(error)
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0.failure != nil } == 1)
    }
    #expect(try await PostgresTestServer.deadlocks() == before + 1)
  }

  @Test func oneBadWriteInAFullBatchFailsAlone() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, _ in
      _ = try await store.instructors.create(
        NewInstructor(firstName: "Grace", lastName: "Hopper", courses: [.primary(8)]))
      let results = try await together(256, on: store) { number throws(StoreError) in
        try await store.instructors.create(
          NewInstructor(
            firstName: "F\(number)", lastName: "L", courses: [.primary(CourseID(Int64(number + 1)))]))
      }
      #expect(store.statistics().largestBatch == 256)
      for (number, result) in results.enumerated() {
        if number == 7 {
          #expect(result.failure?.constraint == .primaryOfCourse)
          #expect(result.failure?.outcome == .notApplied)
        } else {
          #expect(try result.get().firstName == "F\(number)")
        }
      }
      #expect(try await store.instructors.count(.all, upTo: 1_000) == 256)
    }
  }

  @Test func aRowThatSomebodyHasLockedKeepsOnlyItsOwnUpdateWaiting() async throws {
    try await PostgresTestServer.withStore(.patient(connections: 2)) { store, schema in
      let ids = try await store.instructors.createMany((0..<10).map { _ in Self.grace }).map(\.id)
      let locker = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: .patient(schema: schema))
      let isLocked = Flag()
      let mayUnlock = DispatchSemaphore(value: 0)
      let locking = Task {
        try await locker.pool.lease(locker.call("test"), .write) { (connection, call) throws(StoreError) in
          try connection.transaction(call) { () throws(StoreError) in
            try connection.simple(call, "SELECT FROM instructors WHERE id = \(ids[4].rawValue) FOR UPDATE")
            isLocked.raise()
            mayUnlock.wait()
          }
        }
      }
      try await isLocked.wait("the row is locked")
      // One connection for the group, one for whoever has to wait.
      let hold = try await Hold(store)
      let second = try await Hold(store, after: 1)
      let tasks = ids.map { id in
        Task { try await store.instructors.update(id, InstructorPatch(learners: 7), ifVersion: nil) }
      }
      try await waitUntil("10 calls wait") { store.statistics().waitingCalls >= 10 }
      try await hold.open()
      try await second.open()
      for (number, task) in tasks.enumerated() where number != 4 {
        #expect(try await task.value.learners == 7)
      }
      mayUnlock.signal()
      try await locking.value
      #expect(try await tasks[4].value.learners == 7)
      await locker.close()
    }
  }
}
