import DriverKit
import EphemeralServers
import InstructorStore
import Synchronization
import TestSupport
import Testing

@testable import PostgresBackend

/// One real PostgreSQL server for all suites of this target, started by the first test that needs it. It ends with
/// this process.
enum PostgresTestServer {
  private static let servers = Task {
    try await EphemeralServers.start(EphemeralServerOptions(mongo: false, cacheMegabytesPerServer: 256))
  }
  private static let schemas = Atomic<Int>(0)

  static func server() async throws -> RunningServer { try #require(try await servers.value.postgres) }
  static func url() async throws -> String { try await server().url }

  static func freshSchemaName() -> String { "test_\(schemas.wrappingAdd(1, ordering: .relaxed).newValue)" }

  /// Runs `body` with a migrated store in a schema of its own, which it removes afterwards.
  static func withStore<Result>(
    _ options: PostgresOptions = PostgresOptions(),
    _ body: (PostgresStore, _ schema: String) async throws -> Result
  ) async throws -> Result {
    var options = options
    options.schema = freshSchemaName()
    let maintenance = PostgresMaintenance(try await url(), schema: options.schema)
    try await maintenance.create()
    let store = try await PostgresStore.open(try await url(), options: options)
    try await store.migrate()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(store, options.schema)) } catch { result = .failure(error) }
    await store.close()
    try await maintenance.remove()
    return try result.get()
  }

  /// Runs a statement in a session of its own, as somebody else would.
  static func execute(_ sql: String, schema: String = "public") async throws {
    let store = try await PostgresStore.open(
      try await url(), options: PostgresOptions(schema: schema, connections: 1))
    try await store.pool.lease(store.call("test"), .write) { (connection, call) throws(StoreError) in
      try connection.simple(call, sql)
    }
    await store.close()
  }

  /// How many deadlocks the server has found so far. A session tells them when it ends: the stores in question have to be
  /// closed, and nobody else's may be open.
  static func deadlocks() async throws -> Int64 {
    let store = try await PostgresStore.open(try await url(), options: PostgresOptions(connections: 1))
    let number: @Sendable (String) async throws -> Int64 = { sql in
      try await store.pool.lease(store.call("test"), .read) { (connection, call) throws(StoreError) in
        var number: Int64 = -1
        try connection.text(call, sql) { number = (try? $0.integer(0, 0)) ?? -1 }
        return number
      }
    }
    let others =
      "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    // Those of other suites, where they run at the same time, don't end.
    try? await waitUntil("all other sessions have ended", within: .seconds(5)) {
      try await number(others) == 0
    }
    let count = try await number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    await store.close()
    return count
  }
}
