import EphemeralServers
import InstructorStore
import MongoBackend
import StoreConformance

/// ``MongoStore`` on a replica set of its own, one database per namespace.
struct MongoTarget: ConformanceTarget {
  let name: String
  private let server: EphemeralServers
  private let url: String
  private let dispatch: DispatchMode
  private let namespaces = NamespaceNumbers()

  static func start(dispatch: DispatchMode) async throws -> MongoTarget {
    let server = try await EphemeralServers.start(
      EphemeralServerOptions(postgres: false, cacheMegabytesPerServer: 512))
    guard let url = server.mongo?.url else { throw MissingServer() }
    return MongoTarget(server: server, url: url, dispatch: dispatch)
  }

  private init(server: EphemeralServers, url: String, dispatch: DispatchMode) {
    name = "mongo, \(dispatch)"
    self.server = server
    self.url = url
    self.dispatch = dispatch
  }

  func makeNamespace() async throws -> any StoreNamespace {
    let database = "case_\(namespaces.next())"
    try await MongoMaintenance(url, database: database).create()
    return Namespace(url: url, options: MongoOptions(database: database, dispatch: dispatch))
  }

  func shutDown() async { await server.stop() }

  private struct Namespace: StoreNamespace {
    let url: String
    let options: MongoOptions
    func openStore() async throws -> any StorageBackend { try await MongoStore.open(url, options: options) }
    func remove() async throws { try await MongoMaintenance(url, database: options.database).remove() }
  }
}
