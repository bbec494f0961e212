import EphemeralServers
import InstructorStore
import PostgresBackend
import StoreConformance
import Synchronization

/// ``PostgresStore`` on a server of its own, one schema per namespace.
struct PostgresTarget: ConformanceTarget {
  let name: String
  private let server: EphemeralServers
  private let url: String
  private let options: PostgresOptions
  private let namespaces = NamespaceNumbers()

  static func start(
    dispatch: DispatchMode, dataModel: PostgresDataModel = .relational
  ) async throws -> PostgresTarget {
    let server = try await EphemeralServers.start(
      EphemeralServerOptions(mongo: false, cacheMegabytesPerServer: 512))
    guard let url = server.postgres?.url else { throw MissingServer() }
    return PostgresTarget(
      server: server, url: url, options: PostgresOptions(dataModel: dataModel, dispatch: dispatch))
  }

  private init(server: EphemeralServers, url: String, options: PostgresOptions) {
    name = "postgres, \(options.dataModel), \(options.dispatch)"
    self.server = server
    self.url = url
    self.options = options
  }

  func makeNamespace() async throws -> any StoreNamespace {
    var options = options
    options.schema = "case_\(namespaces.next())"
    try await PostgresMaintenance(url, schema: options.schema).create()
    return Namespace(url: url, options: options)
  }

  func shutDown() async { await server.stop() }

  private struct Namespace: StoreNamespace {
    let url: String
    let options: PostgresOptions
    func openStore() async throws -> any StorageBackend {
      try await PostgresStore.open(url, options: options)
    }
    func remove() async throws { try await PostgresMaintenance(url, schema: options.schema).remove() }
  }
}

struct MissingServer: Error {}

/// Numbers for the names of schemas and databases, each given out once.
final class NamespaceNumbers: Sendable {
  private let last = Atomic<Int>(0)
  func next() -> Int { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
