import RealModule

/// The standard normal distribution; for projections and simulations only, no verdict relies on it.
enum NormalDistribution {
  static func cumulative(_ z: Double) -> Double { Double.erfc(-z / Double.sqrt(2)) / 2 }

  /// The z with P(Z ≤ z) = `probability`, by bisection: exact to the last digits of ``cumulative(_:)``.
  ///
  /// - Parameter probability: Between 0 and 1, both excluded; what is outside gives ±40.
  static func quantile(_ probability: Double) -> Double {
    var low = -40.0
    var high = 40.0
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
