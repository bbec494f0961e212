import InstructorStore

/// Searches, for two arms by turns, the highest rate of arrivals whose response times stay under a limit.
public struct CapacityRun: Sendable {
  private static let stream = TraceRandom.stream("capacity")

  let settings: RunSettings
  let plan: CapacityPlan
  let arms: [ArmSpecification]
  let entries: [WorkloadEntry]
  let monitor: CPUMonitor
  let progress: ProgressSink

  /// - Parameters:
  ///   - arms: Two.
  ///   - servers: Which processes are the servers.
  public init(
    settings: RunSettings, plan: CapacityPlan, arms: [ArmSpecification], entries: [WorkloadEntry],
    servers: [ProcessGroup], progress: ProgressSink
  ) {
    self.init(
      settings: settings, plan: plan, arms: arms, entries: entries, monitor: CPUMonitor(servers: servers),
      progress: progress)
  }

  init(
    settings: RunSettings, plan: CapacityPlan, arms: [ArmSpecification], entries: [WorkloadEntry],
    monitor: CPUMonitor, progress: ProgressSink
  ) {
    self.settings = settings
    self.plan = plan
    self.arms = arms
    self.entries = entries
    self.monitor = monitor
    self.progress = progress
  }

  /// Loads both, checks that they give the same answers, searches, and checks the data.
  ///
  /// - Parameters:
  ///   - targets: The place of each arm.
  ///   - each: Gets the result of a workload when it is there; one that ended early says so.
  public func run(targets: (any BenchmarkTarget, any BenchmarkTarget), each: (CapacityResult) -> Void)
    async throws
  {
    let first = try await load(targets.0, arms[0])
    do {
      let second = try await load(targets.1, arms[1])
      do {
        try await run([first, second], each)
      } catch {
        await second.store.close()
        throw error
      }
      await second.store.close()
    } catch {
      await first.store.close()
      throw error
    }
    await first.store.close()
  }

  private func load(_ target: any BenchmarkTarget, _ specification: ArmSpecification) async throws -> Arm {
    let loader = Loader(catalog: settings.catalog, options: specification.targetOptions, progress: progress)
    var arm = try await loader.load(target).arm
    arm.name = specification.name
    arm.displayName = specification.displayName
    return arm
  }

  private func run(_ arms: [Arm], _ each: (CapacityResult) -> Void) async throws {
    if !plan.acceptsDifferences { try Durability.requireComparable(arms[0], arms[1]) }
    let workloads = settings.prepared(entries)
    progress.update("checking that both give the same answers")
    let gate = EquivalenceGate(catalog: settings.catalog, seed: settings.seed, workloads: workloads)
    let passed = try await gate.check(arms[0].store, arms[1].store)
    progress.step(
      "\(Quantity.count(passed.operations)) operations replayed on both: every answer is the same")
    for workload in workloads {
      var result = CapacityResult(
        workload: workload.name, level: plan.level, percentile: 99,
        arms: zip(self.arms, arms).map { .init(specification: $0, environment: $1.environment) },
        seed: settings.seed, catalog: settings.catalog.fingerprint,
        isOneMachine: settings.isOneMachine, acceptsBusyMachine: plan.acceptsBusyMachine)
      do {
        try await search(workload, arms, &result)
        each(result)
      } catch {
        result.stopped = error is CancellationError ? "interrupted" : "\(error)"
        if !result.probes.isEmpty { each(result) }
        throw error
      }
    }
    progress.update("checking that the data is what was loaded")
    for arm in arms { try await Invariants(catalog: settings.catalog, seed: settings.seed).check(arm.store) }
  }

  private func search(_ workload: PreparedWorkload, _ arms: [Arm], _ result: inout CapacityResult)
    async throws
  {
    let runners = arms.map {
      ArmRunner(arm: $0, workload: workload, concurrency: settings.concurrency, monitor: monitor)
    }
    var pilots: [Double] = []
    for runner in runners {
      progress.update("\(workload.name): warming up \(runner.arm.displayName)")
      pilots.append(try await runner.warmUp(for: SingleRun.warmUp))
    }
    result.percentile = CapacityPlan.percentile(slowest: pilots.min() ?? 0)
    var trace = CapacityTrace()
    for number in 0..<plan.searches {
      var searches = pilots.enumerated().map { arm, pilot in
        CapacitySearch(start: RateGrid.index(below: pilot * startFactor(number, arm)))
      }
      // Probe by probe, by turns: what the machine does meanwhile hits both.
      while let round = Self.round(searches) {
        for arm in number % 2 == 0 ? round : round.reversed() {
          guard let index = searches[arm].next else { continue }
          progress.update(
            "\(workload.name), search \(number + 1) of \(plan.searches): \(arms[arm].displayName) at "
              + "\(Quantity.count(Int(RateGrid.rate(index)))) calls/s")
          let probe = try await probe(runners[arm], index, search: number, arm: arm, &trace, &result)
          searches[arm].record(passes: probe.isUnder)
        }
      }
      for arm in arms.indices { result.arms[arm].rates.append(searches[arm].passed.map(RateGrid.rate) ?? 0) }
      let found = result.arms.map { "\($0.displayName) \(Quantity.count(Int($0.rates.last ?? 0)))/s" }
      progress.step(
        "\(workload.name), search \(number + 1) of \(plan.searches): \(found.joined(separator: ", "))")
    }
  }

