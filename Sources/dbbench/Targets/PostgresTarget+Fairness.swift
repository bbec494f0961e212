import BenchmarkKit
import InstructorStore
import PostgresBackend

extension PostgresTarget {
  func fairness(_ options: TargetOptions) async throws -> [FairnessSwitch: String] {
    // As this arm's own sessions have them.
    let maintenance = PostgresMaintenance(
      try configuredURL(options), schema: schema, isDurable: profile == .durable)
    let settings = try await maintenance.settings()
    let facts = try await maintenance.sessionFacts()
    let isHere = ServerAddress(url).isThisMachine
    let process = isHere ? facts.processID.flatMap { ServerProcess($0, program: "postgres") } : nil
    func setting(_ name: String) -> String { settings[name] ?? "unknown" }
    return [
      .version: setting("server_version"), .client: "libpq \(PostgresClientLibrary.version)",
      .durability: Durability.level(of: durability(settings)),
      .writeIsolation: "\(setting("default_transaction_isolation")), one transaction a call",
      .readIsolation: "\(setting("default_transaction_isolation")), one snapshot a statement",
      .cache: facts.sharedBufferBytes.map(Quantity.bytes) ?? "unknown",
      .parallelWorkers: setting("max_parallel_workers_per_gather"), .justInTime: setting("jit"),
      .planCache: "prepared once a session; plan_cache_mode \(setting("plan_cache_mode"))",
      .transport: facts.serverAddress == nil ? "unix socket" : isHere ? "TCP on this machine" : "TCP",
      .encryption: facts.usesTLS.map { $0 ? "on" : "off" } ?? "unknown",
      .wireCompression: "none",
      .diskCompression: "none, but \(setting("default_toast_compression")) of values over 2 kB",
      .logCompression: setting("wal_compression"),
      .checkpoints: "every \(setting("checkpoint_timeout")), or \(setting("max_wal_size")) of log",
      .hugePages: setting("huge_pages"),
      .fileSystem: DataFolder.fileSystem(settings["data_directory"], of: url) ?? "unknown",
      .loadOrder: "about that of the ids, as loaded", .processGroup: process?.scheduling ?? "unknown",
      .pinning: process?.processors ?? "unknown", .dispatch: options.dispatch.rawValue,
      .connections: String(options.connections),
    ]
  }
}
