import RealModule

/// A logarithmic axis: from values to places, with ticks at 1, 2 and 5 of each power of ten.
struct LogScale {
  private let low: Double
  private let high: Double
  private let start: Double
  private let end: Double

  /// - Parameters:
  ///   - values: What has to fit; those that are not positive don't count.
  ///   - places: Where the smallest and the largest value are.
  ///   - leastFactor: How far apart the ends are at the least.
  init(_ values: [Double], places: (start: Double, end: Double), leastFactor: Double = 2) {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    var low = positive.min() ?? 1
    var high = positive.max() ?? 1
    let factor = high / low
    if factor < leastFactor {
      let middle = (low * high).squareRoot()
      low = middle / leastFactor.squareRoot()
      high = middle * leastFactor.squareRoot()
    }
    // A little air on both sides.
    let air = Double.pow(high / low, 0.05)
    self.low = Double.log(low / air)
    self.high = Double.log(high * air)
    (start, end) = places
  }

  func place(of value: Double) -> Double {
    guard value > 0, value.isFinite else { return start }
    let share = (Double.log(value) - low) / (high - low)
    return start + min(1, max(0, share)) * (end - start)
  }

  /// At most `count`: powers of ten alone where there are too many.
  func ticks(atMost count: Int = 7) -> [Double] {
    let fine = ticks(steps: [1, 2, 5])
    if fine.count <= count { return fine.isEmpty ? [Double.exp((low + high) / 2)] : fine }
    let powers = ticks(steps: [1])
    guard powers.count > count else {
      return powers.count >= 2
        ? powers : fine.enumerated().compactMap { $0.offset % 2 == 0 ? $0.element : nil }
    }
    let step = (powers.count + count - 1) / count
    return powers.enumerated().compactMap { $0.offset % step == 0 ? $0.element : nil }
  }

  private func ticks(steps: [Double]) -> [Double] {
    let first = Int((low / Double.log(10)).rounded(.down))
    let last = Int((high / Double.log(10)).rounded(.up))
    guard first <= last else { return [] }
    return (first...last).flatMap { power in steps.map { $0 * Double.pow(10, power) } }
      .filter { Double.log($0) >= low && Double.log($0) <= high }
  }
}
