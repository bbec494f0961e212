import DriverKit
package import InstructorStore

/// The sole use of a schema among all programs that ask for it this way; of nobody else's concern.
///
/// An advisory lock of a session of its own, so it ends with the process that holds it, however that ends.
package final class PostgresPlaceLock: Sendable {
  private let store: PostgresStore

  private init(_ store: PostgresStore) { self.store = store }

  /// `nil` where somebody else has it. The schema need not exist.
  package static func acquire(_ connection: String, schema: String) async throws(StoreError)
    -> PostgresPlaceLock?
  {
    let store = try await PostgresStore.open(
      connection, options: PostgresOptions(schema: schema, connections: 1, timeout: StoreTimeout.defaultForMaintenance))
    let isMine: Bool
    do throws(StoreError) {
      isMine = try await store.pool.lease(store.call("acquire"), .write) { (connection, call) throws(StoreError) in
        // It is idle for as long as the benchmark runs.
        try connection.simple(call, "SET idle_session_timeout = 0")
        var isMine = false
        try connection.text(call, "SELECT pg_try_advisory_lock(hashtextextended('dbbench ' || $1, 0))", schema) {
          isMine = (try? $0.boolean(0, 0)) ?? false
        }
        return isMine
      }
    } catch {
      await store.close()
      throw error
    }
    if isMine { return PostgresPlaceLock(store) }
    await store.close()
    return nil
  }

  package func release() async { await store.close() }
}
