// What a fault test does to a server. Calls for the same server must not overlap; calls for different
// servers may.

extension EphemeralServers {
  /// Kills every process of a server with SIGKILL, so that it can't store or say anything more. Returns
  /// when they are gone.
  ///
  /// The data stays for ``restart(_:)``. What the operating system had been given is kept, so this doesn't
  /// show whether a server flushes its writes to the disk.
  ///
  /// - Throws: `notRunning`, `controlTimedOut`, `cancelled`.
  public func kill(_ kind: ServerKind) async throws(EphemeralServersError) {
    try await processes(of: kind).kill()
  }

  /// Stops every process of a server with SIGSTOP: connections stay open and nothing answers.
  ///
  /// - Throws: `notRunning`, `controlTimedOut`, `cancelled`.
  public func pause(_ kind: ServerKind) async throws(EphemeralServersError) {
    try await processes(of: kind).pause()
  }

  /// Lets a paused server go on with SIGCONT; harmless for one that isn't paused.
  ///
  /// - Throws: `notRunning`.
  public func resume(_ kind: ServerKind) throws(EphemeralServersError) {
    try processes(of: kind).resume()
  }

  /// Starts a server again, on the port, socket and data it had, and returns it once it accepts work.
  ///
  /// One that still runs is first shut down in order, open sessions included. Recovery after ``kill(_:)``
  /// counts towards the start timeout.
  ///
  /// - Throws: `notRunning` if it was never started; otherwise as ``start(_:)``, and `controlTimedOut`.
  @discardableResult
  public func restart(_ kind: ServerKind) async throws(EphemeralServersError) -> RunningServer {
    guard let launcher = launchers[kind], let before = self[kind] else { throw notStarted(kind) }
    if isRunning(kind) { try await processes(of: kind).shutDown() }
    let server = try await launcher.restart(guardian, port: before.port)
    replace(server)
    return server
  }

  /// Whether a server's first process is there; a paused one is. False for one that wasn't asked for.
  public func isRunning(_ kind: ServerKind) -> Bool {
    guard let server = self[kind] else { return false }
    return ProcessTable.isAlive(server.pid, startedIn: directory)
  }

  /// The last lines of a server's log, each cut at 400 characters; empty if there is none (any more).
  public func logTail(_ kind: ServerKind, lines: Int = 20) -> String {
    guard let server = self[kind] else { return "" }
    return ServerLog.tail(server.logPath, lines: max(0, lines))
  }

  /// The kind of file system that the data is on, for example `ext4`, `overlay` or `tmpfs`; `nil` if
  /// unknown. On `tmpfs` no setting makes a server durable.
  public var fileSystemType: String? { FileSystemType.ofPath(directory) }

  private func processes(of kind: ServerKind) throws(EphemeralServersError) -> ServerProcesses {
    guard let server = self[kind] else { throw notStarted(kind) }
    guard isRunning(kind) else {
      throw EphemeralServersError(
        .notRunning, server: kind, "\(kind) (process \(server.pid)) isn't running any more",
        detail: logTail(kind))
    }
    return ServerProcesses(kind: kind, main: server.pid)
  }

  private func notStarted(_ kind: ServerKind) -> EphemeralServersError {
    EphemeralServersError(.notRunning, server: kind, "no \(kind) was asked for when the servers were started")
  }
}
