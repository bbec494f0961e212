/// How much each arm differs from itself where there is nothing to find: the same store as both arms of a comparison.
///
/// It tells what a machine and its servers can show at all, and stays true as long as the fingerprint does, so it is kept in
/// a cache (``CalibrationCache``).
public struct Calibration: Sendable, Codable, Equatable {
  /// ``Fingerprint/identifier`` of the comparison it was made in.
  public var fingerprintID: String
  /// By workload, for each arm: as far from 1 as noise alone gets.
  public var ratios: [String: [RatioEstimate]]

  /// Enough for an interval at 95%, and no more than half of what a comparison takes.
  static let blocks = 6

  private static let seedStream = TraceRandom.stream("calibration")

  /// Measures every workload of `run` on each of its arms against itself.
  static func measure(_ run: ComparisonRun, _ workloads: [PreparedWorkload], fingerprintID: String)
    async throws
    -> Calibration
  {
    var calibration = Calibration(fingerprintID: fingerprintID, ratios: [:])
    for arm in run.arms {
      var plan = run.plan.recorded
      plan.provisionalBlocks = Self.blocks
      plan.timeLimitSeconds = nil
      // Slices of another part of the trace than those that will be compared.
      plan.seed = TraceRandom.mixed(plan.seed ^ seedStream)
      var settings = run.settings
      settings.seed = plan.seed
      let own = ComparisonRun(
        arms: [arm, arm], settings: settings, plan: ComparisonPlan(recorded: plan), monitor: run.monitor,
        progress: run.progress)
      var log = ResultsLog()
      try log.add(.plan(plan))
      run.progress.step("calibration: \(arm.displayName) against itself")
      _ = try await own.run(workloads, &log) { _ in }
      for (name, verdict) in zip(log.record.timedWorkloads, log.record.verdicts) {
        if let ratio = verdict.ratio { calibration.ratios[name, default: []].append(ratio) }
      }
    }
    return calibration
  }
}
