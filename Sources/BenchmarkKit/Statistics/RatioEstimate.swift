import RealModule

/// How many times as fast the first arm is as the second, over blocks.
public struct RatioEstimate: Sendable, Equatable, Codable {
  public static let level = 0.95

  /// Blocks it rests on.
  public var blocks: Int
  /// The Hodges–Lehmann estimate over the blocks' log ratios, as a ratio.
  public var estimate: Double
  /// The interval that inverts the signed-rank test; `nil` for fewer than six blocks. Of this ratio alone: not corrected
  /// for there being several.
  public var lower: Double?
  public var upper: Double?
  /// How often such an interval holds the true ratio.
  public var confidence: Double?
  /// Exact, two-sided, of this ratio alone.
  public var pValue: Double
  /// Blocks on the side of the arm that is ahead.
  public var agreeing: Int

  /// `nil` for no blocks.
  init?(logRatios: [Double]) {
    let averages = WalshAverages(logRatios)
    guard let centre = averages.median else { return nil }
    blocks = logRatios.count
    estimate = Double.exp(centre)
    let interval = averages.interval(level: Self.level)
    lower = interval.map { Double.exp($0.lower) }
    upper = interval.map { Double.exp($0.upper) }
    confidence = interval?.confidence
    pValue = SignedRankTest(logRatios).pValue
    agreeing = logRatios.count { centre < 0 ? $0 < 0 : $0 > 0 }
  }

  /// The whole interval is within `margin` of 1: from 1 / (1 + margin) to 1 + margin.
  func isInside(margin: Double) -> Bool {
    guard let lower, let upper else { return false }
    return lower > 1 / (1 + margin) && upper < 1 + margin
  }
}
