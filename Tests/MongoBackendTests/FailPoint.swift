import EphemeralServers
import InstructorStore
import Testing

@testable import MongoBackend

/// A store whose commands, and nobody else's, the server can be told to fail.
struct FailingStore {
  let store: MongoStore
  private let control: MongoStore
  private let appName: String
  private let url: String
  private let options: MongoOptions

  static func with(
    connections: Int = 2, _ body: (FailingStore) async throws -> Void
  ) async throws {
    await turns.begin()
    let result: Result<Void, any Error>
    do { result = .success(try await withStores(connections: connections, body)) } catch {
      result = .failure(error)
    }
    await turns.end()
    try result.get()
  }

  /// The server has one fail point of this kind: whoever sets it would end another test's.
  private static let turns = Turns()

  private static func withStores(
    connections: Int, _ body: (FailingStore) async throws -> Void
  ) async throws {
    let url = try await MongoTestServer.server().url
    let name = MongoTestServer.freshDatabaseName()
    // Calls that are held back wait for as long as a busy machine takes.
    let options = MongoOptions(database: name, connections: connections, acquireTimeout: .seconds(60))
    let store = try await MongoStore.open("\(url)&appName=\(name)", options: options)
    let control = try await MongoStore.open(url, options: options)
    try await store.migrate()
    let failing = FailingStore(
      store: store, control: control, appName: name, url: "\(url)&appName=\(name)", options: options)
    let result: Result<Void, any Error>
    do { result = .success(try await body(failing)) } catch { result = .failure(error) }
    try await failing.set(nil) { _ in }
    try await control.dropDatabase()
    await store.close()
    await control.close()
    try result.get()
  }

  /// Another handle on the same data, which nothing fails for.
  var other: MongoStore { control }

  /// Runs `body` with a store that fails like ``store`` and whose sockets are libmongoc's own, as they are with TLS.
  func withLibrarySockets(_ body: (MongoStore) async throws -> Void) async throws {
    let context = CallContext(backend: MongoStore.backendName, operation: "open")
    let address = try MongoAddress(url, options: options, context, usesOwnSockets: false)
    let store = MongoStore(MongoCore(address, options))
    let result: Result<Void, any Error>
    do { result = .success(try await body(store)) } catch { result = .failure(error) }
    await store.close()
    try result.get()
  }

  /// Makes the server fail commands of these names; `times` of `nil` ends it.
  func set(
    _ times: Int32?, skip: Int32? = nil, _ commands: StaticString...,
    data: @escaping @Sendable (inout BSONWriter) -> Void
  ) async throws {
    let appName = appName
    try await control.command(onAdmin: true) { writer in
      writer.append("configureFailPoint", "failCommand" as StaticString)
      guard let times else { return writer.append("mode", "off" as StaticString) }
      writer.document("mode") { writer in
        if let skip { writer.append("skip", skip) } else { writer.append("times", times) }
      }
      writer.document("data") { writer in
        writer.append("appName", appName)
        writer.array("failCommands") { writer in
          for (index, command) in commands.enumerated() { writer.append(at: index, command) }
        }
        data(&writer)
      }
    }
  }

  func set(_ times: Int32?, _ data: @escaping @Sendable (inout BSONWriter) -> Void) async throws {
    try await set(times, data: data)
  }
}

/// One after the other, first come, first served.
private actor Turns {
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func begin() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func end() {
    if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
  }
}

/// The error of a call that must fail.
func storeError(_ body: () async throws -> Void) async -> StoreError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? StoreError
  }
}
