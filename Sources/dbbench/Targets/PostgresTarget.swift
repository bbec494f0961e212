import BenchmarkKit
import InstructorStore
import PostgresBackend

/// A schema on a PostgreSQL server.
struct PostgresTarget: BenchmarkTarget {
  static let kind = TargetKind(name: "postgres", displayName: "PostgreSQL") { url, schema in
    PostgresTarget(url: url, schema: schema)
  }

  let url: String
  let schema: String
  var name: String { "postgres" }
  var displayName: String { "PostgreSQL" }

  var address: String? { ServerAddress(url).text }

  private var maintenance: PostgresMaintenance { PostgresMaintenance(url, schema: schema) }

  func inspect() async throws -> TargetState {
    switch try await maintenance.state() {
    case .absent: .absent
    case .marked: .ownedByDbbench
    case .foreign(let names): .foreign(names.isEmpty ? "an empty schema" : names.joined(separator: ", "))
    }
  }

  func acquire() async throws -> (any PlaceHold)? {
    guard let lock = try await PostgresPlaceLock.acquire(url, schema: schema) else { throw inUse(schema) }
    return lock
  }

  func prepare() async throws { try await maintenance.create() }

  func hasInterruptedLoad() async throws -> Bool { try await maintenance.hasInterruptedLoad() }

  func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend {
    let configured: String
    do throws(BenchmarkFailure) {
      configured = try ConnectionSettings.postgres(url, options.settings)
    } catch {
      throw StoreError(.invalidArgument, operation: "open", backend: name, reason: error.message)
    }
    return try await PostgresStore.open(
      configured,
      options: PostgresOptions(
        schema: schema, connections: options.connections, timeout: options.timeout, dispatch: options.dispatch
      ))
  }

  func settle() async throws { try await maintenance.settle() }

  func environment() async throws -> [String: String] {
    var settings = try await maintenance.settings()
    let names = ["fsync", "full_page_writes", "synchronous_commit"]
    // The remote kinds of synchronous_commit wait for a standby too.
    let values: Set<String?> = ["on", "remote_apply", "remote_write"]
    settings[Durability.levelKey] = names.allSatisfy { values.contains(settings[$0]) } ? "durable" : "relaxed"
    settings[Durability.settingsKey] = names.map { "\($0) \(settings[$0] ?? "unknown")" }.joined(
      separator: ", ")
    return settings
  }

  func remove() async throws { try await maintenance.remove() }
}

extension PostgresPlaceLock: PlaceHold {}
