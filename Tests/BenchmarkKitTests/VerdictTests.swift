import RealModule
import TestSupport
import Testing

@testable import BenchmarkKit

@Suite struct VerdictTests {
  private let rule = VerdictRule()

  /// Log ratios around that of `ratio`, with a spread of about `spread`, the same every time.
  private func blocks(_ ratio: Double, spread: Double = 0.02, count: Int = 12) -> [Double] {
    let pattern = [0.3, -0.9, 0.6, -0.2, 1.1, -0.6, 0.1, -1.2, 0.8, 0.05, -0.45, 0.5]
    return (0..<count).map { Double.log(ratio) + spread * (pattern[$0 % pattern.count] + 0.001 * Double($0)) }
  }

  private func family(_ first: [Double]) -> [[Double]] {
    [first] + (1..<8).map { _ in blocks(1, spread: 0.3) }
  }

  @Test func aClearDifferenceIsFasterAtTheFirstLook() throws {
    let verdict = rule.verdicts(family(blocks(3)))[0]
    #expect(verdict.kind == .faster)
    #expect(verdict.winner == 0)
    #expect(verdict.look == 1)
    #expect(verdict.ratio?.agreeing == 12)
    #expect(try #require(verdict.adjustedPValue) == 8 * 0.00048828125)
    let mirrored = rule.verdicts(family(blocks(1 / 3.0)))[0]
    #expect(mirrored.kind == .faster && mirrored.winner == 1)
  }

  @Test func noVerdictBeforeAllOfTheFamilyHaveTheBlocksOfTheLook() {
    var incomplete = family(blocks(3))
    incomplete[5].removeLast()
    #expect(rule.verdicts(incomplete).allSatisfy { $0.kind == .provisional && $0.look == nil })
    #expect(rule.verdicts([[], []]).allSatisfy { $0.kind == .provisional && $0.ratio == nil })
  }

  @Test func blocksBetweenTheLooksChangeNothing() {
    let atTheLook = rule.verdicts(family(blocks(1.05, spread: 0.1)))
    let later = rule.verdicts(family(blocks(1.05, spread: 0.1, count: 18)))
    #expect(atTheLook == later)
    #expect(atTheLook[0].kind == .inconclusive)
  }

  @Test func theSecondLookDecidesWhatTheFirstLeftOpen() {
    // One block on the other side, and not the smallest: 12 blocks are too few for Holm among eight.
    var open = blocks(1.2, spread: 0.02, count: 24)
    open[3] = -0.5
    var all = family(open)
    for index in 1..<8 { all[index] = blocks(1, spread: 0.3, count: 24) }
    let first = rule.verdicts(all.map { Array($0.prefix(12)) })[0]
    #expect(first.kind == .inconclusive && first.look == 1)
    let second = rule.verdicts(all)[0]
    #expect(second.kind == .faster && second.look == 2 && second.ratio?.blocks == 24)
  }

  @Test func equivalenceOutranksFaster() {
    let verdict = rule.verdicts(family(blocks(1.02, spread: 0.002)))[0]
    #expect(verdict.ratio?.agreeing == 12)
    #expect(verdict.kind == .equivalent)
    #expect(verdict.winner == nil)
  }

  @Test func moreBlocksThanAnybodyWaitsForIsNotDecidable() throws {
    let noisy = rule.verdicts(family(blocks(1.05, spread: 0.3)))[0]
    #expect(noisy.kind == .notDecidable)
    let close = rule.verdicts(family(blocks(1.08, spread: 0.1)))[0]
    #expect(close.kind == .inconclusive)
    #expect((13...48).contains(try #require(close.blocksNeeded)))
  }

  @Test func theProjectionScalesWithVarianceOverDistanceSquared() throws {
    func needed(_ ratio: Double, _ spread: Double) throws -> Int {
      let estimate = try #require(RatioEstimate(logRatios: blocks(ratio, spread: spread)))
      return try #require(BlockProjection(ratio: estimate, margin: 0.05, alpha: 0.04, family: 8)).blocks
    }
    let once = try needed(1.2, 0.5)
    let twice = try needed(1.2, 1)
    #expect((3.0...5.0).contains(Double(twice) / Double(once)))
  }

