import DriverKit
package import InstructorStore

extension PostgresStore {
  /// How many of the connections serve short reads at a time (docs/decisions/0016), in words; for reports.
  package static func lanesText(connections: Int, _ dispatch: DispatchMode, isServerHere: Bool) -> String {
    let lanes = min(connections, PoolOptions.defaultLanes)
    return switch dispatch {
    case .batched:
      "calls that share exchanges over \(lanes) of them, more where more wait than one takes; reads over all but one while that serves more"
    case .direct where isServerHere:
      "short reads over \(lanes) of them while the server answers in less than 0.1 ms, others over all"
    case .direct: "every call over any of them"
    }
  }
}
