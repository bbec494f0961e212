import InstructorStore

/// What the runner itself takes of a workload's call: the same calls through the same loop on the store in memory, whose work is
/// part of it. Handing a call to a thread that has a connection, and its answer back, is not: that is the other stores' own.
public struct RunnerCost: Sendable, Codable, Equatable {
  public var workload: String
  public var operations: Int
  public var throughputPerSecond: Double
  /// Nanoseconds of response time.
  public var p50: UInt64?
  /// Of all threads of this program; `nil` where that can't be measured.
  public var cpuMicrosecondsPerOperation: Double?

  /// Of each timed workload, a tenth of a second each. Without those where that can't be done: nothing that was measured is
  /// lost for it.
  public static func measure(_ entries: [WorkloadEntry], _ settings: RunSettings) async -> [RunnerCost] {
    var costs: [RunnerCost] = []
    for make in entries.compactMap(\.make) {
      // Each on data of its own: what one creates would be in another's way.
      let cost = try? await RunnerMeter.cost(
        settings.catalog, settings.keys, seed: settings.seed, concurrency: settings.concurrency, make)
      if let cost { costs.append(cost) }
    }
    return costs
  }
}

/// Measures ``RunnerCost`` on a small catalog.
enum RunnerMeter {
  /// What a call takes of the runner doesn't depend on how many records there are.
  private static let mostRecords = 2_000
  private static let mostReviews = 20_000
  private static let warmUp = Duration.milliseconds(50)
  private static let seconds = 0.1
  /// So that preparing and undoing writes takes no longer than what is measured.
  private static let mostOperations = 50_000

  /// - Parameter make: Binds the workload to a catalog; `nil` for one that is no loop of calls.
  static func cost(
    _ catalog: BenchmarkCatalog, _ keys: KeyDistribution, seed: UInt64, concurrency: Int,
    _ make: (WorkloadContext) -> PreparedWorkload?
  ) async throws -> RunnerCost? {
    let small = try BenchmarkCatalog(
      seed: catalog.seed, instructors: min(catalog.instructors, mostRecords),
      courses: min(catalog.courses, mostRecords), reviewers: min(catalog.reviewers, mostRecords),
      reviews: min(catalog.reviews, mostReviews))
    guard let workload = make(WorkloadContext(catalog: small, keys: keys, seed: seed)) else { return nil }
    let loader = Loader(catalog: small, options: TargetOptions(), progress: .none)
    let arm = try await loader.load(MemoryTarget()).0
    let runner = ArmRunner(
      arm: arm, workload: workload, concurrency: concurrency, monitor: CPUMonitor(servers: []))
    let rate = try await runner.warmUp(for: warmUp)
    let count = min(max(Int(rate * seconds), 2 * concurrency), mostOperations)
    let result = try await runner.execute(0..<count)
    await arm.store.close()
    if let error = result.restoreError { throw error }
    let succeeded = result.ledger.succeeded
    guard succeeded > 0 else { return nil }
    return RunnerCost(
      workload: workload.name, operations: succeeded, throughputPerSecond: result.throughputPerSecond,
      p50: LatencySummary(result.latency).p50,
      cpuMicrosecondsPerOperation: result.cpu.groupSeconds[ProcessGroup.client].map {
        $0 * 1e6 / Double(succeeded)
      })
  }
}
