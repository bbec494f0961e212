/// A middle value and the extremes around it.
public struct MedianRange: Sendable, Equatable, Codable {
  public var median: Double
  public var minimum: Double
  public var maximum: Double

  init(median: Double, minimum: Double, maximum: Double) {
    self.median = median
    self.minimum = minimum
    self.maximum = maximum
  }

  /// `nil` for no values. The median of an even number of values is the mean of the two in the middle.
  public init?(_ values: [Double]) { self.init(sorted: values.sorted()) }

  init?(sorted: [Double]) {
    guard let first = sorted.first, let last = sorted.last else { return nil }
    let middle = sorted.count / 2
    median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    minimum = first
    maximum = last
  }
}
