import InstructorStore

/// Soaks of two arms, one after the other: neither's late work falls into the other's time.
///
/// Each loads its place anew, since what a soak changes is not undone.
struct SoakRounds: Sendable {
  let settings: RunSettings
  let arms: [ArmSpecification]
  let plan: SoakPlan
  /// The first process of each arm's server; `nil` where it can't be seen.
  let serverProcesses: [Int32?]
  let monitor: CPUMonitor
  let progress: ProgressSink

  /// Adds the soaks of all workloads on all arms to the log, less those that are there, whole.
  func run(_ workloads: [PreparedWorkload], on targets: [any BenchmarkTarget], _ log: inout ResultsLog)
    async throws
  {
    for (number, workload) in workloads.enumerated() {
      for arm in number % 2 == 0 ? [0, 1] : [1, 0] {
        let known = log.record.soaks.first { $0.workload == workload.name && $0.arm == arm }
        guard known?.isComplete != true else { continue }
        var result: SoakResult?
        var failure: (any Error)?
        do {
          try await soak(workload, arm, targets[arm]) { result = $0 }
        } catch {
          failure = error
        }
        if let result { try log.add(.soak(SoakRecord(arm: arm, result))) }
        if let failure { throw failure }
        try Task.checkCancellation()
      }
    }
  }

  private func soak(
    _ workload: PreparedWorkload, _ arm: Int, _ target: any BenchmarkTarget, each: (SoakResult) -> Void
  ) async throws {
    var settings = settings
    settings.options = arms[arm].targetOptions
    let process = serverProcesses.indices.contains(arm) ? serverProcesses[arm] : nil
    progress.step(
      "soak: \(workload.name) on \(arms[arm].displayName) for \(Quantity.seconds(plan.duration.seconds))")
    try await SoakRun(settings: settings, plan: plan, monitor: monitor).run(
      [workload], on: target, processorSeconds: { process.flatMap(ServerUsage.processorSeconds(of:)) },
      progress: progress, each: each)
  }
}
