import BenchmarkKit
import InstructorStore
import PostgresBackend

extension PostgresTarget {
  func fairness(_ options: TargetOptions) async throws -> [FairnessSwitch: FairnessValue] {
    // As this arm's own sessions have them.
    let maintenance = PostgresMaintenance(
      try configuredURL(options), schema: schema, dataModel: dataModel,
      isDurable: profile == .durable)
    let settings = try await maintenance.settings()
    let facts = try await maintenance.sessionFacts()
    let isHere = ServerAddress(url).isThisMachine
    let process = isHere ? facts.processID.flatMap { ServerProcess($0, program: "postgres") } : nil
    func setting(_ name: String, before: String = "") -> FairnessValue {
      .readBack(settings[name].map { before + $0 })
    }
    let logLimit = settings["max_wal_size"].map { ", or \($0) of log" } ?? ""
    let checkpoints = settings["checkpoint_timeout"].map { "every \($0)\(logLimit)" }
    let encryption: String? = facts.usesTLS.map { $0 ? "on" : "off" }
    let order = try await maintenance.idOrder().filter {
      $0.table.hasPrefix("instructor") || $0.table == "reviews"
    }
    let samples = try await maintenance.compressibility()
    let transport = facts.serverAddress == nil ? "unix socket" : isHere ? "TCP on this machine" : "TCP"
    let hugePages: FairnessValue =
      if let pages = process?.hugePages {
        .readBack(pages).noted(settings["huge_pages"].map { "huge_pages \($0)" })
      } else {
        setting("huge_pages", before: "huge_pages ")
      }
    let connections: FairnessValue = .set(String(options.connections)).noted(
      PostgresStore.lanesText(
        connections: options.connections, options.dispatch, isServerHere: isHere))
    return [
      .version: setting("server_version"), .client: .readBack("libpq \(PostgresClientLibrary.version)"),
      .durability: .readBack(Durability.level(of: durability(settings))),
      .writeIsolation: .readBack(facts.isolation),
      .readIsolation: .readBack(facts.isolation),
      .cache: .readBack(facts.sharedBufferBytes.map(Quantity.bytes)),
      .memoryLimit: .readBack(process?.memoryLimit), .processorLimit: .readBack(process?.processorLimit),
      .parallelWorkers: setting("max_parallel_workers_per_gather"), .justInTime: setting("jit"),
      .planCache: setting("plan_cache_mode", before: "prepared once a session, plan_cache_mode "),
      .transport: .readBack(transport), .encryption: .readBack(encryption),
      .wireCompression: .design("none").noted("its protocol has none to ask about"),
      .diskCompression: setting("default_toast_compression", before: "only of values over 2 kB, by "),
      .compressibility: .readBack(
        Self.compressibility(samples, by: settings["default_toast_compression"] ?? "an unknown method")),
      .logCompression: setting("wal_compression"),
      .checksums: setting("data_checksums"), .checkpoints: .readBack(checkpoints),
      .diagnostics: .design("off").noted("it has none"),
      .hugePages: hugePages,
      .fileSystem: .readBack(DataFolder.fileSystem(settings["data_directory"], of: url)),
      .loadOrder: .readBack(Self.loadOrder(order)), .processGroup: .readBack(process?.scheduling),
      .pinning: .readBack(process?.processors), .dispatch: .set(options.dispatch.rawValue),
      .connections: connections,
    ]
  }

  /// As it would be: rows are not compressed.
  private static func compressibility(
    _ samples: [PostgresMaintenance.CompressedSample], by method: String
  ) -> String? {
    let parts = samples.filter { $0.compressedBytes > 0 }.map {
      "\($0.table) \(Quantity.significant(Double($0.plainBytes) / Double($0.compressedBytes)))×"
    }
    return parts.isEmpty
      ? nil
      : "not done to rows; \(PostgresMaintenance.rowsTogether) together by \(method): \(parts.joined(separator: ", "))"
  }

  private static func loadOrder(_ order: [(table: String, correlation: Double)]) -> String? {
    let parts = order.map { "\($0.table) \(Quantity.decimal($0.correlation, 2))" }
    return parts.isEmpty ? nil : "correlation with the ids: \(parts.joined(separator: ", "))"
  }
}
