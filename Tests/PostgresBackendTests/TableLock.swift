import Dispatch
import DriverKit
import InstructorStore
import TestSupport

@testable import PostgresBackend

/// A lock on tables that somebody else's transaction holds until the test lets go of it.
final class TableLock: Sendable {
  private let store: PostgresStore
  private let tables: [String]
  private let mayUnlock = DispatchSemaphore(value: 0)
  private let locking: Task<Void, any Error>

  /// Runs `body` while the tables are locked, by default against writes.
  static func hold(
    _ tables: String..., mode: String = "SHARE", schema: String, url: String? = nil,
    _ body: (TableLock) async throws -> Void
  ) async throws {
    let url = if let url { url } else { try await PostgresTestServer.url() }
    let store = try await PostgresStore.open(url, options: .patient(schema: schema, connections: 2))
    let lock = TableLock(store, tables, mode)
    let result: Result<Void, any Error>
    do {
      try await lock.isLocked.wait("\(tables) are locked")
      result = .success(try await body(lock))
    } catch {
      result = .failure(error)
    }
    lock.unlock()
    _ = try? await lock.locking.value
    await store.close()
    try result.get()
  }

  private let isLocked = Flag()

  private init(_ store: PostgresStore, _ tables: [String], _ mode: String) {
    self.store = store
    self.tables = tables
    locking = Task { [mayUnlock, isLocked] in
      try await store.pool.lease(store.call("test"), .write) { (connection, call) throws(StoreError) in
        try connection.transaction(call) { () throws(StoreError) in
          try connection.simple(call, "LOCK TABLE \(tables.joined(separator: ", ")) IN \(mode) MODE")
          isLocked.raise()
          mayUnlock.wait()
        }
      }
    }
  }

  /// To be called at least once.
  func unlock() { mayUnlock.signal() }

  private var waiters: String {
    let names = tables.map { "'\($0)'::regclass" }.joined(separator: ", ")
    return "FROM pg_locks WHERE NOT granted AND relation IN (\(names))"
  }

  func waitForWaiter() async throws {
    try await waitUntil("somebody waits for \(tables)") { try await count("SELECT count(*) \(waiters)") > 0 }
  }

  /// While the tables are still locked: who doesn't wait any more was stopped.
  func waitForNoWaiter() async throws {
    try await waitUntil("nobody waits for \(tables)") { try await count("SELECT count(*) \(waiters)") == 0 }
  }

  /// Ends the sessions that wait, as a server does that is shut down.
  func killWaiters() async throws {
    _ = try await count("SELECT count(pg_terminate_backend(pid)) \(waiters)")
  }

  /// Without a look at the schema, which may be what is locked.
  private func count(_ sql: String) async throws -> Int64 {
    try await store.pool.lease(store.call("test"), .read) { (connection, call) throws(StoreError) in
      var count: Int64 = 0
      try connection.text(call, sql) { count = (try? $0.integer(0, 0)) ?? 0 }
      return count
    }
  }
}
