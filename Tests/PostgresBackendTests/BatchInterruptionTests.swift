import EphemeralServers
import InstructorStore
import TestSupport
import Testing

@testable import PostgresBackend

/// Batches and statements whose caller leaves, or whose server dies, while they are under way.
@Suite(.serialized) struct BatchInterruptionTests {
  private static let grace = NewInstructor(firstName: "Grace", lastName: "Hopper")
  private static let oneConnection = PostgresOptions.patient()

  @Test func aCallerThatLeavesABatchUnderWayReturnsAtOnce() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      try await store.ping()
      _ = try await store.instructors.create(Self.grace)
      try await TableLock.hold("instructors", schema: schema) { lock in
        let hold = try await Hold(store)
        let tasks = (0..<5).map { number in
          Task {
            do throws(StoreError) {
              return Result<Instructor, StoreError>.success(try await store.instructors.create(Self.grace))
            } catch {
              return .failure(error)
            }
          }
        }
        try await waitUntil("5 calls wait") { store.statistics().waitingCalls >= 5 }
        try await hold.open()
        try await lock.waitForWaiter()
        tasks[2].cancel()
        let left = await tasks[2].value
        #expect(left.failure?.code == .cancelled)
        #expect(left.failure?.outcome == .unknown)
        #expect(left.failure?.entityID != nil)
      }
      // The others were committed, and so was the one whose caller has left.
      try await waitUntil("all 6 are there") { try await store.instructors.count(.all, upTo: 10) == 6 }
    }
  }

  /// A statement that has a connection for itself. Without being asked the server would go on waiting for the lock: it does
  /// not look whether its client is there.
  @Test func aStatementWhoseCallerLeavesIsStoppedOnTheServer() async throws {
    try await PostgresTestServer.withStore(Self.oneConnection) { store, schema in
      let grace = try await store.instructors.create(Self.grace)
      try await TableLock.hold("instructors", mode: "ACCESS EXCLUSIVE", schema: schema) { lock in
        let page = Task { try await store.instructors.list(.all, after: nil, limit: 10) }
        try await lock.waitForWaiter()
        page.cancel()
        let left = await page.result
        #expect((left.failure as? StoreError)?.code == .cancelled)
        try await lock.waitForNoWaiter()
      }
      // The only connection is another one now, and nothing of that is left on it.
      #expect(try await store.instructors.get(grace.id) == grace)
      #expect(try await store.instructors.list(.all, after: nil, limit: 10).items == [grace])
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
      try await TableLock.hold("instructors", schema: "public", url: url) { lock in
        let results = try await together(20, on: store) { _ throws(StoreError) in
          try await store.instructors.create(Self.grace)
        } meanwhile: { _ in
          try await lock.waitForWaiter()
          try await servers.kill(.postgres)
        }
        for result in results {
          #expect(result.failure?.code == .unreachable)
          #expect(result.failure?.outcome == .unknown)
          #expect(result.failure?.entityID != nil)
        }
        #expect(Set(results.compactMap { $0.failure?.entityID }).count == 20)
      }
      let read = await Task { try await store.instructors.get(acknowledged[0].id) }.result
      #expect((read.failure as? StoreError)?.code == .unreachable)
      try await servers.restart(.postgres)
      // The same handle serves again, and everything acknowledged is there.
      for instructor in acknowledged {
        try await waitUntil("the store serves again") {
          (try? await store.instructors.get(instructor.id)) == instructor
        }
      }
      await store.close()
    }
  }
}
