import DriverKit
import InstructorStore
import Testing

@testable import PostgresBackend

/// What comes before the first statement of a write: a look at the schema, and a block of ids.
@Suite(.serialized) struct PreparationTests {
  private static let grace = NewInstructor(firstName: "Grace", lastName: "Hopper")

  /// Where a write waits before anything of it is sent.
  enum Step: CaseIterable {
    case look
    case ids

    var table: String {
      switch self {
      case .look: "schema_state"
      case .ids: "id_allocator"
      }
    }
    var lockMode: String { self == .look ? "ACCESS EXCLUSIVE" : "SHARE" }
  }

  private func expectNothingApplied(_ result: Result<Instructor, StoreError>) {
    #expect(result.failure?.code == .unreachable)
    #expect(result.failure?.outcome == .notApplied)
    #expect(result.failure?.isSafeToRetry == true)
  }

  @Test(arguments: Step.allCases)
  func aConnectionThatDiesMeanwhileLeavesABatchNotApplied(step: Step) async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      try await TableLock.hold(step.table, mode: step.lockMode, schema: schema) { lock in
        let results = try await together(3, on: store) { _ throws(StoreError) in
          try await store.instructors.create(Self.grace)
        } meanwhile: { _ in
          try await lock.waitForWaiter()
          try await lock.killWaiters()
        }
        for result in results { expectNothingApplied(result) }
      }
      _ = try await store.instructors.create(Self.grace)
      #expect(try await store.instructors.count(.all, upTo: 10) == 1)
    }
  }

  @Test func aConnectionThatDiesMeanwhileLeavesAWriteOfItsOwnNotApplied() async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      let id = try await store.instructors.create(Self.grace).id
      try await store.pool.lease(store.call("test"), .read) { (connection, _) throws(StoreError) in
        connection.schemaCheck = Deadline(nanoseconds: 0)
      }
      for step in Step.allCases {
        try await TableLock.hold(step.table, mode: step.lockMode, schema: schema) { lock in
          // Of its kind of ids there is no block yet.
          let create = Task { try await store.reviewers.create(NewReviewer(name: "R")) }
          try await lock.waitForWaiter()
          try await lock.killWaiters()
          let failure = await create.result.failure as? StoreError
          #expect(failure?.code == .unreachable)
          #expect(failure?.outcome == .notApplied)
        }
      }
      #expect(try await store.instructors.get(id).version == 1)
    }
  }

  @Test func aCallerThatLeavesDuringTheFetchOfIDsHarmsNobodyElse() async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      try await TableLock.hold("id_allocator", schema: schema) { lock in
        let results = try await together(3, on: store) { _ throws(StoreError) in
          try await store.instructors.create(Self.grace)
        } meanwhile: { tasks in
          try await lock.waitForWaiter()
          tasks[0].cancel()
          _ = await tasks[0].value
          try await Self.outlastGrace()
          lock.unlock()
        }
        #expect(results[0].failure?.code == .cancelled)
        #expect(results[0].failure?.outcome == .notApplied)
        #expect(results[1].success?.lastName == "Hopper")
        #expect(results[2].success?.lastName == "Hopper")
      }
      #expect(try await store.instructors.count(.all, upTo: 10) == 2)
      #expect(store.statistics().connectionsDiscarded == 0)
    }
  }

  @Test func aCallerWhoseTimeEndsDuringTheFetchOfIDsHarmsNobodyElse() async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      try await TableLock.hold("id_allocator", schema: schema) { lock in
        let results = try await together(3, on: store) { number throws(StoreError) in
          try await Self.create(on: store, within: number == 0 ? .seconds(1) : .seconds(60))
        } meanwhile: { tasks in
          try await lock.waitForWaiter()
          _ = await tasks[0].value
          try await Self.outlastGrace()
          lock.unlock()
        }
        #expect(results[0].failure?.outcome == .notApplied)
        #expect(results[1].success?.lastName == "Hopper")
        #expect(results[2].success?.lastName == "Hopper")
      }
      #expect(try await store.instructors.count(.all, upTo: 10) == 2)
      #expect(store.statistics().connectionsDiscarded == 0)
    }
  }

  /// By itself, too: the block is there for the next.
  @Test func aFetchOfIDsOutlivesItsOnlyCaller() async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      try await TableLock.hold("id_allocator", schema: schema) { lock in
        let create = Task { try await store.instructors.create(Self.grace) }
        try await lock.waitForWaiter()
        create.cancel()
        let failure = await create.result.failure as? StoreError
        #expect(failure?.code == .cancelled)
        #expect(failure?.outcome == .notApplied)
        try await Self.outlastGrace()
      }
      _ = try await store.instructors.create(Self.grace)
      #expect(
        try await PostgresTestServer.integers(
          "SELECT next_id FROM id_allocator WHERE entity = 'instructor'", schema: schema)
          == [1 + Int64(IDAllocator.blockSize)])
      #expect(try await store.instructors.count(.all, upTo: 10) == 1)
      #expect(store.statistics().connectionsDiscarded == 0)
    }
  }

  /// Several times as long as a session that nobody waits for goes on with a statement. That it goes on for longer is no
  /// event that could be awaited.
  private static func outlastGrace() async throws { try await Task.sleep(for: .milliseconds(100)) }

  private static func create(
    on store: PostgresStore, within timeout: Duration
  ) async throws(StoreError) -> Instructor {
    do {
      return try await withStoreTimeout(timeout) { try await store.instructors.create(grace) }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError(.internalError, operation: "test", backend: "test", reason: "\(error)")
    }
  }
}
