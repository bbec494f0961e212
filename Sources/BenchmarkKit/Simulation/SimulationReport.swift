/// All scenarios, and the limits that they have to keep.
public struct SimulationReport: Sendable, Encodable {
  public static let fullFamilies = 10_000
  public static let quickFamilies = 1_000

  public struct Requirement: Sendable, Encodable {
    public var text: String
    public var isMet: Bool
  }

  public var figures: [SimulationFigures]
  public var requirements: [Requirement]

  /// - Parameter progress: Gets the name of each scenario before it runs.
  public init(
    families: Int, simulation: VerdictSimulation = VerdictSimulation(), progress: (String) -> Void = { _ in }
  ) {
    figures = []
    requirements = []
    for scenario in Self.scenarios {
      progress(scenario.name)
      let figures = simulation.run(scenario, families: families)
      self.figures.append(figures)
      requirements += Self.requirements(scenario, figures)
    }
  }

  public var isMet: Bool { requirements.allSatisfy(\.isMet) }

  /// One workload of the family has this ratio, the others none.
  private static func one(_ ratio: Double) -> [Double] {
    [ratio] + [Double](repeating: 1, count: VerdictSimulation.workloads - 1)
  }

  static let scenarios: [VerdictSimulation.Scenario] = [
    .init(name: "no difference", noise: .independent),
    .init(name: "no difference, heavy tails", noise: .heavyTailed),
    .init(name: "no difference, drifting machine", noise: .driftingMachine(seconds: 10)),
    .init(name: "no difference, machine stalls periodically", noise: .periodicStalls(period: 60, seconds: 5)),
    .init(name: "no difference, drifting arms", noise: .driftingArms(seconds: 10)),
    .init(name: "10% in one workload", noise: .independent, ratios: one(1.1)),
    .init(name: "10% in one workload, heavy tails", noise: .heavyTailed, ratios: one(1.1)),
    .init(
      name: "10% in one workload, drifting machine", noise: .driftingMachine(seconds: 10), ratios: one(1.1)),
    .init(
      name: "5% in all workloads, quiet machine", noise: .independent, blockDeviation: 0.02,
      ratios: [Double](repeating: 1.0501, count: VerdictSimulation.workloads)),
  ]

  private static func requirements(_ scenario: VerdictSimulation.Scenario, _ figures: SimulationFigures)
    -> [Requirement]
  {
    var requirements: [Requirement] = []
    func require(_ isMet: Bool, _ text: String) {
      requirements.append(Requirement(text: "\(scenario.name): \(text)", isMet: isMet))
    }
    let wrong = figures.wrongFasterShare
    require(wrong <= 0.05, "wrong 'faster' in \(percent(wrong)) of families, at most 5%")
    for (look, coverage) in zip([1, 2], figures.coverage) {
      require(
        (0.94...0.97).contains(coverage),
        "interval at look \(look) holds the truth in \(percent(coverage)), 94–97%")
    }
    if let found = figures.foundShare, scenario.ratios.contains(1.1) {
      require(found >= 0.95, "10% found in \(percent(found)), at least 95%")
    }
    return requirements
  }

  static func percent(_ share: Double) -> String { Quantity.decimal(share * 100, 2) + "%" }

  public var table: [String] {
    var table = TextTable([
      "scenario", "families", "wrong 'faster'", "interval 12", "interval 24", "as reported", "found at 1",
      "found",
      "equivalent",
    ])
    for entry in figures {
      table.add([
        entry.scenario, Quantity.count(entry.families), Self.percent(entry.wrongFasterShare),
        Self.percent(entry.coverage[0]), Self.percent(entry.coverage[1]),
        Self.percent(entry.coverageAsReported),
        entry.foundAtFirstLookShare.map(Self.percent) ?? "-", entry.foundShare.map(Self.percent) ?? "-",
        Self.percent(Double(entry.equivalents) / Double(max(1, entry.workloads))),
      ])
    }
    return table.lines
  }
}
