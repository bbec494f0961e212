/// Wilcoxon's signed-rank test of paired differences, exact and two-sided.
///
/// The null hypothesis is that each difference is as likely to have either sign. The coin that decides the order of a
/// block's arms makes that true by construction where the arms are the same, whatever the noise of the machine looks like
/// over time, so the p-value is one of a randomisation test (R. A. Fisher, "The Design of Experiments", 1935, § 21).
///
/// Zeros are left out (Wilcoxon 1945). Equal magnitudes get their mean rank, and the p-value is that of the exact
/// conditional distribution over all signs, not a normal approximation. The p-value is twice the smaller tail, at most 1.
struct SignedRankTest: Sendable {
  /// Differences that are not zero.
  let count: Int
  /// The sum of the ranks of positive differences.
  let positiveRankSum: Double
  let pValue: Double

  init(_ differences: [Double]) {
    let nonzero = differences.filter { $0 != 0 && !$0.isNaN }.sorted { $0.magnitude < $1.magnitude }
    count = nonzero.count
    var doubledRanks: [Int] = []
    doubledRanks.reserveCapacity(nonzero.count)
    var hasTies = false
    var start = 0
    while start < nonzero.count {
      var end = start + 1
      while end < nonzero.count, nonzero[end].magnitude == nonzero[start].magnitude { end += 1 }
      hasTies = hasTies || end > start + 1
      // Twice the mean of the ranks start + 1 … end.
      doubledRanks.append(contentsOf: repeatElement(start + 1 + end, count: end - start))
      start = end
    }
    var doubledSum = 0
    for (difference, rank) in zip(nonzero, doubledRanks) where difference > 0 { doubledSum += rank }
    positiveRankSum = Double(doubledSum) / 2
    let distribution =
      hasTies ? SignedRankDistribution(doubledRanks: doubledRanks) : SignedRankDistribution.untied(count)
    pValue = min(1, 2 * min(distribution.atMost(doubledSum), distribution.atLeast(doubledSum)))
  }

  /// What the test gives at best: all of `count` differences on one side.
  static func smallestPValue(count: Int) -> Double {
    var p = 2.0
    for _ in 0..<count { p /= 2 }
    return min(1, p)
  }

  /// The fewest differences that can give a p-value as small as `alpha`.
  static func smallestCount(alpha: Double) -> Int {
    var count = 1
    // 2⁻¹⁰⁰⁰ is smaller than any level.
    while count < 1_000, smallestPValue(count: count) > alpha { count += 1 }
    return count
  }
}