  @Test(arguments: [(8, 2), (16, 8), (8, 10)]) func plansThatCannotWinAreRefused(workloads: Int, blocks: Int)
  {
    let failure = #expect(throws: BenchmarkFailure.self) {
      try LookSchedule(blocks: blocks).requireDecidable(workloads: workloads, lookCount: 1)
    }
    #expect(failure?.status == .usage)
    let needed = workloads == 8 ? 11 : 12
    #expect(failure?.description.contains("--blocks \(needed)") == true, "\(failure?.description ?? "")")
  }

  @Test func plansThatCanWinAreNot() throws {
    try LookSchedule().requireDecidable(workloads: 16, lookCount: 1)
    try LookSchedule(blocks: 8).requireDecidable(workloads: 1, lookCount: 1)
    // Eight blocks are too few for sixteen workloads, sixteen are not.
    try LookSchedule(blocks: 8).requireDecidable(workloads: 16, lookCount: 2)
  }

  @Test func theScheduleSpendsFivePercent() {
    let schedule = LookSchedule()
    #expect(schedule.looks.map(\.blocks) == [12, 24])
    #expect((schedule.looks.map(\.alpha).reduce(0, +) - 0.05).magnitude < 1e-12)
  }

  /// The short form; `dbbench simulate --full` is the long one. With 150 families a scenario has to miss a limit of 5% by
  /// eight to show it, all together by one and a half.
  @Test func simulatedFamiliesKeepTheLimits() async {
    let families = isFullTest ? 3_000 : 150
    let limits = await withTaskGroup(of: [SimulationLimit].self) { group in
      for scenario in SimulationReport.scenarios {
        group.addTask {
          SimulationLimit.all(scenario, VerdictSimulation(seed: 11).run(scenario, families: families))
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    let pooled = SimulationLimit.pooled(limits)
    #expect(limits.count > 60 && pooled.count == 5)
    for limit in limits + pooled { #expect(limit.isKept(byChance: Self.chance), "\(limit.text)") }
  }

  /// The same simulation finds a rule that errs more often than it says.
  @Test func aCarelessRuleMissesTheLimits() {
    var careless = VerdictRule()
    for look in careless.schedule.looks.indices { careless.schedule.looks[look].alpha *= 4 }
    let limits = SimulationReport.scenarios.filter { $0.name.hasPrefix("no difference") }.flatMap {
      SimulationLimit.all($0, VerdictSimulation(rule: careless, seed: 11).run($0, families: 100))
    }
    let missed = SimulationLimit.pooled(limits).filter { !$0.isKept(byChance: Self.chance) }
    #expect(
      missed.contains { $0.words.hasPrefix("a wrong 'faster'") },
      "\(SimulationLimit.pooled(limits).map(\.text))")
  }

  /// What is rarer is no chance. There are some eighty limits, and the seed is always the same.
  private static let chance = 1e-4

  @Test func aWrongEquivalentCountsWhereTheDifferenceMatters() throws {
    let scenario = try #require(SimulationReport.scenarios.first { $0.name.hasPrefix("5% in all") })
    // As if a difference of up to 8% didn't matter: nearly all are called equivalent, which is right for that margin only.
    let careless = VerdictSimulation(rule: VerdictRule(margin: 0.08), seed: 11).run(scenario, families: 10)
    #expect(careless.equivalents > 60 && careless.wrongEquivalentShare == nil)
    var figures = careless
    figures.beyondMargin = figures.workloads
    figures.wrongEquivalents = figures.equivalents
    let missed = SimulationLimit.all(scenario, figures).filter { !$0.isKept(byChance: Self.chance) }
    #expect(missed.count == 1 && missed[0].words.contains("a wrong 'equivalent'"), "\(missed)")
  }

  /// What a segment doesn't hold a whole period of, it shows in part.
  @Test func aSwingShowsInSegmentsThatAreNoWholePeriod() {
    func deviation(_ segmentSeconds: Double) -> Double {
      let scenario = VerdictSimulation.Scenario(
        name: "swing", noise: .swingingArm(period: 1.5, amplitude: 0.3), blockDeviation: 0,
        segmentSeconds: segmentSeconds)
      return VerdictSimulation(seed: 11).run(scenario, families: 20).blockDeviation
    }
    #expect(deviation(0.9) > 0.04)
    #expect(deviation(15) < 0.01)
  }
}
