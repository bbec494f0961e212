import InstructorStore

/// Stops a server for two seconds under an open and under a closed loop: users would notice, and only one of the two
/// shows it.
public struct StallTest: Sendable {
  static let stall = Duration.seconds(2)
  private static let length = Duration.seconds(6)
  private static let ratePerSecond = 200.0
  private static let tasks = 4

  private let settings: RunSettings
  private let pause: @Sendable () async throws -> Void
  private let resume: @Sendable () async throws -> Void

  /// - Parameters:
  ///   - pause: Stops all processes of the target's server (SIGSTOP).
  ///   - resume: Lets them go on.
  public init(
    settings: RunSettings, pause: @escaping @Sendable () async throws -> Void,
    resume: @escaping @Sendable () async throws -> Void
  ) {
    self.settings = settings
    self.pause = pause
    self.resume = resume
  }

  /// Loads the catalog and measures twice.
  public func run(on target: any BenchmarkTarget, progress: ProgressSink) async throws -> MeterCheck {
    let (arm, _) = try await Loader(catalog: settings.catalog, options: settings.options, progress: progress)
      .load(target)
    do {
      let check = try await measure(arm, progress)
      await arm.store.close()
      return check
    } catch {
      await arm.store.close()
      throw error
    }
  }

  private func measure(_ arm: Arm, _ progress: ProgressSink) async throws -> MeterCheck {
    let workload = PreparedWorkload("instructor-get", InstructorGet(settings.context))
    let runner = ArmRunner(arm: arm, workload: workload, concurrency: Self.tasks)
    _ = try await runner.warmUp(for: .milliseconds(500))
    progress.update("meter: \(arm.displayName) stopped for 2 s under an open loop")
    let load = OfferedLoad(ratePerSecond: Self.ratePerSecond, duration: Self.length)
    let request = OpenLoopRequest(
      load, firstOperation: 0, timeout: settings.options.timeout, seed: settings.seed)
    let open = try await whileStalling { try await runner.offer(request) }
    progress.update("meter: \(arm.displayName) stopped for 2 s under a closed loop")
    let closed = try await whileStalling {
      try await runner.execute(0..<IdentifierSpace.operationsPerWorkload / 4, stopsAfter: Self.length)
    }
    return Self.check(arm.displayName, open, closed)
  }

  /// Runs `body` and stops the server in its middle.
  private func whileStalling<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws
    -> Result
  {
    async let stalled: Void = stallOnce()
    let result = try await body()
    try await stalled
    return result
  }

  private func stallOnce() async throws {
    try await Task.sleep(for: Self.stall)
    try await pause()
    // A cancelled test must not leave a stopped server.
    try? await Task.sleep(for: Self.stall)
    try await resume()
  }

  /// A third of the calls were due while nothing answered: p90 waits for more than a second. The closed loop had its
  /// few calls under way stopped, among thousands.
  static func check(_ name: String, _ open: OpenLoopResult, _ closed: SliceResult) -> MeterCheck {
    let openP90 = open.response(atPercent: 90)
    let closedP95 = closed.latency.nanoseconds(atPercent: 95)
    let closedMost = closed.latency.maximumNanoseconds
    let isPassed =
      open.misses == 0 && open.ledger.isBalanced && (openP90 ?? 0) > 1_000_000_000
      && (closedP95 ?? .max) < 200_000_000 && (closedMost ?? 0) > 1_500_000_000
    return MeterCheck(
      name: "\(name) stopped for 2 s", isPassed: isPassed,
      detail: "open loop p90 \(Quantity.latency(openP90)) of \(Quantity.count(open.ledger.scheduled)) calls; "
        + "closed loop p95 \(Quantity.latency(closedP95)), slowest \(Quantity.latency(closedMost)) of "
        + "\(Quantity.count(closed.ledger.executed)): only the open loop shows it")
  }
}
