import EphemeralServers
import FoundationEssentials
import InstructorStore
import MongoBackend
import PostgresBackend

/// One empty store of each kind, on servers of their own. To add a backend, add a line to `open`.
enum DifferentialStores {
  typealias Named = (name: String, store: any StorageBackend)

  /// For sequences that wait for each other on a busy machine.
  private static let patience = Duration.seconds(60)

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
      let place = "differential_\(dispatch)"
      // Few, so that calls of many sequences at once share exchanges.
      let connections = dispatch == .batched ? 2 : 8
      if isWanted("postgres") {
        try await PostgresMaintenance(postgres, schema: place).create()
        let options = PostgresOptions(
          schema: place, connections: connections, timeout: patience, acquireTimeout: patience,
          dispatch: dispatch)
        stores.append(("postgres, \(dispatch)", try await PostgresStore.open(postgres, options: options)))
      }
      if isWanted("mongo") {
        try await MongoMaintenance(mongo, database: place).create()
        let options = MongoOptions(
          database: place, connections: connections, timeout: patience, acquireTimeout: patience,
          dispatch: dispatch)
        stores.append(("mongo, \(dispatch)", try await MongoStore.open(mongo, options: options)))
      }
      if isWanted("postgres-jsonb") {
        let options = PostgresOptions(
          schema: "\(place)_jsonb", dataModel: .document, connections: connections, timeout: patience,
          acquireTimeout: patience, dispatch: dispatch)
        try await PostgresMaintenance(postgres, schema: options.schema).create()
        stores.append(
          ("postgres-jsonb, \(dispatch)", try await PostgresStore.open(postgres, options: options)))
      }
    }
    for (_, store) in stores { try await store.migrate() }
    return stores
  }

  /// `DIFFERENTIAL_BACKENDS=postgres` compares memory with PostgreSQL alone.
  private static func isWanted(_ backend: String) -> Bool {
    let wanted = ProcessInfo.processInfo.environment["DIFFERENTIAL_BACKENDS"]
    return wanted?.split(separator: ",").contains { $0 == backend } ?? true
  }

  private static func close(_ stores: [Named]) async {
    for (_, store) in stores { await store.close() }
  }
}

struct MissingServer: Error {}
