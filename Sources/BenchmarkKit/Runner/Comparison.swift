import InstructorStore

/// The whole comparison of two targets: load, check that the answers are equal, time, check the data, time
/// whole loads.
public struct Comparison: Sendable {
  let settings: RunSettings
  let plan: ComparisonPlan
  let entries: [WorkloadEntry]
  let progress: ProgressSink

  public init(settings: RunSettings, plan: ComparisonPlan, entries: [WorkloadEntry], progress: ProgressSink) {
    self.settings = settings
    self.plan = plan
    self.entries = entries
    self.progress = progress
  }

  /// Runs all of it; the stores are closed afterwards, the targets left as they are.
  ///
  /// - Parameters:
  ///   - scratch: A second place for each target, needed for `bulk-load`.
  ///   - afterRound: Gets everything measured so far after each round.
  /// - Returns: What was measured. Once the timing has begun, an error or a cancellation ends it early and is
  ///   found in ``ComparisonResult/stopped``.
  /// - Throws: Whatever goes wrong before, a mismatch of the equivalence gate included.
  public func run(
    targets: (any BenchmarkTarget, any BenchmarkTarget), scratch: [(any BenchmarkTarget)?],
    afterRound: (ComparisonResult) -> Void
  ) async throws -> ComparisonResult {
    let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
    let first = try await loader.load(targets.0)
    do {
      let second = try await loader.load(targets.1)
      do {
        let result = try await compare(
          (first.arm, second.arm), [first.report, second.report], scratch, afterRound)
        await second.arm.store.close()
        await first.arm.store.close()
        return result
      } catch {
        await second.arm.store.close()
        throw error
      }
    } catch {
      await first.arm.store.close()
      throw error
    }
  }

  private func compare(
    _ arms: (Arm, Arm), _ loads: [LoadReport], _ scratch: [(any BenchmarkTarget)?],
    _ afterRound: (ComparisonResult) -> Void
  ) async throws -> ComparisonResult {
    if !plan.acceptsDifferences { try Durability.requireComparable(arms.0, arms.1) }
    let prepared = settings.prepared(entries)
    progress.update("checking that both give the same answers")
    let gate = EquivalenceGate(catalog: settings.catalog, seed: settings.seed, workloads: prepared)
    let passed = try await gate.check(arms.0.store, arms.1.store)
    progress.step(
      "\(Quantity.count(passed.operations)) operations replayed on both: every answer is the same")
    var result = ComparisonResult(
      settings: settings, arms: arms, workloads: entries.map(\.name), loads: loads,
      equivalentOperations: passed.operations)
    let run = ComparisonRun(arms: arms, settings: settings, plan: plan, progress: progress)
    await run.run(prepared, into: &result, afterRound: afterRound)
    if result.stopped == nil {
      progress.update("checking that the data is what was loaded")
      await result.checkInvariants(on: [arms.0, arms.1])
    }
    if result.stopped == nil, entries.contains(where: { $0.kind == .load }), scratch.count == 2,
      let first = scratch[0], let second = scratch[1]
    {
      let rounds = BulkLoadRounds(
        catalog: plan.loadedCatalog(of: settings.catalog), options: settings.options, progress: progress)
      await rounds.run((first, second), loads: plan.loads, into: &result)
    }
    return result
  }
}
