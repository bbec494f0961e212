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
    let isCompressed = configuredURL(options).contains("compressors=")
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
    let readConcern =
      profile == .durable
      ? "majority read concern; snapshot where many keys are looked at" : "local read concern"
    return [
      .version: .readBack(settings["version"]), .client: .readBack("libmongoc \(MongoClientLibrary.version)"),
      .durability: .readBack(Durability.level(of: durability(settings))),
      .writeIsolation: .design("one document is atomic; snapshot in transactions"),
      .readIsolation: .set(readConcern), .cache: .readBack(cache),
      .parallelWorkers: .design("none"), .justInTime: .design("none"),
      .planCache: .design("kept by the shape of a query"),
      .transport: .readBack(transport),
      .encryption: .set(maintenance.usesTLS ? "on" : "off"),
      .wireCompression: .set(isCompressed ? "as the URL asks" : "none"),
      .diskCompression: .readBack(compression), .logCompression: journal,
      .checkpoints: .readBack(checkpoints), .hugePages: .design("not asked for"),
      .fileSystem: .readBack(DataFolder.fileSystem(settings[MongoMaintenance.dataFolderKey], of: url)),
      .loadOrder: .set("about that of the ids, as loaded"), .processGroup: .readBack(process?.scheduling),
      .pinning: .readBack(process?.processors), .dispatch: .set(options.dispatch.rawValue),
      .connections: .set(String(options.connections)),
    ]
  }
}
