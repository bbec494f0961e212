import BenchmarkKit
import InstructorStore
import MongoBackend

/// A database on a MongoDB replica set.
struct MongoTarget: BenchmarkTarget {
  static let kind = TargetKind(name: "mongo", displayName: "MongoDB") { url, schema in
    try MongoTarget(url: url, database: schema)
  }

  private let url: String
  private let database: String
  private let maintenance: MongoMaintenance
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

  func prepare() async throws { try await maintenance.create() }

  func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend {
    try await MongoStore.open(
      url,
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
