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

  var isKept: Bool { range.contains(share) }

  /// Whether something that just keeps the limit would be as far beyond it in a simulation of this size with at least this
  /// probability: a short simulation can be off by chance.
  func isKept(byChance probability: Double) -> Bool {
    let hits = Int((share * Double(count)).rounded())
    return BinomialDistribution(trials: count, probability: range.upperBound).atLeast(hits) >= probability
      && BinomialDistribution(trials: count, probability: range.lowerBound).atMost(hits) >= probability
  }

  var text: String { "\(scenario): \(words): \(SimulationReport.percent(share))" }

  /// Limits with the same words and range of several scenarios as one of all of them: what makes a wrong rule out of a right one
  /// shows in every scenario, and in all together long before it does in one.
  static func pooled(_ limits: [SimulationLimit]) -> [SimulationLimit] {
    Dictionary(grouping: limits, by: \.words).values.compactMap { alike in
      guard var pooled = alike.first else { return nil }
      pooled.scenario = "\(alike.count) scenarios"
      pooled.count = alike.reduce(0) { $0 + $1.count }
      pooled.share = alike.reduce(0) { $0 + $1.share * Double($1.count) } / Double(max(1, pooled.count))
      return pooled
    }
  }

  /// All that a scenario has to keep.
  static func all(_ scenario: VerdictSimulation.Scenario, _ figures: SimulationFigures) -> [SimulationLimit] {
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
