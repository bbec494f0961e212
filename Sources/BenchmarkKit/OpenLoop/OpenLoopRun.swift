public import InstructorStore

/// One workload on one backend under an offered load: what `dbbench run --rate` measures.
public struct OpenLoopRun: Sendable {
  let settings: RunSettings
  let load: OfferedLoad

  public init(settings: RunSettings, load: OfferedLoad) {
    self.settings = settings
    self.load = load
  }

  /// Loads the catalog into `target`, offers the load to each workload in turn, and checks the data afterwards.
  ///
  /// - Parameter each: Gets each report as soon as it is there; what comes before an error or a cancellation stays valid.
  public func run(
    _ workloads: [PreparedWorkload], on target: any BenchmarkTarget, progress: ProgressSink,
    each: (OpenLoopReport) -> Void
  ) async throws {
    let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
    let (arm, _) = try await loader.load(target)
    do {
      for workload in workloads {
        let result = try await run(workload, on: arm, progress: progress)
        each(OpenLoopReport(workload.name, arm, settings, load, result))
        try Task.checkCancellation()
        if let error = result.restoreError { throw error }
        if let fatal = result.fatal {
          throw BenchmarkFailure(fatal, during: "\(arm.displayName) stopped answering in \(workload.name)")
        }
        progress.step("\(workload.name) on \(arm.displayName) done")
      }
      progress.update("checking that the data is what was loaded")
      try await Invariants(catalog: settings.catalog, seed: settings.seed).check(arm.store)
    } catch {
      await arm.store.close()
      throw error
    }
    await arm.store.close()
  }

  func run(_ workload: PreparedWorkload, on arm: Arm, progress: ProgressSink) async throws -> OpenLoopResult {
    let runner = ArmRunner(arm: arm, workload: workload, concurrency: settings.concurrency)
    progress.update("\(workload.name) on \(arm.displayName): warming up")
    _ = try await runner.warmUp(for: SingleRun.warmUp)
    progress.step(
      "\(workload.name) on \(arm.displayName): offering \(Quantity.significant(load.ratePerSecond)) calls/s for "
        + Quantity.seconds(load.duration.seconds))
    return try await runner.offer(
      OpenLoopRequest(load, firstOperation: 0, timeout: settings.options.timeout, seed: settings.seed))
  }
}

/// What one workload did on one backend under an offered load.
public struct OpenLoopReport: Sendable {
  public var backend: String
  public var displayName: String
  public var workload: String
  public var dispatch: DispatchMode
  public var connections: Int
  public var outstanding: Int
  public var seed: UInt64
  public var load: OfferedLoad
  public var ledger: Ledger
  public var status: OpenLoopStatus
  /// From the first intended call to the last answer.
  public var elapsedSeconds: Double
  /// Of all that was scheduled; a miss is slower than any answer.
  public var response: LatencySummary
  /// Of what was answered.
  public var lag: LatencySummary
  public var queue: LatencySummary
  public var service: LatencySummary
  public var delivery: LatencySummary
  /// Calls waiting or under way as each third of the arrivals found them, on average.
  public var outstandingByThird: [Double]
  public var traceHash: UInt64
  public var environment: [String: String]

  /// Failed or dropped.
  public var misses: Int { ledger.failed + ledger.dropped }
  public var throughputPerSecond: Double {
    elapsedSeconds > 0 ? Double(ledger.succeeded) / elapsedSeconds : 0
  }

  init(_ workload: String, _ arm: Arm, _ settings: RunSettings, _ load: OfferedLoad, _ result: OpenLoopResult)
  {
    backend = arm.name
    displayName = arm.displayName
    self.workload = workload
    dispatch = settings.options.dispatch
    connections = settings.options.connections
    outstanding = load.outstandingCalls(timeout: settings.options.timeout)
    seed = settings.seed
    self.load = load
    ledger = result.ledger
    status = result.status
    elapsedSeconds = Double(result.elapsedNanoseconds) / 1e9
    response = LatencySummary(result.times.response, misses: result.misses)
    lag = LatencySummary(result.times.lag)
    queue = LatencySummary(result.times.parts.queue)
    service = LatencySummary(result.times.parts.service)
    delivery = LatencySummary(result.times.parts.delivery)
    outstandingByThird = result.trend.means
    traceHash = result.traceHash
    environment = arm.environment.merging(ClientProcess.environment) { server, _ in server }
    environment["catalog"] = settings.catalog.fingerprint
  }
}
