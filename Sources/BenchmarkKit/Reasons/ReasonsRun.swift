import InstructorStore

/// Finds out why the arms are as fast as they are, one workload after the other, with stores of its own.
struct ReasonsRun: Sendable {
  let arms: [Arm]
  let options: [TargetOptions]
  let settings: RunSettings
  /// What a segment takes.
  let segment: Duration
  let progress: ProgressSink

  /// - Parameter typicalOperations: Of a timed slice of each workload, by its name.
  /// - Throws: Where a server or the task is gone. A statement that can't be explained is a ``ReasonsRecord/problem``.
  func run(
    _ workloads: [PreparedWorkload], typicalOperations: [String: Int], each: (ReasonsRecord) throws -> Void
  ) async throws {
    for (number, arm) in arms.enumerated() {
      for workload in workloads {
        progress.update("finding out how \(arm.displayName) does \(workload.name)")
        var record = ReasonsRecord(workload: workload.name, arm: number)
        do {
          let evidence = EvidenceRun(
            target: arm.target, options: options[number], workload: workload,
            concurrency: settings.concurrency,
            typicalOperations: typicalOperations[workload.name] ?? 0)
          record.evidence = try await evidence.run()
          record.explanation = try await explain(workload, on: arm, options[number])
          let alternatives = AlternativesRun(
            target: arm.target, options: options[number], workload: workload, callers: settings.concurrency,
            time: min(Self.longestAlternative, segment))
          let figures = try await alternatives.run()
          if !figures.isEmpty { record.alternatives = figures }
        } catch let failure as BenchmarkFailure where failure.status != .unavailable {
          record.problem = failure.message
        }
        try each(record)
      }
    }
  }

  private static let longestAlternative = Duration.milliseconds(300)

  private func explain(_ workload: PreparedWorkload, on arm: Arm, _ options: TargetOptions) async throws
    -> WorkloadExplanation?
  {
    let explainer = try await Loader.naming("opening \(arm.displayName)") {
      try await arm.target.explainer(options)
    }
    guard let explainer else { return nil }
    let run = ExplanationRun(workload: workload, explainer: explainer, name: arm.displayName)
    do {
      let explanation = try await run.run()
      await explainer.close()
      return explanation
    } catch {
      await explainer.close()
      throw error
    }
  }
}
