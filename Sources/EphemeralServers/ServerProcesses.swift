#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// All processes of one server: mongod is one; PostgreSQL is the postmaster and its children.
struct ServerProcesses: Sendable {
  let kind: ServerKind
  let main: Int32

  /// How long processes may take to follow a signal that they can't refuse.
  private static let signalTimeout = Duration.seconds(10)
  /// How long an orderly end may take: it writes out what is in the cache.
  private static let shutDownTimeout = Duration.seconds(60)

  func kill() async throws(EphemeralServersError) {
    let children = try await stopMain()
    // The children first: as long as their stopped parent can't collect them, their numbers stay theirs.
    for child in children { sendSignal(SIGKILL, to: child) }
    sendSignal(SIGKILL, to: main)
    try await wait("die", for: children + [main], Self.signalTimeout) { $0 == .gone }
  }

  func pause() async throws(EphemeralServersError) {
    let children = try await stopMain()
    for child in children { sendSignal(SIGSTOP, to: child) }
    try await wait("pause", for: children, Self.signalTimeout) { $0 != .running }
  }

  func resume() {
    for child in ProcessTable.children(of: main) { sendSignal(SIGCONT, to: child) }
    sendSignal(SIGCONT, to: main)
  }

  /// Ends the server in order: PostgreSQL's fast shutdown, which ends its sessions; mongod's only one.
  func shutDown() async throws(EphemeralServersError) {
    let children = ProcessTable.children(of: main)
    sendSignal(kind == .postgres ? SIGINT : SIGTERM, to: main)
    resume()
    try await wait("shut down", for: children + [main], Self.shutDownTimeout) { $0 == .gone }
  }

  /// Stops the first process, which alone makes new ones, and returns its children. From here on none
  /// appears and none vanishes.
  private func stopMain() async throws(EphemeralServersError) -> [Int32] {
    sendSignal(SIGSTOP, to: main)
    try await wait("pause", for: [main], Self.signalTimeout) { $0 != .running }
    return ProcessTable.children(of: main)
  }

  private func wait(
    _ what: String, for pids: [Int32], _ timeout: Duration,
    until isDone: @Sendable (ProcessTable.State) -> Bool
  ) async throws(EphemeralServersError) {
    #if os(Linux)
      let done = try await poll(until: .now + timeout) {
        pids.allSatisfy { isDone(ProcessTable.state($0)) } ? true : nil
      }
      if done != nil { return }
      throw EphemeralServersError(
        .controlTimedOut, server: kind, "\(kind) (process \(main)) did not \(what) within \(timeout)")
    #endif
  }
}
