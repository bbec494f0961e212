/// How one kind of server is prepared, launched and known to be ready.
protocol ServerLauncher: Sendable {
  var kind: ServerKind { get }
  /// The folder of both servers.
  var folder: String { get }
  var startTimeout: Duration { get }

  /// Makes the server's own folder; called once.
  func prepare() throws(EphemeralServersError)
  /// Writes `FOLDER/NAME.launch` for a server on this port.
  func writeLaunchScript(port: Int) throws(EphemeralServersError)
  /// The server, if it is now ready to work, else `nil`.
  func ready(pid: Int32, port: Int) async throws(EphemeralServersError) -> RunningServer?
}

extension ServerLauncher {
  /// The server's own folder: its process number, data and socket.
  var home: String { "\(folder)/\(kind.rawValue)" }
  var dataDirectory: String { home + "/data" }
  var pidPath: String { home + "/pid" }
  var logPath: String { "\(folder)/\(kind.rawValue).log" }
  var launchPath: String { "\(folder)/\(kind.rawValue).launch" }

  /// Launches the server on a free port and waits until it is ready.
  ///
  /// Between choosing a port and listening on it another process may take it; then the launch is repeated
  /// with another port, at most 5 times in all.
  ///
  /// - Throws: `startFailed`, `startTimedOut`, `guardianFailed`, `folderUnusable`, `cancelled`.
  func start(
    _ guardian: Guardian, pickPort: () throws(EphemeralServersError) -> Int = FreePort.pick
  ) async throws(EphemeralServersError) -> RunningServer {
    try prepare()
    var remaining = 5
    while true {
      remaining -= 1
      let log = ServerLog(appendingTo: logPath)
      do throws(EphemeralServersError) {
        return try await launch(guardian, port: try pickPort(), log: log)
      } catch {
        guard error.code == .startFailed, log.saysAddressInUse, remaining > 0 else { throw error }
      }
    }
  }

  /// Launches the server again on a port it had before.
  func restart(_ guardian: Guardian, port: Int) async throws(EphemeralServersError) -> RunningServer {
    let log = ServerLog(appendingTo: logPath)
    return try await launch(guardian, port: port, log: log)
  }

  private func launch(
    _ guardian: Guardian, port: Int, log: ServerLog
  ) async throws(EphemeralServersError) -> RunningServer {
    let deadline = ContinuousClock.now + startTimeout
    try writeLaunchScript(port: port)
    removeFile(pidPath)  // so that a number read below is that of this launch
    try guardian.launch(kind.rawValue)
    guard let pid = try await poll(until: deadline, { recordedPID() }) else {
      throw failure(.startTimedOut, "was not launched within \(startTimeout)", log)
    }
    let server = try await poll(until: deadline) { () async throws(EphemeralServersError) -> RunningServer? in
      if let server = try await ready(pid: pid, port: port) { return server }
      if !ProcessTable.isAlive(pid, startedIn: folder) {
        throw failure(.startFailed, "ended before it was ready", log)
      }
      return nil
    }
    guard let server else { throw failure(.startTimedOut, "was not ready within \(startTimeout)", log) }
    return server
  }

  /// The process number that the launch script has recorded, once it has.
  private func recordedPID() -> Int32? {
    guard let bytes = readSmallFile(pidPath), let line = bytes.split(separator: UInt8(ascii: "\n")).first
    else { return nil }
    return Int32(String(decoding: line, as: UTF8.self))
  }

  private func failure(
    _ code: EphemeralServersError.Code, _ whatHappened: String, _ log: ServerLog
  ) -> EphemeralServersError {
    let (line, detail) = log.failure
    return EphemeralServersError(code, server: kind, "\(kind) \(whatHappened); \(line)", detail: detail)
  }
}
