import InstructorStore

/// The `bulk-load` workload: whole loads into an empty place of their own, the two arms in turn.
struct BulkLoadRounds: Sendable {
  let catalog: BenchmarkCatalog
  let arms: [ArmSpecification]
  let progress: ProgressSink

  /// Adds `loads` of each of two targets to the log, in the order ABBAAB, less those that are there.
  func run(_ targets: (any BenchmarkTarget, any BenchmarkTarget), loads: Int, _ log: inout ResultsLog)
    async throws
  {
    for number in 0..<loads {
      for arm in number % 2 == 0 ? [0, 1] : [1, 0] {
        guard log.record.bulkLoads.count(where: { $0.arm == arm }) <= number else { continue }
        progress.update("bulk-load \(number + 1) of \(loads) on \(arms[arm].displayName)")
        let loader = Loader(catalog: catalog, options: arms[arm].targetOptions, progress: .none)
        let report = try await loader.loadAndRemove(arm == 0 ? targets.0 : targets.1)
        try log.add(.bulkLoad(LoadRecord(arm: arm, report)))
      }
    }
    progress.step("bulk-load done, \(loads) loads each")
  }
}
