import RealModule

/// About how many blocks will decide a workload, if estimate and spread stay what they are.
///
/// A normal approximation: the spread of a block comes from the width of the interval that there is, and the number is
/// what gives 80% power, to find the difference at the level that Holm's first step asks for or to get the interval inside
/// the margin, whichever takes fewer. It is never shown as more than an estimate.
struct BlockProjection: Sendable {
  private static let power = 0.8

  let blocks: Int

  /// `nil` where there is no interval yet.
  init?(ratio: RatioEstimate, margin: Double, alpha: Double, family: Int) {
    guard let lower = ratio.lower, let upper = ratio.upper, let confidence = ratio.confidence else {
      return nil
    }
    let halfWidth = (Double.log(upper) - Double.log(lower)) / 2
    let ownQuantile = NormalDistribution.quantile((1 + confidence) / 2)
    // The variance of one block, as the test sees it.
    let variance = halfWidth * halfWidth * Double(ratio.blocks) / (ownQuantile * ownQuantile)
    let centre = Double.log(ratio.estimate).magnitude
    let room = Double.log(1 + margin) - centre
    let powerQuantile = NormalDistribution.quantile(Self.power)
    func needed(_ distance: Double, _ level: Double) -> Double {
      guard distance > 0 else { return .infinity }
      let quantiles = NormalDistribution.quantile(1 - level / 2) + powerQuantile
      return variance * quantiles * quantiles / (distance * distance)
    }
    let corrected = alpha / Double(max(1, family))
    let fewest = min(needed(centre, corrected), needed(room, 1 - RatioEstimate.level))
    // More than it has, or it would be decided.
    blocks = max(ratio.blocks + 1, fewest < 1e6 ? Int(fewest.rounded(.up)) : 1_000_000)
  }
}