  /// Offers a rate until nothing disturbed it, or until so much did that the machine is known to be busy.
  private func probe(
    _ runner: ArmRunner, _ index: Int, search: Int, arm: Int, _ trace: inout CapacityTrace,
    _ result: inout CapacityResult
  ) async throws -> CapacityProbe {
    let rate = RateGrid.rate(index)
    var request = request(rate, result.percentile, search: search, index: index)
    request.firstOperation = trace.first(search: search, index: index, count: request.schedule.count)
    while true {
      let offered = try await runner.offer(request)
      try Task.checkCancellation()
      let probe = try note(offered, request, rate, search: search, arm: arm, &result)
      guard probe.isVoid else {
        if offered.status == .generatorLimited, !probe.isUnder { result.arms[arm].isGeneratorLimited = true }
        return probe
      }
      progress.update("\(result.workload): something else was running, the rate is offered again")
    }
  }

  /// The arms whose search goes on; `nil` when none does.
  private static func round(_ searches: [CapacitySearch]) -> [Int]? {
    let going = searches.indices.filter { searches[$0].next != nil }
    return going.isEmpty ? nil : going
  }

  /// Where a search begins, of what a closed loop reached: somewhere else each time, so that the searches share no path.
  private func startFactor(_ search: Int, _ arm: Int) -> Double {
    var random = TraceRandom(seed: settings.seed, stream: Self.stream, index: search * 2 + arm)
    return 0.4 + 0.4 * random.unit()
  }

  private func request(_ rate: Double, _ percentile: Double, search: Int, index: Int) -> OpenLoopRequest {
    let load = OfferedLoad(
      ratePerSecond: rate, arrivals: plan.arrivals,
      duration: plan.duration(ratePerSecond: rate, percentile: percentile))
    // Both arms get the same arrivals at the same rate in the same search.
    let seed = TraceRandom.mixed(settings.seed ^ Self.stream) &+ UInt64(search * 1_000 + index)
    var request = OpenLoopRequest(
      load, firstOperation: 0, timeout: settings.options.timeout, seed: seed)
    // More than that and the percentile can't be under the limit any more.
    let allowed = Int(Double(request.schedule.count) * (100 - percentile) / 100)
    request.missLimit = MissLimit(nanoseconds: plan.level.nanoseconds, count: allowed)
    return request
  }

  private func note(
    _ offered: OpenLoopResult, _ request: OpenLoopRequest, _ rate: Double, search: Int, arm: Int,
    _ result: inout CapacityResult
  ) throws -> CapacityProbe {
    if let error = offered.restoreError { throw error }
    if let fatal = offered.fatal {
      throw BenchmarkFailure(
        fatal, during: "\(arms[arm].displayName) stopped answering in \(result.workload)")
    }
    let response = offered.isCutShort ? nil : offered.response(atPercent: result.percentile)
    let isUnder =
      offered.status != .overloaded && response.map { $0 <= plan.level.nanoseconds } == true
    let foreign = CPUMonitor.Use.foreignCores([offered.cpu])
    let isDisturbed = foreign.map { $0 > ComparisonPlan.mostForeignCores } ?? false
    let isVoid = isDisturbed && !plan.acceptsBusyMachine && result.voidProbes < plan.mostVoids
    let probe = CapacityProbe(
      search: search, arm: arms[arm].name, backend: arms[arm].backend, ratePerSecond: rate,
      first: request.firstOperation, responseNanoseconds: response, scheduled: offered.ledger.scheduled,
      misses: offered.misses, status: offered.status.rawValue, isUnder: isUnder, foreignCores: foreign,
      isDisturbed: isDisturbed, isVoid: isVoid,
      traceHash: traceHashText(offered.traceHash))
    result.arms[arm].traceHash &+= offered.traceHash
    result.probes.append(probe)
    return probe
  }
}
