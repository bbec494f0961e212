import Dispatch
import DriverKit
import EphemeralServers
import InstructorStore
import Synchronization
import Testing

@testable import PostgresBackend

/// Writes that share a transaction on a real server. The store has one connection, which is kept busy until all calls
/// wait, so that they go together.
@Suite(.serialized) struct BatchTests {
  private static let grace = NewInstructor(firstName: "Grace", lastName: "Hopper")
  private static let oneConnection = PostgresOptions(connections: 1)

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

  @Test func createsThatWantTheSameCoursesInOppositeOrdersNeverDeadlock() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema, connections: 1))
      // Units that are no groups want them too, several at a time.
      let third = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema, connections: 1))
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
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema, connections: 1))
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
  }

  @Test func aRowThatSomebodyHasLockedKeepsOnlyItsOwnUpdateWaiting() async throws {
    try await PostgresTestServer.withStore(PostgresOptions(connections: 2)) { store, schema in
      let ids = try await store.instructors.createMany((0..<10).map { _ in Self.grace }).map(\.id)
      let locker = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema, connections: 1))
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
      await isLocked.wait()
      // One connection for the group, one for whoever has to wait.
      let hold = await Hold(store)
      let second = await Hold(store, after: 1)
      let tasks = ids.map { id in
        Task { try await store.instructors.update(id, InstructorPatch(learners: 7), ifVersion: nil) }
      }
      while store.statistics().waitingCalls < 10 { await Task.yield() }
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

  /// Locks the table against writes until the body is over; the body gets the text that finds who waits for it.
  private func whileLocked(
    _ url: String, _ schema: String, _ body: (_ waitForWaiter: () async throws -> Void) async throws -> Void
  ) async throws {
    let locker = try await PostgresStore.open(url, options: PostgresOptions(schema: schema, connections: 2))
    let isLocked = Flag()
    let mayUnlock = DispatchSemaphore(value: 0)
    let locking = Task {
      try await locker.pool.lease(locker.call("test"), .write) { (connection, call) throws(StoreError) in
        try connection.transaction(call) { () throws(StoreError) in
          try connection.simple(call, "LOCK TABLE instructors IN SHARE MODE")
          isLocked.raise()
          mayUnlock.wait()
        }
      }
    }
    await isLocked.wait()
    defer { mayUnlock.signal() }
    try await body {
      var waiters: Int64 = 0
      while waiters == 0 {
        waiters = try await locker.pool.read(
          locker.call("test"),
          Self.waiters
        ) { (result: borrowing PostgresResult) throws(DecodingFailure) in try result.integer(0, 0) }
      }
    }
    mayUnlock.signal()
    _ = try? await locking.value
    await locker.close()
  }

  private static let waiters = Statement(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'instructors'::regclass")

  @Test func aCallerThatLeavesABatchUnderWayReturnsAtOnce() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      try await store.ping()
      _ = try await store.instructors.create(Self.grace)
      let url = try await PostgresTestServer.url()
      try await whileLocked(url, schema) { waitForWaiter in
        let hold = await Hold(store)
        let tasks = (0..<5).map { number in
          Task {
            do throws(StoreError) {
              return Result<Instructor, StoreError>.success(try await store.instructors.create(Self.grace))
            } catch {
              return .failure(error)
            }
          }
        }
        while store.statistics().waitingCalls < 5 { await Task.yield() }
        try await hold.open()
        try await waitForWaiter()
        tasks[2].cancel()
        let left = await tasks[2].value
        #expect(left.failure?.code == .cancelled)
        #expect(left.failure?.outcome == .unknown)
        #expect(left.failure?.entityID != nil)
      }
      // The others were committed, and so was the one whose caller has left.
      while try await store.instructors.count(.all, upTo: 10) < 6 { await Task.yield() }
    }
  }

  @Test func aServerKilledInTheMiddleOfABatchLeavesWritesUnknownAndReadsUnreachable() async throws {
    let options = EphemeralServerOptions(mongo: false, cacheMegabytesPerServer: 256)
    try await EphemeralServers.withServers(options) { servers in
      let url = try #require(servers.postgres?.url)
      let store = try await PostgresStore.open(url, options: Self.oneConnection)
      try await store.migrate()
      var acknowledged: [Instructor] = []
      for _ in 0..<3 { acknowledged.append(try await store.instructors.create(Self.grace)) }
      let locker = try await PostgresStore.open(url, options: PostgresOptions(connections: 2))
      let isLocked = Flag()
      let locking = Task {
        try await locker.pool.lease(locker.call("test"), .write) { (connection, call) throws(StoreError) in
          try connection.transaction(call) { () throws(StoreError) in
            try connection.simple(call, "LOCK TABLE instructors IN SHARE MODE")
            isLocked.raise()
            // Until the server dies.
            try connection.simple(call, "SELECT pg_sleep(60)")
          }
        }
      }
      await isLocked.wait()
      let results = try await together(20, on: store) { _ throws(StoreError) in
        try await store.instructors.create(Self.grace)
      } meanwhile: { _ in
        var waiters: Int64 = 0
        while waiters == 0 {
          waiters = try await locker.pool.read(locker.call("test"), Self.waiters) {
            (result: borrowing PostgresResult) throws(DecodingFailure) in try result.integer(0, 0)
          }
        }
        try await servers.kill(.postgres)
      }
      for result in results {
        #expect(result.failure?.code == .unreachable)
        #expect(result.failure?.outcome == .unknown)
        #expect(result.failure?.entityID != nil)
      }
      #expect(Set(results.compactMap { $0.failure?.entityID }).count == 20)
      await #expect(throws: StoreError.self) { try await locking.value }
      let read = await Task { try await store.instructors.get(acknowledged[0].id) }.result
      #expect((read.failure as? StoreError)?.code == .unreachable)
      try await servers.restart(.postgres)
      // The same handle serves again, and everything acknowledged is there.
      for instructor in acknowledged {
        var found: Instructor?
        while found == nil { found = try? await store.instructors.get(instructor.id) }
        #expect(found == instructor)
      }
      await store.close()
      await locker.close()
    }
  }
}

/// Raised once, waited for by yielding.
private final class Flag: Sendable {
  private let isRaised = Atomic<Bool>(false)
  func raise() { isRaised.store(true, ordering: .releasing) }
  func wait() async { while !isRaised.load(ordering: .acquiring) { await Task.yield() } }
}
