import Synchronization

/// The exact distribution of Wilcoxon's signed-rank statistic where each difference is as likely to be positive as
/// negative: the sum of a random subset of the ranks.
///
/// Counted by dynamic programming over the ranks (F. Wilcoxon, "Individual comparisons by ranking methods", 1945; the
/// recursion is that of R's `csignrank`), as probabilities, so that any number of ranks fits. Ranks may be midranks: the
/// distribution is then the conditional one given the ties, which is still exact.
struct SignedRankDistribution: Sendable {
  /// P(sum ≤ s / 2); sums are doubled so that midranks are whole.
  private let cumulative: [Double]

  /// - Parameter doubledRanks: Twice each rank.
  init(doubledRanks: [Int]) {
    let total = doubledRanks.reduce(0, +)
    var probability = [Double](repeating: 0, count: total + 1)
    probability[0] = 1
    var reached = 0
    for rank in doubledRanks {
      reached += rank
      for sum in stride(from: reached, through: rank, by: -1) {
        probability[sum] = (probability[sum] + probability[sum - rank]) / 2
      }
      for sum in 0..<min(rank, reached + 1) { probability[sum] /= 2 }
    }
    var running = 0.0
    for sum in probability.indices {
      running += probability[sum]
      probability[sum] = running
    }
    cumulative = probability
  }

  /// P(sum ≤ `doubledSum` / 2).
  func atMost(_ doubledSum: Int) -> Double {
    doubledSum < 0 ? 0 : cumulative[min(doubledSum, cumulative.count - 1)]
  }

  /// P(sum ≥ `doubledSum` / 2): the distribution is symmetric about half of the total.
  func atLeast(_ doubledSum: Int) -> Double { atMost(cumulative.count - 1 - doubledSum) }

  /// The largest sum *c* of whole ranks for which 2 · P(sum ≤ c) ≤ `alpha`, or `nil` where not even 0 is that unlikely.
  func criticalSum(alpha: Double) -> Int? {
    var critical: Int?
    var sum = 0
    while 2 * sum < cumulative.count, 2 * cumulative[2 * sum] <= alpha {
      critical = sum
      sum += 1
    }
    return critical
  }

  /// That of the ranks 1…`count`, made once for each count.
  static func untied(_ count: Int) -> SignedRankDistribution {
    if let known = made.withLock({ $0[count] }) { return known }
    let new = SignedRankDistribution(doubledRanks: (0..<count).map { 2 * ($0 + 1) })
    made.withLock { $0[count] = new }
    return new
  }

  // As many entries as there are numbers of blocks in a run: a handful.
  private static let made = Mutex<[Int: SignedRankDistribution]>([:])
}
