import BenchmarkKit
import InstructorStore
import MongoBackend
import Synchronization

/// A database on a MongoDB replica set.
final class MongoTarget: BenchmarkTarget {
  static let kind = TargetKind(name: "mongo", displayName: "MongoDB") { url, schema in
    try MongoTarget(url: url, database: schema)
  }

  private let url: String
  private let database: String
  private let maintenance: MongoMaintenance
  private let lease = Mutex<MongoPlaceLease?>(nil)
  var name: String { "mongo" }
  var displayName: String { "MongoDB" }
  var address: String? { ServerAddress(url).text }

  init(url: String, database: String) throws {
    self.url = url
    self.database = database
    do throws(StoreError) {
      maintenance = try MongoMaintenance(url, database: database)
    } catch {
      throw BenchmarkFailure(error, during: "reading the URL of --mongo")
    }
  }

  func inspect() async throws -> TargetState {
    switch try await maintenance.state() {
    case .absent: .absent
    case .marked: .ownedByDbbench
    case .foreign(let names): .foreign(names.joined(separator: ", "))
    }
  }

  func acquire() async throws -> (any PlaceHold)? {
    guard let taken = try await MongoPlaceLease.acquire(url, database: database) else {
      throw inUse(database)
    }
    lease.withLock { $0 = taken }
    return taken
  }

  /// The lease is in the database and goes with it: taken again, it shows that nobody came in between.
  func prepare() async throws {
    try await renewLease()
    try await maintenance.create()
    try await renewLease()
  }

  private func renewLease() async throws {
    guard let lease = lease.withLock({ $0 }) else { return }
    guard try await lease.renew() else { throw inUse(database) }
  }

  func hasInterruptedLoad() async throws -> Bool { try await maintenance.hasInterruptedLoad() }

  func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend {
    try await MongoStore.open(
      ConnectionSettings.mongo(url, options.settings),
      options: MongoOptions(
        database: database, connections: options.connections, timeout: options.timeout,
        dispatch: options.dispatch))
  }

  func settle() async throws { try await maintenance.settle() }

  func environment() async throws -> [String: String] {
    var settings = try await maintenance.settings()
    let isDurable =
      settings["write concern of the store"] == "w: majority, j: true" && settings["journal"] != "off"
    settings[Durability.levelKey] = isDurable ? "durable" : "relaxed"
    settings[Durability.settingsKey] =
      "\(settings["write concern of the store"] ?? "unknown"), journal \(settings["journal"] ?? "unknown")"
    return settings
  }

  func remove() async throws { try await maintenance.remove() }
}

extension MongoPlaceLease: PlaceHold {}
