import InstructorStore

/// One workload on one backend in one configuration: what `dbbench run` measures.
public struct SingleRun: Sendable {
  /// When the timed part ends.
  public enum Length: Sendable, Equatable {
    case duration(Duration)
    case operations(Int)
  }

  public static let warmUp = Duration.seconds(1)

  let settings: RunSettings
  let length: Length

  public init(settings: RunSettings, length: Length) {
    self.settings = settings
    self.length = length
  }

  /// Loads the catalog into `target`, measures the workloads one after the other, and checks the data
  /// afterwards.
  ///
  /// - Parameter each: Gets each result as soon as it is there; what comes before an error stays valid.
  public func run(
    _ workloads: [PreparedWorkload], on target: any BenchmarkTarget, progress: ProgressSink,
    each: (RunResult) -> Void
  ) async throws {
    let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
    let (arm, _) = try await loader.load(target)
    do {
      for workload in workloads {
        let (result, restoreError) = try await run(workload, on: arm, progress: progress)
        each(result)
        if let restoreError { throw restoreError }
        progress.step("\(workload.name) on \(arm.displayName) done")
      }
      try await Invariants(catalog: settings.catalog, seed: settings.seed).check(arm.store)
    } catch {
      await arm.store.close()
      throw error
    }
    await arm.store.close()
  }

  /// Warms up, then measures; ends early where what was measured could not be undone.
  func run(_ workload: PreparedWorkload, on arm: Arm, progress: ProgressSink) async throws
    -> (result: RunResult, restoreError: (any Error)?)
  {
    let runner = ArmRunner(arm: arm, workload: workload, concurrency: settings.concurrency)
    progress.update("\(workload.name) on \(arm.displayName): warming up")
    let rate = try await runner.warmUp(for: Self.warmUp)
    progress.update("\(workload.name) on \(arm.displayName): measuring")
    var total = RunResult.Totals()
    switch length {
    case .operations(let count):
      // What needs preparation is prepared in parts, so that the tables don't grow with the length of the
      // run.
      let part = workload.needsPreparation ? Self.preparedPart(rate) : count
      var next = 0
      while next < count, total.restoreError == nil {
        let slice = next..<min(count, next + part)
        try await total.add(runner.execute(slice))
        next = slice.upperBound
      }
    case .duration(let duration) where workload.needsPreparation:
      var next = 0
      while total.elapsedSeconds < duration.seconds, total.restoreError == nil {
        let left = duration.seconds - total.elapsedSeconds
        let count = max(100, min(Self.preparedPart(rate), Int(rate * left)))
        try await total.add(runner.execute(next..<next + count))
        next += count
      }
    case .duration(let duration):
      let all = 0..<IdentifierSpace.operationsPerWorkload / 4
      try await total.add(runner.execute(all, stopsAfter: duration))
    }
    return (RunResult(workload.name, arm, settings, total), total.restoreError)
  }

  /// Operations of about a second.
  private static func preparedPart(_ rate: Double) -> Int { max(1_000, Int(rate)) }
}
