import RealModule

/// What simulated families came to.
public struct SimulationFigures: Sendable, Encodable {
  public var scenario: String
  public var families = 0
  /// Families in which a workload without a difference was called faster, or the slower arm was.
  public var familiesWithWrongFaster = 0
  /// Workloads whose difference is larger than the margin, and those of them that were called equivalent.
  public var beyondMargin = 0
  public var wrongEquivalents = 0
  /// Workloads with a difference, and how many of them were called faster at each look.
  public var differences = 0
  public var found = [0, 0]
  /// Workloads called equivalent, of all.
  public var equivalents = 0
  public var workloads = 0
  /// Intervals that hold the true ratio: over all blocks of each look, and as reported (at the look that decided).
  public var covered = [0, 0]
  public var coveredAsReported = 0
  /// Blocks, and how far their log ratios are from the truth.
  public var blocks = 0
  public var squaredDeviations = 0.0

  init(scenario: String) { self.scenario = scenario }

  public var wrongFasterShare: Double { Double(familiesWithWrongFaster) / Double(max(1, families)) }
  public var wrongEquivalentShare: Double? {
    beyondMargin == 0 ? nil : Double(wrongEquivalents) / Double(beyondMargin)
  }
  public var foundShare: Double? { differences == 0 ? nil : Double(found.reduce(0, +)) / Double(differences) }
  public var foundAtFirstLookShare: Double? {
    differences == 0 ? nil : Double(found[0]) / Double(differences)
  }
  public var coverage: [Double] { covered.map { Double($0) / Double(max(1, workloads)) } }
  public var coverageAsReported: Double { Double(coveredAsReported) / Double(max(1, workloads)) }
  /// The standard deviation of a block's log ratio.
  public var blockDeviation: Double { Double.sqrt(squaredDeviations / Double(max(1, blocks))) }

  mutating func add(_ verdicts: [Verdict], _ logRatios: [[Double]], truths: [Double], rule: VerdictRule) {
    families += 1
    workloads += verdicts.count
    var isWrong = false
    for (index, verdict) in verdicts.enumerated() {
      let truth = truths[index]
      if truth != 0 { differences += 1 }
      let isBeyondMargin = truth.magnitude > Double.log(1 + rule.margin)
      if isBeyondMargin { beyondMargin += 1 }
      blocks += logRatios[index].count
      squaredDeviations += logRatios[index].reduce(0) { $0 + ($1 - truth) * ($1 - truth) }
      switch verdict.kind {
      case .faster:
        let isRight = truth != 0 && (truth > 0) == (verdict.winner == 0)
        if isRight { found[(verdict.look ?? 1) - 1] += 1 } else { isWrong = true }
      case .equivalent:
        equivalents += 1
        if isBeyondMargin { wrongEquivalents += 1 }
      default: break
      }
      for (number, look) in rule.schedule.looks.enumerated() {
        // The one that decided has it already.
        let ratio =
          verdict.look == number + 1
          ? verdict.ratio : RatioEstimate(logRatios: Array(logRatios[index].prefix(look.blocks)))
        if Self.holds(ratio, truth) { covered[number] += 1 }
      }
      if Self.holds(verdict.ratio, truth) { coveredAsReported += 1 }
    }
    if isWrong { familiesWithWrongFaster += 1 }
  }

  private static func holds(_ ratio: RatioEstimate?, _ truth: Double) -> Bool {
    guard let lower = ratio?.lower, let upper = ratio?.upper else { return true }
    let truth = Double.exp(truth)
    return lower <= truth && truth <= upper
  }
}
