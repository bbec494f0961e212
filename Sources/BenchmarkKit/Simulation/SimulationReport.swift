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
      requirements += SimulationLimit.all(scenario, figures).map {
        Requirement(text: $0.text, isMet: $0.isKept)
      }
    }
  }

  public var isMet: Bool { requirements.allSatisfy(\.isMet) }

  /// One workload of the family has this ratio, the others none.
  private static func one(_ ratio: Double) -> [Double] {
    [ratio] + [Double](repeating: 1, count: VerdictSimulation.workloads - 1)
  }

  /// All workloads have this ratio.
  private static func all(_ ratio: Double) -> [Double] {
    [Double](repeating: ratio, count: VerdictSimulation.workloads)
  }

  /// Just outside of the margin: the difference that is easiest to take for none.
  private static let beyondMargin = 1.0501

  static let scenarios: [VerdictSimulation.Scenario] =
    [
      .init(name: "no difference", noise: .independent),
      .init(name: "no difference, heavy tails", noise: .heavyTailed),
      .init(name: "no difference, drifting machine", noise: .driftingMachine(seconds: 10)),
      .init(
        name: "no difference, machine stalls periodically", noise: .periodicStalls(period: 60, seconds: 5)),
      .init(name: "no difference, drifting arms", noise: .driftingArms(seconds: 10)),
      .init(name: "10% in one workload", noise: .independent, ratios: one(1.1)),
      .init(name: "10% in one workload, heavy tails", noise: .heavyTailed, ratios: one(1.1)),
      .init(
        name: "10% in one workload, drifting machine", noise: .driftingMachine(seconds: 10), ratios: one(1.1)),
      .init(
        name: "5% in all workloads, quiet machine", noise: .independent, blockDeviation: 0.02,
        ratios: all(beyondMargin)),
      .init(
        name: "5% in all workloads, quiet machine, heavy tails", noise: .heavyTailed, blockDeviation: 0.02,
        ratios: all(beyondMargin)),
      .init(
        name: "5% in all workloads, drifting machine", noise: .driftingMachine(seconds: 10),
        blockDeviation: 0.02,
        ratios: all(beyondMargin)),
      .init(
        name: "5% in all workloads, drifting arms", noise: .driftingArms(seconds: 10), blockDeviation: 0.02,
        ratios: all(beyondMargin)),
    ]
    + [0.2, 0.3].flatMap { amplitude in
      [RecordedPlan.defaultSegmentSeconds, 1.5].flatMap { rhythm(amplitude, segmentSeconds: $0) }
    }

  /// Whether segments of this length are too short for a slow rhythm of one arm. MongoDB's writes were once seen to have one of
  /// 1.5 s.
  private static func rhythm(_ amplitude: Double, segmentSeconds: Double) -> [VerdictSimulation.Scenario] {
    let text =
      "one arm swings by \(Quantity.decimal(amplitude * 100, 0))%, segments of "
      + "\(Quantity.decimal(segmentSeconds, 1)) s"
    return [("no difference", one(1)), ("10% in one workload", one(1.1))].map { difference, ratios in
      .init(
        name: "\(difference), \(text)", noise: .swingingArm(period: 1.5, amplitude: amplitude),
        ratios: ratios, segmentSeconds: segmentSeconds)
    }
  }

  static func percent(_ share: Double) -> String { Quantity.decimal(share * 100, 2) + "%" }

  public var table: [String] {
    var table = TextTable([
      "scenario", "families", "block sd", "wrong 'faster'", "interval 12", "interval 24", "as reported",
      "found at 1", "found", "equivalent", "wrongly",
    ])
    for entry in figures {
      table.add([
        entry.scenario, Quantity.count(entry.families), Self.percent(entry.blockDeviation),
        Self.percent(entry.wrongFasterShare),
        Self.percent(entry.coverage[0]), Self.percent(entry.coverage[1]),
        Self.percent(entry.coverageAsReported),
        entry.foundAtFirstLookShare.map(Self.percent) ?? "-", entry.foundShare.map(Self.percent) ?? "-",
        Self.percent(Double(entry.equivalents) / Double(max(1, entry.workloads))),
        entry.wrongEquivalentShare.map(Self.percent) ?? "-",
      ])
    }
    return table.lines
  }
}
