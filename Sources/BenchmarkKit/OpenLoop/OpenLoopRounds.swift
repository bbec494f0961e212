import InstructorStore

/// Offers loads to two arms by turns, block by block, as ``ComparisonRun`` times a closed loop.
///
/// A block is ABBA or BAAB: four segments, in which both arms get the same two slices of the trace with the same arrivals.
/// Round *k* is block *k* of every workload at every rate.
struct OpenLoopRounds: Sendable {
  private static let stream = TraceRandom.stream("open loop")

  let arms: [Arm]
  let settings: RunSettings
  let plan: ComparisonPlan
  let offered: OpenLoopPlan
  let monitor: CPUMonitor
  let progress: ProgressSink
  /// Where what the servers do for themselves is measured too.
  var maintenance: MaintenanceMeter?

  private struct Offer {
    var workload: PreparedWorkload
    var load: OfferedLoad

    var text: String {
      "\(workload.name) at \(Quantity.rate(load.ratePerSecond))"
    }
  }

  /// Runs what the plan has and the log has not.
  ///
  /// - Parameter start: When the measurement began.
  /// - Returns: Whether time was up before the plan was done.
  func run(_ workloads: [PreparedWorkload], since start: UInt64, _ log: inout ResultsLog) async throws -> Bool
  {
    let offers = workloads.flatMap { workload in
      offered.rates.map { Offer(workload: workload, load: offered.load(ratePerSecond: $0)) }
    }
    for number in 0..<offered.blocks {
      let open = offers.filter { Self.blocks(of: $0, log.record).count <= number }
      guard !open.isEmpty else { continue }
      if plan.isTimeUp(since: start) {
        try await maintenance?.beginTurn(of: nil)
        progress.step("time is up after \(number) of \(offered.blocks) open-loop rounds")
        return true
      }
      for (place, offer) in open.enumerated() {
        progress.update(
          "open loop, round \(number + 1) of \(offered.blocks), \(offer.text) (\(place + 1) of \(open.count))"
        )
        try await block(number, offer, mostVoids: mostVoids(offers.count), since: start, &log)
      }
      progress.step("open loop, \(number + 1) of \(offered.blocks) rounds done")
    }
    try await maintenance?.beginTurn(of: nil)
    return false
  }

  private static func blocks(of offer: Offer, _ record: ComparisonRecord) -> [OpenLoopBlockRecord] {
    record.openBlocks(of: offer.workload.name, ratePerSecond: offer.load.ratePerSecond)
  }

  private func mostVoids(_ offers: Int) -> Int {
    Int(ComparisonPlan.mostVoidShare * Double(offered.blocks * offers))
  }

  /// Measures a block until it is not disturbed, or until there were so many that the machine is known to be busy.
  private func block(
    _ number: Int, _ offer: Offer, mostVoids: Int, since start: UInt64, _ log: inout ResultsLog
  ) async throws {
    let rate = offer.load.ratePerSecond
    var attempt = log.record.openBlocks.count {
      $0.workload == offer.workload.name && $0.ratePerSecond == rate && $0.number == number
    }
    while true {
      let began = SystemMonotonicClock().nanoseconds()
      let order = BlockOrder(seed: settings.seed, workload: offer.text, block: number)
      let slices = slices(of: offer, block: number, from: log.record.nextOperation(of: offer.workload.name))
      var block = MeasuredOpenLoopBlock(workload: offer.workload.name, ratePerSecond: rate)
      var restoreError: (any Error)?
      for (arm, slice) in order.segments {
        try await maintenance?.beginTurn(of: arm)
        let result = try await segment(offer.workload, slices[slice], arm)
        block.segments.append((arm, slice, result))
        guard let error = result.restoreError else { continue }
        // The last one's failure leaves the block complete.
        guard block.segments.count == order.segments.count else { throw error }
        restoreError = error
      }
      try block.requireEqualWork()
      var record = block.record(
        number: number, attempt: attempt, order: order, startedSeconds: Double(began &- start) / 1e9)
      record.isDisturbed = record.foreignCores.map { $0 > ComparisonPlan.mostForeignCores } ?? false
      record.isVoid =
        record.isDisturbed && !plan.recorded.acceptsBusyMachine
        && log.record.openBlocks.count(where: \.isVoid) < mostVoids
      try log.add(.openBlock(record))
      if let restoreError { throw restoreError }
      guard record.isVoid else { return }
      progress.update("\(offer.text): something else was running, the block is measured again")
      attempt += 1
    }
  }

  /// The two slices of a block, one after the other in the trace, each with arrivals of its own.
  private func slices(of offer: Offer, block: Int, from first: Int) -> [OpenLoopRequest] {
    let seed = TraceRandom.mixed(settings.seed ^ Self.stream ^ TraceRandom.stream(offer.workload.name))
    var next = first
    return (0..<2).map { slice in
      let request = OpenLoopRequest(
        offer.load, firstOperation: next, timeout: settings.options.timeout,
        seed: seed &+ UInt64(block * 2 + slice))
      next = request.operations.upperBound
      return request
    }
  }

  private func segment(_ workload: PreparedWorkload, _ request: OpenLoopRequest, _ arm: Int) async throws
    -> OpenLoopResult
  {
    let runner = ArmRunner(
      arm: arms[arm], workload: workload, concurrency: settings.concurrency, monitor: monitor)
    let result = try await runner.offer(request)
    try Task.checkCancellation()
    let activity = "\(arms[arm].displayName) stopped answering in \(workload.name)"
    if let fatal = result.fatal { throw BenchmarkFailure(fatal, during: activity) }
    // An open loop goes on while a server is gone, since that is what it is to show; a comparison ends if it stays away.
    if result.ledger.failures[StoreError.Code.unreachable.description] != nil {
      try await Loader.naming(activity) { try await arms[arm].untimedStore.ping() }
    }
    return result
  }
}
