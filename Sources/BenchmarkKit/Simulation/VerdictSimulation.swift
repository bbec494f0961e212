import RealModule

/// Runs the verdict's own rule on simulated comparisons whose truth is known: how often it claims what isn't so, how often
/// its interval holds the true ratio, how often it finds a difference that is there.
///
/// A family is a comparison of several workloads; blocks, their order by the coin, the jitter of their segments, and looks
/// are those of a real run.
public struct VerdictSimulation: Sendable {
  struct Scenario: Sendable {
    var name: String
    var noise: SimulatedNoise
    /// The standard deviation of a block's log ratio, where the segments are independent.
    var blockDeviation = 0.05
    /// The first arm is this many times as fast, for each workload.
    var ratios = [Double](repeating: 1, count: VerdictSimulation.workloads)
    /// Before the jitter.
    var segmentSeconds = RecordedPlan.defaultSegmentSeconds
  }

  static let workloads = 8

  let rule: VerdictRule
  let seed: UInt64

  public init(rule: VerdictRule = VerdictRule(), seed: UInt64 = 42) {
    self.rule = rule
    self.seed = seed
  }

  private static let noiseStream = TraceRandom.stream("simulated noise")

  /// Simulates `families` comparisons.
  func run(_ scenario: Scenario, families: Int) -> SimulationFigures {
    var figures = SimulationFigures(scenario: scenario.name)
    let truths = scenario.ratios.map { Double.log($0) }
    let stream = Self.noiseStream ^ TraceRandom.stream(scenario.name)
    for family in 0..<families {
      let machine = SimulatedMachine(
        noise: scenario.noise, blockDeviation: scenario.blockDeviation,
        random: TraceRandom(seed: seed, stream: stream, index: family))
      let logRatios = blocks(scenario, truths, machine, family: UInt64(family))
      figures.add(rule.verdicts(logRatios), logRatios, truths: truths, rule: rule)
    }
    return figures
  }

  /// The log ratios of all blocks of all looks, for each workload; block *k* of every workload in round *k*.
  private func blocks(_ scenario: Scenario, _ truths: [Double], _ machine: SimulatedMachine, family: UInt64)
    -> [[Double]]
  {
    var machine = machine
    let seed = seed ^ TraceRandom.mixed(family)
    var logRatios = [[Double]](repeating: [], count: truths.count)
    for block in 0..<(rule.schedule.looks.last?.blocks ?? 0) {
      for (workload, truth) in truths.enumerated() {
        let order = BlockOrder(seed: seed, workload: String(workload), block: block)
        let factor = ComparisonPlan.jitterFactor(seed: seed, workload: String(workload), block: block)
        var logRatio = truth
        for segment in order.segments {
          let noise = machine.next(arm: segment.arm, seconds: scenario.segmentSeconds * factor) / 2
          logRatio += segment.arm == 0 ? noise : -noise
        }
        logRatios[workload].append(logRatio)
      }
    }
    return logRatios
  }
}
