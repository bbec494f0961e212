import BenchmarkKit
import InstructorStore
import PostgresBackend

/// A schema on a PostgreSQL server, of one of the two data models.
struct PostgresTarget: BenchmarkTarget {
  static let kind = TargetKind(name: "postgres", displayName: "PostgreSQL") { url, schema, durability in
    PostgresTarget(
      name: "postgres", displayName: "PostgreSQL", url: url, schema: schema, dataModel: .relational,
      profile: durability)
  }

  /// The control: the engine of the one arm with the data model of the other.
  static let documentKind = TargetKind(name: "postgres-jsonb", displayName: "PostgreSQL JSONB") {
    url, schema, durability in
    PostgresTarget(
      name: "postgres-jsonb", displayName: "PostgreSQL JSONB", url: url, schema: schema, dataModel: .document,
      profile: durability)
  }

  let name: String
  let displayName: String
  let url: String
  let schema: String
  let dataModel: PostgresDataModel
  let profile: DurabilityProfile

  var address: String? { ServerAddress(url).text }

  var maintenance: PostgresMaintenance {
    PostgresMaintenance(sessionURL, schema: schema, dataModel: dataModel, isDurable: profile == .durable)
  }

  /// A session may weaken its own commits on a server that is otherwise durable; options of the URL's own are left alone,
  /// and the settings read back show what came of it.
  private var sessionURL: String {
    profile == .relaxed ? relaxedURL : url
  }

  private var relaxedURL: String {
    (try? ConnectionSettings.postgres(url, ["synchronous_commit": "off"])) ?? url
  }

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
    try await PostgresStore.open(try configuredURL(options), options: storeOptions(options))
  }

  func storeOptions(_ options: TargetOptions) -> PostgresOptions {
    PostgresOptions(
      schema: schema, dataModel: dataModel, connections: options.connections, timeout: options.timeout,
      dispatch: options.dispatch, isDurable: profile == .durable && options.isDurable)
  }

  func configuredURL(_ options: TargetOptions) throws(StoreError) -> String {
    guard !options.settings.isEmpty else { return options.isDurable ? sessionURL : relaxedURL }
    do throws(BenchmarkFailure) {
      return try ConnectionSettings.postgres(url, relaxed(options.settings))
    } catch {
      throw StoreError(.invalidArgument, operation: "open", backend: name, reason: error.message)
    }
  }

  private func relaxed(_ settings: [String: String]) -> [String: String] {
    guard profile == .relaxed else { return settings }
    return settings.merging(["synchronous_commit": "off"]) { own, _ in own }
  }

  /// MongoDB has neither: what a comparison of the group-by owes to them is seen without.
  var queryAlternatives: [QueryAlternative] {
    let (workers, compilation) = (["max_parallel_workers_per_gather": "0"], ["jit": "off"])
    return [
      .asItIs, QueryAlternative("without parallel workers", workers),
      QueryAlternative("without JIT", compilation),
      QueryAlternative("without either", workers.merging(compilation) { own, _ in own }),
    ]
  }

  func settle() async throws { try await maintenance.settle() }

  func catchUp() async throws { try await maintenance.settle(gatheringStatistics: false) }

  func environment() async throws -> [String: String] {
    var settings = try await maintenance.settings()
    settings.merge(Durability.environment(durability(settings))) { _, judged in judged }
    // Another one for every throwaway server: no part of what makes results comparable.
    settings["data_directory"] = nil
    return settings
  }

  func durability() async throws -> [DurabilitySetting] { durability(try await maintenance.settings()) }

  func durability(_ settings: [String: String]) -> [DurabilitySetting] {
    var durability = ["fsync", "full_page_writes"].map {
      DurabilitySetting($0, settings[$0], durable: ["on"], relaxed: ["on"])
    }
    durability.append(
      DurabilitySetting(
        "synchronous_commit", settings["synchronous_commit"],
        // The remote kinds wait for a standby too.
        durable: ["on", "remote_apply", "remote_write"], relaxed: ["off"]))
    if let type = DataFolder.fileSystem(settings["data_directory"], of: url) {
      durability.append(DurabilitySetting(fileSystem: type))
    }
    return durability
  }

  func remove() async throws { try await maintenance.remove() }
}

extension PostgresPlaceLock: PlaceHold {}
