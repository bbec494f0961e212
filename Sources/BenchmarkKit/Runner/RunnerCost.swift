import InstructorStore

/// What the runner itself takes of a workload's call: the same calls through the same loop on the store in memory, which has
/// no server and no connection. A bound from above, as that store has some work too.
public struct RunnerCost: Sendable, Codable, Equatable {
  public var workload: String
  public var operations: Int
  public var throughputPerSecond: Double
  /// Nanoseconds of response time.
  public var p50: UInt64?
  /// Of all threads of this program; `nil` where that can't be measured.
  public var cpuMicrosecondsPerOperation: Double?

  /// Of each timed workload, a tenth of a second each.
  public static func measure(_ entries: [WorkloadEntry], _ settings: RunSettings) async throws -> [RunnerCost]
  {
    let meter = try await RunnerMeter(catalog: settings.catalog, keys: settings.keys, seed: settings.seed)
    var costs: [RunnerCost] = []
    for make in entries.compactMap(\.make) {
      if let cost = try await meter.cost(concurrency: settings.concurrency, make) { costs.append(cost) }
    }
    await meter.close()
    return costs
  }
}

/// Measures ``RunnerCost`` on a small catalog of its own.
struct RunnerMeter: Sendable {
  /// What a call takes of the runner doesn't depend on how many there are.
  private static let mostInstructors = 2_000
  private static let warmUp = Duration.milliseconds(50)
  private static let seconds = 0.1
  /// So that preparing and undoing writes takes no longer than what is measured.
  private static let mostOperations = 50_000

  private let arm: Arm
  private let context: WorkloadContext

  init(catalog: BenchmarkCatalog, keys: KeyDistribution, seed: UInt64) async throws {
    let catalog = catalog.smaller(instructors: Self.mostInstructors)
    let loader = Loader(catalog: catalog, options: TargetOptions(), progress: .none)
    arm = try await loader.load(MemoryTarget()).0
    context = WorkloadContext(catalog: catalog, keys: keys, seed: seed)
  }

  /// - Parameter make: Binds the workload to a catalog; `nil` for one that is no loop of calls.
  func cost(concurrency: Int, _ make: (WorkloadContext) -> PreparedWorkload?) async throws -> RunnerCost? {
    guard let workload = make(context) else { return nil }
    let runner = ArmRunner(
      arm: arm, workload: workload, concurrency: concurrency, monitor: CPUMonitor(servers: []))
    let rate = try await runner.warmUp(for: Self.warmUp)
    let count = min(max(Int(rate * Self.seconds), 2 * concurrency), Self.mostOperations)
    let result = try await runner.execute(0..<count)
    if let error = result.restoreError { throw error }
    let succeeded = result.ledger.succeeded
    return RunnerCost(
      workload: workload.name, operations: succeeded, throughputPerSecond: result.throughputPerSecond,
      p50: LatencySummary(result.latency).p50,
      cpuMicrosecondsPerOperation: result.cpu.groupSeconds[ProcessGroup.client].map {
        $0 * 1e6 / Double(max(1, succeeded))
      })
  }

  func close() async { await arm.store.close() }
}
