/// Sums over the segments of an arm.
struct SegmentTotals: Sendable {
  var ledger = Ledger()
  var traceHash: UInt64 = 0
  private var cpuSeconds: [String: Double] = [:]

  init(_ segments: [BlockRecord.Segment]) {
    for segment in segments {
      ledger.add(segment.ledger)
      traceHash &+= UInt64(segment.traceHash, radix: 16) ?? 0
      cpuSeconds.merge(segment.cpuSeconds, uniquingKeysWith: +)
    }
  }

  /// By group of processes.
  var cpuMicrosecondsPerOperation: [String: Double] {
    let executed = Double(max(1, ledger.executed))
    return cpuSeconds.mapValues { $0 * 1e6 / executed }
  }
}

/// Figures of an arm that are of all its segments together: the same for a closed loop and an open one.
protocol FiguresOfTotals {
  var scheduled: Int { get }
  var succeeded: Int { get }
  var failed: Int { get }
  var dropped: Int { get }
  /// By group of processes.
  var cpuMicrosecondsPerOperation: [String: Double] { get }
  /// Of the operations that were executed.
  var traceHash: String { get }
}
