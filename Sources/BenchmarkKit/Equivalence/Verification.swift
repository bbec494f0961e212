import InstructorStore

/// What `dbbench verify` does: loads two targets, compares their answers, and checks the data afterwards.
public struct Verification: Sendable {
  let settings: RunSettings
  let entries: [WorkloadEntry]
  let probeSteps: Int
  let progress: ProgressSink

  /// - Parameter entries: Whose operations are compared beside those of every kind.
  public init(settings: RunSettings, entries: [WorkloadEntry], probeSteps: Int, progress: ProgressSink) {
    self.settings = settings
    self.entries = entries
    self.probeSteps = probeSteps
    self.progress = progress
  }

  /// Every workload and every mix that comes with the program.
  public static func allEntries() throws(BenchmarkFailure) -> [WorkloadEntry] {
    WorkloadRegistry.all.filter { $0.kind != .load } + (try MixLibrary.all()).map { $0.entry() }
  }

  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/mismatch`` that shows the first operation with
  ///   different answers.
  public func run(targets: (any BenchmarkTarget, any BenchmarkTarget)) async throws -> EquivalenceGate.Passed
  {
    let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
    var arms: [Arm] = []
    do {
      for target in [targets.0, targets.1] { arms.append(try await loader.load(target).arm) }
      progress.update("comparing answers")
      let gate = EquivalenceGate(
        catalog: settings.catalog, seed: settings.seed, workloads: settings.prepared(entries),
        probeSteps: probeSteps)
      let passed = try await gate.check(arms[0].store, arms[1].store)
      for arm in arms {
        try await Invariants(catalog: settings.catalog, seed: settings.seed).check(arm.store)
      }
      for arm in arms { await arm.store.close() }
      return passed
    } catch {
      for arm in arms { await arm.store.close() }
      throw error
    }
  }
}
