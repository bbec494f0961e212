import EphemeralServers
import InstructorStore
import MongoBackend
import PostgresBackend

/// One empty store of each kind, on servers of their own. To add a backend, add a line to ``with(_:)``.
enum DifferentialStores {
  typealias Named = (name: String, store: any StorageBackend)

  static func with(_ body: ([Named]) async throws -> Void) async throws {
    let servers = try await EphemeralServers.start(EphemeralServerOptions(cacheMegabytesPerServer: 512))
    do {
      let stores = try await open(servers)
      do { try await body(stores) } catch {
        await close(stores)
        throw error
      }
      await close(stores)
    } catch {
      await servers.stop()
      throw error
    }
    await servers.stop()
  }

  private static func open(_ servers: EphemeralServers) async throws -> [Named] {
    guard let postgres = servers.postgres?.url, let mongo = servers.mongo?.url else { throw MissingServer() }
    var stores: [Named] = [("memory", InMemoryStore())]
    for dispatch in DispatchMode.allCases {
      let name = dispatch.rawValue
      try await PostgresMaintenance(postgres, schema: "differential_\(name)").create()
      try await MongoMaintenance(mongo, database: "differential_\(name)").create()
      stores.append(
        (
          "postgres, \(name)",
          try await PostgresStore.open(
            postgres, options: PostgresOptions(schema: "differential_\(name)", dispatch: dispatch))
        ))
      stores.append(
        (
          "mongo, \(name)",
          try await MongoStore.open(
            mongo, options: MongoOptions(database: "differential_\(name)", dispatch: dispatch))
        ))
    }
    for (_, store) in stores { try await store.migrate() }
    return stores
  }

  private static func close(_ stores: [Named]) async {
    for (_, store) in stores { await store.close() }
  }
}

struct MissingServer: Error {}
