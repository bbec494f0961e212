import RealModule

/// What a share of simulated verdicts has to be.
struct SimulationLimit: Sendable {
  var scenario: String
  /// What is limited, and to what.
  var words: String
  var share: Double
  var range: ClosedRange<Double>
  /// The families or workloads that the share is of.
  var count: Int

  /// - Parameter deviations: So many standard deviations beyond the limit count as kept: a short simulation can be off by
  ///   chance.
  func isKept(deviations: Double = 0) -> Bool {
    func slack(_ bound: Double) -> Double {
      deviations * Double.sqrt(bound * (1 - bound) / Double(max(1, count)))
    }
    return share >= range.lowerBound - slack(range.lowerBound)
      && share <= range.upperBound + slack(range.upperBound)
  }

  var text: String { "\(scenario): \(words): \(SimulationReport.percent(share))" }

  /// All that a scenario has to keep, if it has to keep any.
  static func all(_ scenario: VerdictSimulation.Scenario, _ figures: SimulationFigures) -> [SimulationLimit] {
    guard scenario.isLimited else { return [] }
    func limit(_ words: String, _ share: Double, _ range: ClosedRange<Double>, of count: Int) -> Self {
      SimulationLimit(scenario: scenario.name, words: words, share: share, range: range, count: count)
    }
    var limits = [
      limit(
        "a wrong 'faster' in at most 5% of families", figures.wrongFasterShare, 0...0.05,
        of: figures.families)
    ]
    for (number, coverage) in figures.coverage.enumerated() {
      limits.append(
        limit(
          "the interval at look \(number + 1) holds the truth in 94–97%", coverage, 0.94...0.97,
          of: figures.workloads))
    }
    // An interval that lies inside the margin misses a truth outside of it on one side: 2.5% at each of two looks.
    if let wrong = figures.wrongEquivalentShare {
      limits.append(
        limit(
          "a wrong 'equivalent' in at most 5% of the workloads that differ by more than the margin", wrong,
          0...0.05, of: figures.beyondMargin))
    }
    if let found = figures.foundShare, scenario.ratios.contains(1.1) {
      limits.append(limit("10% found in at least 95%", found, 0.95...1, of: figures.differences))
    }
    return limits
  }
}
