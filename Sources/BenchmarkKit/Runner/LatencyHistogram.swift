import Histogram

/// Times in nanoseconds, kept to three significant digits (an error below 0.1%) from 1 ns to 60 s.
///
/// Longer times count as 60 s: every call has a deadline of a few seconds, so there are none. Histograms are
/// merged, percentiles never averaged.
struct LatencyHistogram: Sendable {
  private static let longestNanoseconds: UInt64 = 60_000_000_000
  // UInt32 counts halve what a slice has to clear and keep in the cache; a run stays far below 2³²
  // operations.
  private var values = Histogram<UInt32>(
    lowestDiscernibleValue: 1, highestTrackableValue: longestNanoseconds,
    numberOfSignificantValueDigits: .three)

  var count: Int { Int(values.totalCount) }

  @inline(__always)
  mutating func record(nanoseconds: UInt64) {
    values.record(min(nanoseconds, Self.longestNanoseconds))
  }

  mutating func record(nanoseconds: UInt64, count: UInt32) {
    values.record(min(nanoseconds, Self.longestNanoseconds), count: count)
  }

  mutating func add(_ other: Self) { values.add(other.values) }

  /// The values that occurred, to the digits kept, in order.
  var recordedValues: [(nanoseconds: UInt64, count: UInt64)] {
    values.recordedValues().map { ($0.value, UInt64($0.count)) }
  }

  /// The time that `percent` of the operations did not exceed, or `nil` without any.
  func nanoseconds(atPercent percent: Double) -> UInt64? {
    count == 0 ? nil : values.valueAtPercentile(percent)
  }

  var maximumNanoseconds: UInt64? { count == 0 ? nil : values.maxRecorded }
  var meanNanoseconds: Double? { count == 0 ? nil : values.mean }
}
