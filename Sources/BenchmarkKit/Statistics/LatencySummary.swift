/// Percentiles of one kind of time, in nanoseconds; `nil` where there are too few samples to support one.
///
/// p99 needs at least 10,000 operations and p99.9 at least 100,000: below that a handful of events decide
/// them.
public struct LatencySummary: Sendable, Equatable, Decodable {
  public static let operationsForP99 = 10_000
  public static let operationsForP999 = 100_000
  /// p50, p90 and p95 need a sample too.
  public static let operationsForP95 = 200

  public var p50: UInt64?
  public var p90: UInt64?
  public var p95: UInt64?
  public var p99: UInt64?
  public var p999: UInt64?
  public var max: UInt64?
  public var mean: UInt64?

  init(_ histogram: LatencyHistogram) {
    let count = histogram.count
    p50 = histogram.nanoseconds(atPercent: 50)
    p90 = count >= Self.operationsForP95 ? histogram.nanoseconds(atPercent: 90) : nil
    p95 = count >= Self.operationsForP95 ? histogram.nanoseconds(atPercent: 95) : nil
    p99 = count >= Self.operationsForP99 ? histogram.nanoseconds(atPercent: 99) : nil
    p999 = count >= Self.operationsForP999 ? histogram.nanoseconds(atPercent: 99.9) : nil
    max = histogram.maximumNanoseconds
    mean = histogram.meanNanoseconds.map { UInt64($0.rounded()) }
  }
}
