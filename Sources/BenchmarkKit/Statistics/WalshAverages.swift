/// The means of all pairs of values, each value with itself too, in order (J. E. Walsh, 1949).
///
/// The Hodges–Lehmann estimate of the centre is their median, and the signed-rank test is inverted by counting along them:
/// for a hypothetical centre θ, the sum of the positive ranks of *x* − θ is the number of averages above θ (J. W. Tukey 1949;
/// Hodges and Lehmann, "Estimates of location based on rank tests", 1963; M. Hollander, D. A. Wolfe, E. Chicken,
/// "Nonparametric Statistical Methods", § 3.2–3.3).
struct WalshAverages: Sendable {
  private let count: Int
  let sorted: [Double]

  init(_ values: [Double]) {
    count = values.count
    var averages: [Double] = []
    averages.reserveCapacity(values.count * (values.count + 1) / 2)
    for (index, first) in values.enumerated() {
      for second in values[index...] { averages.append((first + second) / 2) }
    }
    sorted = averages.sorted()
  }

  /// The Hodges–Lehmann estimate, or `nil` for no values.
  var median: Double? { MedianRange(sorted: sorted)?.median }

  /// An interval for the centre.
  struct Interval: Sendable, Equatable {
    var lower: Double
    var upper: Double
    /// How often such an interval holds the true centre: at least the level asked for.
    var confidence: Double
  }

  /// The centres that the exact two-sided signed-rank test at 1 − `level` does not reject, or `nil` where there are too
  /// few values to reject any (fewer than six for 95%).
  ///
  /// Test and interval never contradict each other. Where values are equal, the interval is that of the untied
  /// distribution, which is a little too wide.
  func interval(level: Double) -> Interval? {
    let distribution = SignedRankDistribution.untied(count)
    guard let critical = distribution.criticalSum(alpha: 1 - level), critical < sorted.count - critical else {
      return nil
    }
    return Interval(
      lower: sorted[critical], upper: sorted[sorted.count - 1 - critical],
      confidence: 1 - 2 * distribution.atMost(2 * critical))
  }
}
