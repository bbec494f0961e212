/// Wilcoxon's rank-sum test of two independent samples, exact and two-sided (F. Wilcoxon, "Individual comparisons by ranking
/// methods", 1945; H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than the
/// other", 1947).
///
/// The null hypothesis is that the values say nothing about which sample they are of. Equal values get their mean rank, and the
/// p-value is that of the exact conditional distribution over all ways to choose the first sample among all values: twice the
/// smaller tail, at most 1.
struct RankSumTest: Sendable {
  let pValue: Double

  /// The time grows with the fourth power of this, to some hundredths of a second.
  static let mostValues = 100

  /// `nil` where a sample is empty: then there is nothing to compare; and for more than ``mostValues`` values.
  init?(_ first: [Double], _ second: [Double]) {
    let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
    guard !first.isEmpty, !second.isEmpty, all.count <= Self.mostValues else { return nil }
    var doubledRanks: [Int] = []
    var start = 0
    while start < all.count {
      var end = start + 1
      while end < all.count, all[end].0 == all[start].0 { end += 1 }
      // Twice the mean of the ranks start + 1 … end.
      doubledRanks.append(contentsOf: repeatElement(start + 1 + end, count: end - start))
      start = end
    }
    let observed = zip(all, doubledRanks).reduce(0) { $0 + ($1.0.1 ? $1.1 : 0) }
    // In how many ways so many of the ranks have a sum.
    var ways = [[Double]](
      repeating: [Double](repeating: 0, count: doubledRanks.reduce(0, +) + 1), count: first.count + 1)
    ways[0][0] = 1
    var reached = 0
    for (taken, rank) in doubledRanks.enumerated() {
      reached += rank
      for count in stride(from: min(taken + 1, first.count), to: 0, by: -1) {
        for sum in rank...reached { ways[count][sum] += ways[count - 1][sum - rank] }
      }
    }
    let choices = ways[first.count]
    let total = choices.reduce(0, +)
    let tail = min(choices[...observed].reduce(0, +), choices[observed...].reduce(0, +))
    pValue = min(1, 2 * tail / total)
  }
}
