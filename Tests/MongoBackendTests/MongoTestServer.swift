import EphemeralServers
import InstructorStore
import MongoBackend
import Synchronization
import Testing

/// One real mongod for all suites of this target, started by the first test that needs it. It ends with this process.
enum MongoTestServer {
  private static let servers = Task {
    var options = EphemeralServerOptions(postgres: false, cacheMegabytesPerServer: 512)
    // Fail points and `killOp` for the tests that provoke the server's errors.
    options.mongoSettings = ["setParameter.enableTestCommands": "1"]
    return try await EphemeralServers.start(options)
  }
  private static let databases = Atomic<Int>(0)

  static func server() async throws -> RunningServer {
    try #require(try await servers.value.mongo)
  }

  static func freshDatabaseName() -> String {
    "test_\(databases.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  /// Runs `body` with a migrated store in a database of its own, and removes it afterwards.
  static func withStore<Result>(
    connections: Int = 4, _ body: (MongoStore) async throws -> Result
  ) async throws -> Result {
    var options = MongoOptions()
    options.database = freshDatabaseName()
    options.connections = connections
    let store = try await MongoStore.open(try await server().url, options: options)
    try await store.migrate()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(store)) } catch { result = .failure(error) }
    try await store.dropDatabase()
    await store.close()
    return try result.get()
  }
}
