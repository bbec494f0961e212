import BenchmarkKit
import InstructorStore
import PostgresBackend

extension PostgresTarget {
  func fairness(_ options: TargetOptions) async throws -> [FairnessSwitch: FairnessValue] {
    // As this arm's own sessions have them.
    let maintenance = PostgresMaintenance(
      try configuredURL(options), schema: schema, isDurable: profile == .durable)
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
    let transport = facts.serverAddress == nil ? "unix socket" : isHere ? "TCP on this machine" : "TCP"
    return [
      .version: setting("server_version"), .client: .readBack("libpq \(PostgresClientLibrary.version)"),
      .durability: .readBack(Durability.level(of: durability(settings))),
      .writeIsolation: setting("default_transaction_isolation"),
      .readIsolation: setting("default_transaction_isolation"),
      .cache: .readBack(facts.sharedBufferBytes.map(Quantity.bytes)),
      .parallelWorkers: setting("max_parallel_workers_per_gather"), .justInTime: setting("jit"),
      .planCache: setting("plan_cache_mode", before: "prepared once a session, plan_cache_mode "),
      .transport: .readBack(transport), .encryption: .readBack(encryption),
      .wireCompression: .design("none"),
      .diskCompression: setting("default_toast_compression", before: "only of values over 2 kB, by "),
      .logCompression: setting("wal_compression"),
      .checkpoints: .readBack(checkpoints),
      .hugePages: setting("huge_pages"),
      .fileSystem: .readBack(DataFolder.fileSystem(settings["data_directory"], of: url)),
      .loadOrder: .set("about that of the ids, as loaded"), .processGroup: .readBack(process?.scheduling),
      .pinning: .readBack(process?.processors), .dispatch: .set(options.dispatch.rawValue),
      .connections: .set(String(options.connections)),
    ]
  }
}
