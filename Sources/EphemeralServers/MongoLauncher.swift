/// MongoDB: mongod as a replica set of one, since only a replica set has transactions.
struct MongoLauncher: ServerLauncher {
  let kind = ServerKind.mongo
  let folder: String
  let binary: String
  let options: EphemeralServerOptions

  static let replicaSetName = "rs0"
  /// Room for a bulk load; a replica set of one loses nothing when it wraps.
  static let oplogMegabytes = 2048

  var startTimeout: Duration { options.startTimeout }

  func prepare() throws(EphemeralServersError) {
    try ServerFolder.makeDirectory(home, owner: nil)
    try ServerFolder.makeDirectory(dataDirectory, owner: nil)
  }

  func writeLaunchScript(port: Int) throws(EphemeralServersError) {
    let script = LaunchScript.text(
      home: home, folder: folder, command: [binary] + arguments(port: port))
    try ServerFolder.write(script, to: launchPath)
  }

  /// mongod's command line. It refuses an option given twice, so a setting of the caller's takes the place
  /// of our own.
  func arguments(port: Int) -> [String] {
    let own: KeyValuePairs = [
      "dbpath": dataDirectory,
      "replSet": Self.replicaSetName,
      "bind_ip": "127.0.0.1",
      "port": "\(port)",
      "unixSocketPrefix": home,
      "wiredTigerCacheSizeGB": "\(Double(options.cacheMegabytesPerServer) / 1024)",
      "oplogSize": "\(Self.oplogMegabytes)",
      // Samples its own state every second and writes it to disk; PostgreSQL has no such thing.
      "setParameter.diagnosticDataCollectionEnabled": "false",
    ]
    let settings = own.map { ($0.key, $0.value) }.filter { options.mongoSettings[$0.0] == nil }
    let extra = options.mongoSettings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    return (settings + extra).flatMap { name, value in
      name.hasPrefix("setParameter.")
        ? ["--setParameter", "\(name.dropFirst("setParameter.".count))=\(value)"] : ["--\(name)", value]
    }
  }

  /// Ready when it is a primary that takes writes. A mongod without a replica set gets one here.
  func ready(pid: Int32, port: Int) async throws(EphemeralServersError) -> RunningServer? {
    let socketPath = "\(home)/mongodb-\(port).sock"
    do {
      guard let connection = MongoConnection(socketPath: socketPath) else { return nil }
      let deadline = ContinuousClock.now + .seconds(2)
      let hello = try await connection.run(["hello": .int32(1)], deadline: deadline)
      if hello.bool("isreplicaset") {
        // Just after a restart it may not have read its old configuration yet and refuse a new one; either
        // way the next hello tells.
        _ = try await connection.run(
          ["replSetInitiate": .document(configuration(port: port))], deadline: deadline)
        return nil
      }
      guard hello.bool("isWritablePrimary") else { return nil }
      let build = try await connection.run(["buildInfo": .int32(1)], deadline: deadline)
      let path = URLText.percentEncoded(socketPath)
      let query = "directConnection=true&replicaSet=\(Self.replicaSetName)&\(writeConcern)"
      return RunningServer(
        kind: kind,
        url: "mongodb://\(path)/?\(query)", tcpURL: "mongodb://127.0.0.1:\(port)/?\(query)",
        pid: pid, port: port, socketDirectory: home, socketPath: socketPath,
        version: build.string("version") ?? "", binaryPath: binary, logPath: logPath,
        dataDirectory: dataDirectory)
    } catch is CancellationError {
      throw .cancelled
    } catch {
      return nil  // not up yet; the caller's deadline decides
    }
  }

  private var writeConcern: String {
    switch options.durability {
    case .durable: "w=majority&journal=true"
    case .relaxed: "w=1&journal=false"
    }
  }

  private func configuration(port: Int) -> BSONDocument {
    [
      "_id": .string(Self.replicaSetName),
      "members": .array(["0": .document(["_id": .int32(0), "host": .string("127.0.0.1:\(port)")])]),
    ]
  }
}
