import InstructorStore

/// Brings a server into the state after a restart, between what prepares a segment and the segment.
public struct ColdStart: Sendable {
  /// What is cold, for the report.
  public let text: String
  let restart: @Sendable (_ arm: Int) async throws -> [ProcessGroup]

  /// - Parameter restart: Restarts the server of the arm with this number, empties what caches it can, and returns the
  ///   processes of all servers as they are now.
  public init(text: String, restart: @escaping @Sendable (_ arm: Int) async throws -> [ProcessGroup]) {
    self.text = text
    self.restart = restart
  }

  /// Restarts an arm's server and has its store connect again.
  ///
  /// Connecting is not what a segment measures: the calls that do it read nothing but the store's own few rows.
  func callAsFunction(_ arm: Arm, number: Int, connections: Int) async throws -> CPUMonitor {
    let groups = try await restart(number)
    try await Loader.naming("connecting to \(arm.displayName) after its restart") {
      try await InverseWork.chunks(of: 0..<connections, size: 1, concurrency: connections) {
        _ throws(StoreError) in
        try await arm.store.ping()
      }
    }
    return CPUMonitor(servers: groups)
  }
}
