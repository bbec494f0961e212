public import InstructorStore

/// One side of a comparison as it was asked for: a backend in one configuration.
public struct ArmSpecification: Sendable, Codable, Equatable {
  /// What results call it; without dots, commas and spaces.
  public var name: String
  /// For people.
  public var displayName: String
  /// For example `postgres`.
  public var backend: String
  public var dispatch: String
  public var connections: Int
  /// Of the session (PostgreSQL) or the connection URL (MongoDB), on top of the server's own.
  public var settings: [String: String]
  /// Which processes are this arm's server, in the CPU times of segments; `nil` where it has none.
  public var processGroup: String?

  public init(
    name: String, displayName: String, backend: String, dispatch: DispatchMode, connections: Int,
    settings: [String: String] = [:], processGroup: String? = nil
  ) {
    self.name = name
    self.displayName = displayName
    self.backend = backend
    self.dispatch = dispatch.rawValue
    self.connections = connections
    self.settings = settings
    self.processGroup = processGroup
  }

  /// The client's and the arm's own server's part of processor times by group of processes.
  func ownTime(_ times: [String: Double]) -> Double {
    [ProcessGroup.client, processGroup].compactMap { $0 }.reduce(0) { $0 + (times[$1] ?? 0) }
  }

  /// How a target opens a store for it.
  public var targetOptions: TargetOptions {
    TargetOptions(
      connections: connections, dispatch: DispatchMode(rawValue: dispatch) ?? .direct, settings: settings)
  }
}
