/// Percentiles of response times for tables: a figure and the interval beside it are of one estimator.
///
/// The median over blocks has an interval; the whole run's percentile has none and shows the stalls that a median over blocks
/// hides. The one may be outside of the other's interval: they are different figures, so each has a place of its own.
enum PercentileText {
  static let names = ["p50", "p95", "p99"]
  /// Heads what ``overBlocks(_:)`` gives.
  static let overBlocksTitle = "median over blocks (95% interval)"
  /// Heads what ``wholeRun(_:isP99OneEvent:)`` gives.
  static let wholeRunTitle = "p50 / p95 / p99 of the whole run"

  /// For example `470 µs (454 µs–484 µs)`; `-` where there are too few blocks or operations.
  static func overBlocks(_ interval: LatencyInterval?) -> String {
    interval.map {
      "\(Quantity.latency($0.median)) (\(Quantity.latency($0.lower))–\(Quantity.latency($0.upper)))"
    } ?? "-"
  }

  /// For example `470 µs / 757 µs / 1.14 ms, one event`.
  static func wholeRun(_ latency: LatencySummary, isP99OneEvent: Bool) -> String {
    [latency.p50, latency.p95, latency.p99].map(Quantity.latency).joined(separator: " / ")
      + (isP99OneEvent && latency.p99 != nil ? ", one event" : "")
  }
}
