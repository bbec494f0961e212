import RealModule

/// The exact distribution of the number of successes among independent trials; for the limits of simulations only, no verdict
/// relies on it.
struct BinomialDistribution: Sendable {
  let trials: Int
  /// Of a success, between 0 and 1, both included.
  let probability: Double

  /// P(successes ≥ `count`).
  func atLeast(_ count: Int) -> Double {
    if count <= 0 || probability >= 1 { return count <= trials ? 1 : 0 }
    guard count <= trials, probability > 0 else { return 0 }
    // From the first term on each follows from the one before it; those behind the peak get smaller until they change nothing.
    let first =
      Double.logGamma(Double(trials + 1)) - Double.logGamma(Double(count + 1))
      - Double.logGamma(Double(trials - count + 1)) + Double(count) * Double.log(probability)
      + Double(trials - count) * Double.log(onePlus: -probability)
    var term = Double.exp(first)
    var sum = term
    for successes in count..<trials {
      term *= Double(trials - successes) / Double(successes + 1) * probability / (1 - probability)
      sum += term
      if Double(successes) > probability * Double(trials), term < sum * 1e-17 { break }
    }
    return min(1, sum)
  }

  /// P(successes ≤ `count`): as many failures at least as are left.
  func atMost(_ count: Int) -> Double {
    BinomialDistribution(trials: trials, probability: 1 - probability).atLeast(trials - count)
  }
}
