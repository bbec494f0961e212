/// What the blocks of one workload show so far: medians with the smallest and the largest block.
///
/// **Provisional.** A range of a few blocks is no confidence interval and no verdict; that takes exact tests
/// over more blocks, which this folder is kept for.
public struct ProvisionalComparison: Sendable {
  public static let label = "provisional: no verdict yet"

  public struct ArmFigures: Sendable {
    /// Operations per second, over blocks (loads per second never: see
    /// ``ProvisionalComparison/loadSeconds``).
    public var throughput: MedianRange?
    /// Over all operations of all blocks.
    public var response: LatencySummary
    public var ledger: Ledger
    public var traceHash: UInt64
  }

  public var workload: String
  public var blocks: Int
  public var arms: [ArmFigures]
  /// The first arm's throughput divided by the second's, over blocks; for loads, the inverse of the times.
  public var ratio: MedianRange?
  public var orders: [BlockOrder]
  public var ratios: [Double]
  /// Seconds of each load, by arm, for `bulk-load` only.
  public var loadSeconds: [[Double]]

  init(_ workload: String, _ blocks: [BlockResult]) {
    self.workload = workload
    self.blocks = blocks.count
    arms = [0, 1].map { arm in
      var latency = LatencyHistogram()
      var ledger = Ledger()
      var hash: UInt64 = 0
      for segment in blocks.flatMap({ $0.segments(of: arm) }) {
        latency.add(segment.result.latency)
        ledger.add(segment.result.ledger)
        hash &+= segment.result.traceHash
      }
      return ArmFigures(
        throughput: MedianRange(blocks.map { $0.throughput(of: arm) }), response: LatencySummary(latency),
        ledger: ledger, traceHash: hash)
    }
    orders = blocks.map(\.order)
    ratios = blocks.compactMap(\.ratio)
    ratio = MedianRange(ratios)
    loadSeconds = []
  }

  /// For `bulk-load`: rows per second of each load, and the range of the ratio of any two loads.
  init(_ workload: String, loads: [[LoadReport]]) {
    self.workload = workload
    blocks = loads.map(\.count).min() ?? 0
    arms = loads.map { reports in
      ArmFigures(
        throughput: MedianRange(reports.map(\.rowsPerSecond)), response: LatencySummary(LatencyHistogram()),
        ledger: Ledger(), traceHash: 0)
    }
    orders = []
    ratios =
      loads.count == 2 ? zip(loads[0], loads[1]).map { $1.elapsedSeconds / max($0.elapsedSeconds, 1e-9) } : []
    ratio = MedianRange(ratios)
    loadSeconds = loads.map { $0.map(\.elapsedSeconds) }
  }
}

extension ComparisonResult {
  /// One entry for each workload that has at least one block (or load), in the order of the plan.
  public var comparisons: [ProvisionalComparison] {
    workloads.compactMap { workload in
      let own = blocks.filter { $0.workload == workload }
      if !own.isEmpty { return ProvisionalComparison(workload, own) }
      guard WorkloadRegistry.all.contains(where: { $0.name == workload && $0.kind == .load }),
        bulkLoads.contains(where: { !$0.isEmpty })
      else { return nil }
      return ProvisionalComparison(workload, loads: bulkLoads)
    }
  }
}
