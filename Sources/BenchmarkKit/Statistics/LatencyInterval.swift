/// An interval for a percentile of response times, from the blocks' own percentiles.
///
/// The median over blocks with the order statistics around it that hold the true median in at least 95% of cases, whatever
/// the distribution (the sign test inverted; H. A. David, H. N. Nagaraja, "Order Statistics", § 7.1). Only where each block
/// has ten operations beyond the percentile and there are six blocks. A median over blocks hides rare stalls: the whole
/// run's percentile stands beside it.
public struct LatencyInterval: Sendable, Codable, Equatable {
  /// Nanoseconds.
  public var median: UInt64
  public var lower: UInt64
  public var upper: UInt64

  private static let percentiles: [(name: String, percent: Double)] = [("p50", 50), ("p95", 95), ("p99", 99)]
  private static let operationsBeyond = 10.0
  private static let blocksOfAnEvent = 5

  /// - Parameter misses: Of each block, calls that failed or were dropped and count as slower than any time; none without
  ///   it. Where a block's percentile is one of them there is no interval.
  static func all(of blocks: [LatencyHistogram], misses: [Int]? = nil) -> [String: LatencyInterval] {
    let misses = misses ?? blocks.map { _ in 0 }
    var intervals: [String: LatencyInterval] = [:]
    for (name, percent) in percentiles {
      let fewest = operationsBeyond / (1 - percent / 100)
      guard zip(blocks, misses).allSatisfy({ Double($0.count + $1) >= fewest }) else { continue }
      let values = zip(blocks, misses).compactMap {
        LatencySummary.nanoseconds($0, atPercent: percent, misses: $1)
      }
      guard values.count == blocks.count else { continue }
      intervals[name] = LatencyInterval(values)
    }
    return intervals
  }

  private init?(_ values: [UInt64]) {
    let sorted = values.sorted()
    // The largest k with 2 · P(fewer than k of n fair coins are heads) ≤ 5%.
    var probability = 1.0
    for _ in sorted { probability /= 2 }
    var tail = 0.0
    var k = 0
    while k < sorted.count, 2 * (tail + probability) <= 1 - RatioEstimate.level {
      tail += probability
      probability *= Double(sorted.count - k) / Double(k + 1)
      k += 1
    }
    guard k > 0, let middle = MedianRange(sorted: sorted.map { Double($0) })?.median else { return nil }
    median = UInt64(middle)
    lower = sorted[k - 1]
    upper = sorted[sorted.count - k]
  }

  /// Whether what lies beyond the whole run's p99 comes from fewer than five of its blocks, as it does where there are fewer.
  /// Without enough operations there is no p99 to say it of.
  static func isOneEvent(_ merged: LatencyHistogram, blocks: [LatencyHistogram]) -> Bool {
    guard merged.count >= LatencySummary.operationsForP99, let p99 = merged.nanoseconds(atPercent: 99)
    else { return false }
    return blocks.count { ($0.maximumNanoseconds ?? 0) > p99 } < blocksOfAnEvent
  }
}
