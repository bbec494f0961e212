import BenchmarkKit
import InstructorStore
import MongoBackend

extension MongoTarget {
  func fairness(_ options: TargetOptions) async throws -> [FairnessSwitch: FairnessValue] {
    let settings = try await maintenance.settings()
    let facts = try await maintenance.serverFacts()
    let isHere = ServerAddress(url).isThisMachine
    let process =
      isHere ? facts["pid"].flatMap { Int($0) }.flatMap { ServerProcess($0, program: "mongod") } : nil
    let cache: String? = settings["cache bytes"].flatMap { Int($0) }.map { Quantity.bytes($0) }
    let transport: String? = facts["peer"].map { peer in
      peer.contains("unix") ? "unix socket" : isHere ? "TCP on this machine" : "TCP"
    }
    let prefixes = facts["prefix compression"] == "true" ? ", prefixes of index keys" : ""
    let compression: String? = facts["block compressor"].map { "blocks by \($0)\(prefixes)" }
    let checkpoints: String? = facts["seconds between checkpoints"].map { "every \($0) s" }
    let journal: FairnessValue =
      if let compressor = facts["journal compressor"] { .readBack(compressor) } else {
        .design("snappy, its default")
      }
    // As this arm's own connections have them.
    let own = try MongoMaintenance(
      configuredURL(options), database: maintenance.database, isDurable: profile == .durable)
    let compressors = try await own.agreedCompressors()
    // Without TLS the store sends most commands itself (docs/decisions/0017), as they are.
    let coverage = own.usesTLS ? "" : ", in transactions only"
    let isEncrypted = try await own.isEncrypted()
    let encryption: FairnessValue =
      if let isEncrypted { .readBack(isEncrypted ? "on" : "off") } else { .set(own.usesTLS ? "on" : "off") }
    let sizes = try await self.sizes(countingRows: false)
    let readIsolation = try await readConcerns(options)
    let writeIsolation = try await transactionConcern(options)
    let order = try await loadOrder()
    let checksum: FairnessValue = .readBack(facts["checksum"]).noted("of the blocks of its files")
    let hugePages: FairnessValue =
      if let pages = process?.hugePages { .readBack(pages) } else {
        .design("not asked for").noted("mongod has no setting to ask for")
      }
    let connections: FairnessValue = .set(String(options.connections)).noted(
      MongoStore.lanesText(connections: options.connections, options.dispatch))
    return [
      .version: .readBack(settings["version"]), .client: .readBack("libmongoc \(MongoClientLibrary.version)"),
      .durability: .readBack(Durability.level(of: durability(settings))),
      .writeIsolation: writeIsolation,
      .readIsolation: readIsolation, .cache: .readBack(cache),
      .memoryLimit: .readBack(process?.memoryLimit), .processorLimit: .readBack(process?.processorLimit),
      .parallelWorkers: .design("none"), .justInTime: .design("none"),
      .planCache: .design("kept by the shape of a query"),
      .transport: .readBack(transport),
      .encryption: encryption,
      .wireCompression: .readBack(compressors.first.map { $0 + coverage } ?? "none"),
      .diskCompression: .readBack(compression),
      .compressibility: .readBack(
        Self.compressibility(sizes, by: facts["block compressor"] ?? "an unknown method")),
      .logCompression: journal,
      .checksums: checksum, .checkpoints: .readBack(checkpoints),
      .diagnostics: .readBack(facts["samples its state"]), .hugePages: hugePages,
      .fileSystem: .readBack(DataFolder.fileSystem(settings[MongoMaintenance.dataFolderKey], of: url)),
      .loadOrder: .readBack(order), .processGroup: .readBack(process?.scheduling),
      .pinning: .readBack(process?.processors), .dispatch: .set(options.dispatch.rawValue),
      .connections: connections,
    ]
  }

  /// As it is on disk.
  private static func compressibility(_ sizes: [StorageSize], by method: String) -> String? {
    let parts = sizes.compactMap { size in
      size.plainBytes.flatMap { plain in
        size.dataBytes > 0
          ? "\(size.name) \(Quantity.significant(Double(plain) / Double(size.dataBytes)))×" : nil
      }
    }
    return parts.isEmpty ? nil : "as it is on disk, by \(method): \(parts.joined(separator: ", "))"
  }

  /// Of places on disk and ids.
  private func loadOrder() async throws -> String? {
    var parts: [String] = []
    for collection in ["instructors", "reviews"] {
      let places = try await maintenance.idOrder(of: collection).map { ($0.id, $0.place) }
      guard let correlation = RankCorrelation.of(places) else { continue }
      parts.append("\(collection) \(Quantity.decimal(correlation, 2))")
    }
    return parts.isEmpty ? nil : "correlation with the ids: \(parts.joined(separator: ", "))"
  }

  /// At which levels the server serves the reads of a store, by its own count while some of every kind are made.
  private func readConcerns(_ options: TargetOptions) async throws -> FairnessValue {
    let used = try await concerns(options, inTransactions: false) { store throws(StoreError) in
      for number in 1...Self.sampleReads {
        _ = try await store.instructors.get([InstructorID(Int64(number))])
        _ = try await store.instructors.team(of: CourseID(Int64(number)))
        _ = try await store.instructors.list(limit: Self.sampleReads)
        _ = try await store.reviews.summary(of: CourseID(Int64(number)), limit: Self.sampleReads)
      }
    }
    guard !used.isEmpty else {
      return .set(
        profile == .durable
          ? "majority read concern; snapshot where many keys are looked at" : "local read concern")
    }
    let levels = used.map { "\($0.level) \($0.count)" }.joined(separator: ", ")
    return .readBack("read concern of some reads of every kind: \(levels)")
  }

  /// At which level the server runs the transactions of a store, by its own count while one is made that changes nothing.
  private func transactionConcern(_ options: TargetOptions) async throws -> FairnessValue {
    let used = try await concerns(options, inTransactions: true) { store throws(StoreError) in
      do throws(StoreError) {
        // Nobody has the last of all ids: the transaction looks, finds nothing to change and is undone.
        let last = Limits.identifiers.upperBound
        _ = try await store.instructors.replacePrimary(of: CourseID(last), with: InstructorID(last))
      } catch {
        guard error.code == .referenceViolation else { throw error }
      }
    }
    let documents = "a write of one document is atomic without a transaction, by design"
    guard !used.isEmpty else { return .set("snapshot in transactions").noted(documents) }
    return .readBack("\(used.map(\.level).joined(separator: ", ")) in transactions").noted(documents)
  }

  /// The levels of read concern that the server has counted while a store did something, the most frequent first; empty where it
  /// doesn't tell.
  private func concerns(
    _ options: TargetOptions, inTransactions: Bool,
    of calls: (any StorageBackend) async throws(StoreError) -> Void
  ) async throws -> [(level: String, count: Int)] {
    let before = try await maintenance.readsByConcern(inTransactions: inTransactions)
    let store = try await open(options)
    let outcome: Result<Void, StoreError>
    do throws(StoreError) { outcome = .success(try await calls(store)) } catch { outcome = .failure(error) }
    await store.close()
    try outcome.get()
    let after = try await maintenance.readsByConcern(inTransactions: inTransactions)
    return after.compactMap { level, count -> (level: String, count: Int)? in
      let more = count - (before[level] ?? 0)
      return more > 0 ? (level, more) : nil
    }
    .sorted { ($1.count, $0.level) < ($0.count, $1.level) }
  }

  private static let sampleReads = 5
}
