import InstructorStore
import Synchronization

/// A part of a bulk load's time.
public struct LoadPhase: Sendable, Codable, Equatable {
  /// As of `BulkLoadProgress.Phase`.
  public var name: String
  public var seconds: Double
}

/// Divides the time of a load among its phases: each lasts from the last report of the one before to its own last.
final class LoadPhaseClock: Sendable {
  private let start: UInt64
  private let ends = Mutex<[BulkLoadProgress.Phase: UInt64]>([:])

  init(start: UInt64) { self.start = start }

  /// From any thread.
  func note(_ phase: BulkLoadProgress.Phase, at nanoseconds: UInt64) {
    ends.withLock { $0[phase] = max($0[phase] ?? 0, nanoseconds) }
  }

  /// Those that were reported, in order; what is left up to `end` belongs to the last.
  func phases(until end: UInt64) -> [LoadPhase] {
    let ends = ends.withLock { $0 }
    var phases: [LoadPhase] = []
    var last = start
    for phase in BulkLoadProgress.Phase.allCases {
      guard let own = ends[phase] else { continue }
      phases.append(LoadPhase(name: phase.rawValue, seconds: Double(max(own, last) - last) / 1e9))
      last = max(own, last)
    }
    if !phases.isEmpty, end > last { phases[phases.count - 1].seconds += Double(end - last) / 1e9 }
    return phases
  }
}
