import DriverKit
package import InstructorStore

extension MongoStore {
  /// How many of the connections serve a kind of call at a time (docs/decisions/0016), in words; for reports.
  package static func lanesText(connections: Int, _ dispatch: DispatchMode) -> String {
    let lanes = min(connections, PoolOptions.defaultLanes)
    return switch dispatch {
    case .batched:
      "calls that share exchanges over \(lanes) of them, more where more wait than one takes; reads over all but one while that serves more"
    case .direct: "every call over any of them"
    }
  }
}
