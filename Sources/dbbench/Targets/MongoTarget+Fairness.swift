import BenchmarkKit
import InstructorStore
import MongoBackend

extension MongoTarget {
  func fairness(_ options: TargetOptions) async throws -> [FairnessSwitch: String] {
    let settings = try await maintenance.settings()
    let facts = try await maintenance.serverFacts()
    let isHere = ServerAddress(url).isThisMachine
    let process =
      isHere ? facts["pid"].flatMap { Int($0) }.flatMap { ServerProcess($0, program: "mongod") } : nil
    let configured = configuredURL(options)
    let isCompressed = configured.contains("compressors=")
    func fact(_ name: String, else otherwise: String = "unknown") -> String { facts[name] ?? otherwise }
    return [
      .version: settings["version"] ?? "unknown", .client: "libmongoc \(MongoClientLibrary.version)",
      .durability: Durability.level(of: durability(settings)),
      .writeIsolation: "one document is atomic; snapshot in transactions",
      .readIsolation: profile == .durable
        ? "majority read concern; snapshot where many keys are looked at" : "local read concern",
      .cache: settings["cache bytes"].flatMap { Int($0) }.map(Quantity.bytes) ?? "unknown",
      .parallelWorkers: "none", .justInTime: "none", .planCache: "kept by the shape of a query",
      .transport: address?.hasPrefix("/") == true ? "unix socket" : isHere ? "TCP on this machine" : "TCP",
      .encryption: maintenance.usesTLS ? "on" : "off",
      .wireCompression: isCompressed ? "as the URL asks" : "none",
      .diskCompression: "blocks by \(fact("block compressor")), prefixes of index keys",
      .logCompression: fact("journal compressor", else: "snappy, its default"),
      .checkpoints: "every \(fact("seconds between checkpoints")) s", .hugePages: "not asked for",
      .fileSystem: DataFolder.fileSystem(settings[MongoMaintenance.dataFolderKey], of: url) ?? "unknown",
      .loadOrder: "about that of the ids, as loaded", .processGroup: process?.scheduling ?? "unknown",
      .pinning: process?.processors ?? "unknown", .dispatch: options.dispatch.rawValue,
      .connections: String(options.connections),
    ]
  }
}
