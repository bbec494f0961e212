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
    var runner = ArmRunner(arm: arm, workload: workload, concurrency: settings.concurrency)
    runner.splitsTimes = true
    progress.update("\(workload.name) on \(arm.displayName): warming up")
    let rate = try await runner.warmUp(for: Self.warmUp)
    progress.update("\(workload.name) on \(arm.displayName): measuring")
    var total = RunResult.Totals()
    var recount: Recount?
    var touched: [Range<Int>] = []
    /// Executes a slice; after the last one, and before its writes are undone, what the run has touched is counted again.
    func execute(_ slice: Range<Int>, stopsAfter: Duration? = nil, isLast: @escaping (SliceResult) -> Bool)
      async throws
    {
      let executed = try await runner.execute(slice, stopsAfter: stopsAfter) { result in
        touched.append(result.touched)
        guard isLast(result) else { return }
        recount = try await countAgain(workload, touched, on: arm, progress)
      }
      total.add(executed)
    }
    switch length {
    case .operations(let count):
      // What needs preparation is prepared in parts, so that the tables don't grow with the length of the
      // run.
      let part = workload.needsPreparation ? Self.preparedPart(rate) : count
      var next = 0
      while next < count, total.restoreError == nil {
        let slice = next..<min(count, next + part)
        try await execute(slice) { _ in slice.upperBound == count }
        next = slice.upperBound
      }
    case .duration(let duration) where workload.needsPreparation:
      var next = 0
      while total.elapsedSeconds < duration.seconds, total.restoreError == nil {
        let left = duration.seconds - total.elapsedSeconds
        let count = max(100, min(Self.preparedPart(rate), Int(rate * left)))
        let before = total.elapsedSeconds
        try await execute(next..<next + count) { before + $0.elapsedSeconds >= duration.seconds }
        next += count
      }
    case .duration(let duration):
      let all = 0..<IdentifierSpace.operationsPerWorkload / 4
      try await execute(all, stopsAfter: duration) { _ in true }
    }
    total.recount = recount
    return (RunResult(workload.name, arm, settings, total), total.restoreError)
  }

  /// Counts the reviews of everything that these operations may have written to; `nil` where they write none.
  private func countAgain(
    _ workload: PreparedWorkload, _ slices: [Range<Int>], on arm: Arm, _ progress: ProgressSink
  ) async throws -> Recount? {
    // What was prepared beyond the slice is there too.
    let whole = slices.map { slice in
      slice.lowerBound / workload.period * workload.period..<(slice.upperBound + workload.period - 1)
        / workload.period * workload.period
    }
    let touches = Set(whole.joined().lazy.compactMap(workload.touch))
    guard !touches.isEmpty else { return nil }
    progress.update("\(workload.name) on \(arm.displayName): counting again what was touched")
    return try await Recounting(catalog: settings.catalog).check(touches, on: arm.store)
  }

  /// Operations of about a second.
  private static func preparedPart(_ rate: Double) -> Int { max(1_000, Int(rate)) }
}
