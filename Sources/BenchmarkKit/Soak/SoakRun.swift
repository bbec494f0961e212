import InstructorStore

/// Keeps a backend at work for ten minutes and more, so that checkpoints, vacuum and bloat are part of what is measured, and
/// watches what the server still does afterwards.
///
/// What the operations change is not undone: the place is loaded anew for each workload, and thrown away.
public struct SoakRun: Sendable {
  let settings: RunSettings
  let plan: SoakPlan
  let monitor: CPUMonitor

  /// - Parameter servers: Which processes are the servers, this target's or not.
  public init(settings: RunSettings, plan: SoakPlan, servers: [ProcessGroup]) {
    self.init(settings: settings, plan: plan, monitor: CPUMonitor(servers: servers))
  }

  init(settings: RunSettings, plan: SoakPlan, monitor: CPUMonitor) {
    self.settings = settings
    self.plan = plan
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - processorSeconds: What the target's server has used so far; `nil` where its processes can't be seen.
  ///   - each: Gets each result as soon as it is there, one that was interrupted too.
  public func run(
    _ workloads: [PreparedWorkload], on target: any BenchmarkTarget,
    processorSeconds: @escaping @Sendable () -> Double?, progress: ProgressSink, each: (SoakResult) -> Void
  ) async throws {
    let meter = ServerMeter(target: target, processorSeconds: processorSeconds)
    for workload in workloads {
      let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
      let (arm, _) = try await loader.load(target)
      do {
        try await run(workload, arm, meter, progress, each)
      } catch {
        await arm.store.close()
        throw error
      }
      await arm.store.close()
      progress.step("\(workload.name) on \(arm.displayName) done")
    }
  }

  private func run(
    _ workload: PreparedWorkload, _ arm: Arm, _ meter: ServerMeter, _ progress: ProgressSink,
    _ each: (SoakResult) -> Void
  ) async throws {
    var totals = Totals(
      SoakResult(
        backend: arm.name, displayName: arm.displayName, workload: workload.name,
        dispatch: settings.options.dispatch, concurrency: settings.concurrency,
        connections: settings.options.connections, seed: settings.seed,
        response: LatencySummary(LatencyHistogram()),
        watchSeconds: plan.watch.seconds,
        environment: arm.environment.merging(ClientProcess.environment) { server, _ in server }))
    let idle = try await idleUsage(arm, meter, progress)
    let begin = try await meter.begin()
    do {
      try await measure(workload, arm, meter, progress, &totals)
    } catch {
      if !totals.result.windows.isEmpty { each(totals.finished()) }
      throw error
    }
    each(try await watch(arm, meter, progress, begin: begin, idle: idle, totals))
  }

  /// What the server uses in a second with nothing to do.
  private func idleUsage(_ arm: Arm, _ meter: ServerMeter, _ progress: ProgressSink) async throws
    -> (processorSeconds: Double, bytes: Double)
  {
    let watch = SoakPlan.idleWatch(plan.watch)
    progress.update("\(arm.displayName): watching it idle")
    let before = try await meter.begin()
    try await Task.sleep(for: watch)
    let used = try await meter.end() - before
    return ((used.processorSeconds ?? 0) / watch.seconds, Double(used.writtenBytes ?? 0) / watch.seconds)
  }

  private func measure(
    _ workload: PreparedWorkload, _ arm: Arm, _ meter: ServerMeter, _ progress: ProgressSink,
    _ totals: inout Totals
  ) async throws {
    let clock = SystemMonotonicClock()
    let start = clock.nanoseconds()
    let end = start + UInt64(max(0, plan.duration.nanoseconds))
    var next = 0
    // What a window leaves of that is there for the next one.
    var prepared = 0
    while clock.nanoseconds() < end {
      let left = Duration.nanoseconds(Int64(end - clock.nanoseconds()))
      let slice = next..<next + totals.operationsAhead(workload.needsPreparation, plan.window)
      if workload.needsPreparation, prepared < slice.upperBound {
        // Whole periods: parts of one can't be made.
        let end = (slice.upperBound + workload.period - 1) / workload.period * workload.period
        try await prepare(prepared..<end, workload, arm, meter, &totals)
        prepared = end
      }
      let before = try await meter.begin()
      let reading = monitor.reading()
      let offset = clock.nanoseconds() - start
      let request = SliceRequest(
        operations: slice, concurrency: settings.concurrency, stopsAfter: min(plan.window, left))
      var result = await withTaskExecutorPreference(arm.store.executor) {
        await workload.runSlice(request, arm.store)
      }
      result.cpu = monitor.use(from: reading, to: monitor.reading())
      // In a task of its own: what was measured counts although this one may be cancelled.
      let after = await Task { try? await meter.end() }.value
      totals.add(result, at: Double(offset) / 1e9, used: (after ?? ServerUsage()) - before)
      try Task.checkCancellation()
      if let fatal = result.fatal {
        throw BenchmarkFailure(fatal, during: "\(arm.displayName) stopped answering in \(workload.name)")
      }
      next = result.touched.upperBound
      let last = totals.result.windows.last?.throughputPerSecond ?? 0
      progress.update(
        "\(workload.name) on \(arm.displayName): \(Quantity.count(Int(last))) operations/s, "
          + "\(Quantity.seconds(Double(end - min(end, clock.nanoseconds())) / 1e9)) left")
    }
  }

  /// Makes what a window's operations need: work for us, which is none of the server's own.
  private func prepare(
    _ slice: Range<Int>, _ workload: PreparedWorkload, _ arm: Arm, _ meter: ServerMeter,
    _ totals: inout Totals
  ) async throws {
    let before = try await meter.begin()
    do throws(StoreError) {
      try await workload.prepare(slice, arm.store)
    } catch {
      throw BenchmarkFailure(error, during: "preparing \(workload.name) on \(arm.displayName)")
    }
    totals.addPreparation(try await meter.end() - before)
  }

  /// Waits for what comes later, and reckons it up.
  private func watch(
    _ arm: Arm, _ meter: ServerMeter, _ progress: ProgressSink, begin: ServerUsage,
    idle: (processorSeconds: Double, bytes: Double), _ totals: Totals
  ) async throws -> SoakResult {
    var result = totals.finished()
    progress.update("\(arm.displayName): watching what it still does")
    // The result is there already: a Ctrl-C now costs only the reckoning.
    try? await Task.sleep(for: plan.watch)
    guard !Task.isCancelled, let end = try? await meter.end() else { return result }
    let outside = end - begin - result.timed - (result.preparation ?? .none)
    result.untimed = ServerUsage(
      processorSeconds: outside.processorSeconds.map {
        max(0, $0 - idle.processorSeconds * plan.watch.seconds)
      },
      writtenBytes: outside.writtenBytes.map { max(0, $0 - Int(idle.bytes * plan.watch.seconds)) })
    return result
  }

  private struct Totals {
    var result: SoakResult
    private var latency = LatencyHistogram()

    init(_ result: SoakResult) { self.result = result }

    /// All that there are, unless each has to be prepared: then about what a window takes.
    func operationsAhead(_ needsPreparation: Bool, _ window: Duration) -> Int {
      guard needsPreparation else { return IdentifierSpace.operationsPerWorkload / 4 }
      let rate = result.windows.last?.throughputPerSecond ?? 1_000
      return max(1_000, Int(rate * window.seconds))
    }

    mutating func add(_ slice: SliceResult, at offset: Double, used: ServerUsage) {
      let summary = LatencySummary(slice.latency)
      result.windows.append(
        .init(
          startSeconds: offset, elapsedSeconds: Double(slice.elapsedNanoseconds) / 1e9,
          operations: slice.ledger.succeeded, throughputPerSecond: slice.throughputPerSecond,
          p95: summary.p95,
          max: summary.max, serverProcessorSeconds: used.processorSeconds,
          serverWrittenBytes: used.writtenBytes, foreignCores: CPUMonitor.Use.foreignCores([slice.cpu])))
      result.ledger.add(slice.ledger)
      latency.add(slice.latency)
      result.traceHash &+= slice.traceHash
      result.timed = result.timed + used
    }

    mutating func addPreparation(_ used: ServerUsage) {
      result.preparation = (result.preparation ?? .none) + used
    }

    func finished() -> SoakResult {
      var finished = result
      finished.response = LatencySummary(latency)
      return finished
    }
  }
}
