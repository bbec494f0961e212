/// Pearson's test of observed counts against expected ones.
enum ChiSquare {
  /// How many standard deviations the statistic lies above what chance alone gives (Wilson, Hilferty 1931: the cube
  /// root of a chi-square value is close to normal). Above 4 is one in 30,000 for a fixed seed.
  static func deviations(observed: [Int], expected: [Double]) -> Double {
    let statistic = zip(observed, expected).reduce(0.0) { sum, pair in
      let difference = Double(pair.0) - pair.1
      return sum + difference * difference / pair.1
    }
    let freedom = Double(observed.count - 1)
    let spread = 2 / (9 * freedom)
    return (cubeRoot(statistic / freedom) - (1 - spread)) / spread.squareRoot()
  }

  static func deviationsFromUniform(_ observed: [Int]) -> Double {
    let mean = Double(observed.reduce(0, +)) / Double(observed.count)
    return deviations(observed: observed, expected: observed.map { _ in mean })
  }

  private static func cubeRoot(_ x: Double) -> Double {
    guard x > 0 else { return 0 }
    var root = max(x, 1)
    for _ in 0..<200 { root -= (root * root * root - x) / (3 * root * root) }
    return root
  }
}
