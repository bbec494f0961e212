import BenchmarkKit
import InstructorStore
import MongoBackend
import Synchronization

/// A database on a MongoDB replica set.
final class MongoTarget: BenchmarkTarget {
  static let kind = TargetKind(name: "mongo", displayName: "MongoDB") { url, schema, durability in
    try MongoTarget(url: url, database: schema, profile: durability)
  }

  let url: String
  private let database: String
  let profile: DurabilityProfile
  let maintenance: MongoMaintenance
  private let lease = Mutex<MongoPlaceLease?>(nil)
  var name: String { "mongo" }
  var displayName: String { "MongoDB" }
  var address: String? { ServerAddress(url).text }

  init(url: String, database: String, profile: DurabilityProfile) throws {
    // A store that may be relaxed does what the URL asks for.
    let url = profile == .relaxed ? Self.relaxed(url) : url
    self.url = url
    self.database = database
    self.profile = profile
    do throws(StoreError) {
      maintenance = try MongoMaintenance(url, database: database, isDurable: profile == .durable)
    } catch {
      throw BenchmarkFailure(error, during: "reading the URL of --mongo")
    }
  }

  /// The URL's own write concern is left alone.
  private static func relaxed(_ url: String) -> String {
    guard !url.contains("w="), !url.contains("journal=") else { return url }
    return ConnectionSettings.mongo(url, ["w": "1", "journal": "false"])
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
    try await MongoStore.open(configuredURL(options), options: storeOptions(options))
  }

  func storeOptions(_ options: TargetOptions) -> MongoOptions {
    MongoOptions(
      database: database, connections: options.connections, timeout: options.timeout,
      isDurable: profile == .durable && options.isDurable, dispatch: options.dispatch)
  }

  func configuredURL(_ options: TargetOptions) -> String {
    ConnectionSettings.mongo(options.isDurable ? url : Self.relaxed(url), options.settings)
  }

  /// Nothing to leave out; timed as the other side's are.
  var queryAlternatives: [QueryAlternative] { [.asItIs] }

  func settle() async throws { try await maintenance.settle() }

  func environment() async throws -> [String: String] {
    var settings = try await maintenance.settings()
    settings.merge(Durability.environment(durability(settings))) { _, judged in judged }
    // Another one for every throwaway server: no part of what makes results comparable.
    settings[MongoMaintenance.dataFolderKey] = nil
    return settings
  }

  func durability() async throws -> [DurabilitySetting] { durability(try await maintenance.settings()) }

  func durability(_ settings: [String: String]) -> [DurabilitySetting] {
    let writeConcern = "write concern of the store"
    var durability = [
      DurabilitySetting(
        "write concern", settings[writeConcern], durable: ["w: majority, j: true"],
        relaxed: ["w: 1, j: false"]),
      DurabilitySetting("journal", settings["journal"], durable: ["on"], relaxed: ["on"]),
    ]
    if let type = DataFolder.fileSystem(settings[MongoMaintenance.dataFolderKey], of: url) {
      durability.append(DurabilitySetting(fileSystem: type))
    }
    return durability
  }

  func remove() async throws { try await maintenance.remove() }
}

extension MongoPlaceLease: PlaceHold {}
