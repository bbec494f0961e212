/// A ``LatencyHistogram`` in a results file: only the values that occurred, so that percentiles can be merged and made anew.
///
/// In JSON one array of whole numbers: for each value, in order, how much it is above the one before (nanoseconds), then how
/// often it occurred.
public struct RecordedHistogram: Sendable, Equatable, Codable {
  /// Values in order, with their counts.
  var values: [(nanoseconds: UInt64, count: UInt64)]

  init(_ histogram: LatencyHistogram) { values = histogram.recordedValues }

  fileprivate func fill(_ histogram: inout LatencyHistogram) {
    for (value, count) in values { histogram.record(nanoseconds: value, count: UInt32(clamping: count)) }
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.values.elementsEqual(right.values) { $0 == $1 }
  }

  public init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    values = []
    var value: UInt64 = 0
    while !list.isAtEnd {
      let (sum, overflow) = value.addingReportingOverflow(try list.decode(UInt64.self))
      let count = try list.decode(UInt64.self)
      guard !overflow, count <= UInt32.max else {
        throw DecodingError.dataCorruptedError(in: list, debugDescription: "no histogram")
      }
      value = sum
      values.append((value, count))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var list = encoder.unkeyedContainer()
    var previous: UInt64 = 0
    for (value, count) in values {
      try list.encode(value - previous)
      try list.encode(count)
      previous = value
    }
  }
}

extension LatencyHistogram {
  /// With the digits that a histogram keeps, the same as the one that was recorded.
  init(_ recorded: RecordedHistogram) {
    self.init()
    recorded.fill(&self)
  }
}
