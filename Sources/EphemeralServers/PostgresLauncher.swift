/// PostgreSQL: a new cluster, settings for a fair benchmark, and how to see that it is ready.
struct PostgresLauncher: ServerLauncher {
  let kind = ServerKind.postgres
  let folder: String
  let binFolder: String
  let options: EphemeralServerOptions
  /// The user to run as; `nil` for ourselves.
  let user: ServerUser?
  /// Of the superuser, for connections through TCP.
  let password: String
  let version: String

  var startTimeout: Duration { options.startTimeout }
  private var settingsPath: String { folder + "/postgres.settings" }
  private var passwordPath: String { home + "/password" }
  private var scriptPath: String { folder + "/postgres.script" }

  init(folder: String, binFolder: String, options: EphemeralServerOptions, user: ServerUser?) async {
    self.folder = folder
    self.binFolder = binFolder
    self.options = options
    self.user = user
    password = String((0..<24).compactMap { _ in "abcdefghijkmnpqrstuvwxyz23456789".randomElement() })
    // "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"
    let line = await ServerLocator.firstLine(of: binFolder + "/postgres", ["--version"]) ?? ""
    version = line.split(separator: " ").dropFirst(2).joined(separator: " ")
  }

  func prepare() throws(EphemeralServersError) {
    try ServerFolder.makeDirectory(home, owner: user)
    try ServerFolder.makeDirectory(dataDirectory, owner: user)
    try ServerFolder.write(password + "\n", to: passwordPath, owner: user)
  }

  func writeLaunchScript(port: Int) throws(EphemeralServersError) {
    try ServerFolder.write(settings(port: port), to: settingsPath, readableBy: user)
    let quoted = LaunchScript.quoted
    // Only the first time: a restart finds the cluster there. Not synced: what initdb made may be lost
    // in a power cut, what the running server acknowledges may not. With checksums, as mongod has them
    // (docs/decisions/0023).
    let initialize = """
      if ! [ -f \(quoted(dataDirectory + "/PG_VERSION")) ]; then
        \(quoted(binFolder + "/initdb")) -D \(quoted(dataDirectory)) --username=postgres \\
          --locale=C --encoding=UTF8 --data-checksums --no-sync --no-instructions \\
          --auth-local=trust --auth-host=scram-sha-256 --pwfile=\(quoted(passwordPath)) || exit 1
        echo \(quoted("include '\(settingsPath)'")) >>\(quoted(dataDirectory + "/postgresql.conf"))
      fi
      """
    let script = LaunchScript.text(
      home: home, folder: folder, before: initialize,
      command: [binFolder + "/postgres", "-D", dataDirectory])
    guard let user else { return try ServerFolder.write(script, to: launchPath) }
    try ServerFolder.write(script, to: scriptPath, readableBy: user)
    try ServerFolder.write(LaunchScript.text(running: scriptPath, as: user), to: launchPath)
  }

  /// What goes after initdb's own `postgresql.conf`; of two lines with the same name the later one holds.
  func settings(port: Int) -> String {
    let durable = options.durability == .durable
    let own: KeyValuePairs = [
      "listen_addresses": "127.0.0.1",
      "port": "\(port)",
      "unix_socket_directories": home,
      // In every process's title: tells them from another cluster's.
      "cluster_name": String(folder.split(separator: "/").last ?? ""),
      // mongod accepts far more; a pool of 100 and a test beside it must not meet the default of 100.
      "max_connections": "200",
      "shared_buffers": "\(options.cacheMegabytesPerServer)MB",
      // mongod asks for no huge pages either; the default takes them where the machine happens to have some.
      "huge_pages": "off",
      // Stated though they are the defaults: these are what "durable" means here.
      "fsync": "on",
      "full_page_writes": "on",
      "synchronous_commit": durable ? "on" : "off",
      // So that a bulk load isn't slowed by one forced checkpoint after another. checkpoint_timeout stays
      // at its 5 minutes: longer would push the cost of checkpoints out of a benchmark of 10 (docs/decisions/0023).
      "max_wal_size": "4GB",
      "timezone": "UTC",
      "log_timezone": "UTC",
    ]
    let extra = options.postgresSettings.sorted { $0.key < $1.key }
    return (own.map { ($0.key, $0.value) } + extra.map { ($0.key, $0.value) }).map { name, value in
      "\(name) = '\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'\n"
    }.joined()
  }

  /// Ready when the lock file of this very process says so: the postmaster writes `ready` into its eighth
  /// line when it begins to accept sessions, after any recovery.
  func ready(pid: Int32, port: Int) -> RunningServer? {
    guard let bytes = readSmallFile(dataDirectory + "/postmaster.pid") else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= 8, lines[0] == "\(pid)", lines[7].hasPrefix("ready") else { return nil }
    let host = URLText.percentEncoded(home)
    return RunningServer(
      kind: kind,
      url: "postgresql:///postgres?host=\(host)&port=\(port)&user=postgres",
      tcpURL: "postgresql://postgres:\(password)@127.0.0.1:\(port)/postgres",
      pid: pid, port: port, socketDirectory: home, socketPath: "\(home)/.s.PGSQL.\(port)",
      version: version, binaryPath: binFolder + "/postgres", logPath: logPath, dataDirectory: dataDirectory)
  }
}
