import InstructorStore

/// Times workloads on two arms, interleaved block by block.
///
/// Round *k* runs block *k* of every workload, so that each workload's blocks are spread over the whole run and all have a
/// figure after the first round. Verdicts are decided at the looks of the plan and never in between; a workload that one
/// decides is not measured further.
struct ComparisonRun: Sendable {
  let arms: [Arm]
  let settings: RunSettings
  let plan: ComparisonPlan
  let monitor: CPUMonitor
  let progress: ProgressSink
  /// What the second arm executes instead, by workload: the same trace with a difference of known size.
  var secondArm: [String: PreparedWorkload] = [:]
  /// Where every segment is to find cold caches.
  var coldStart: ColdStart?
  /// Where what the servers do for themselves is measured too.
  var maintenance: MaintenanceMeter?

  /// Runs what the plan has and the log has not.
  ///
  /// - Parameters:
  ///   - start: When the measurement begins; now, if nothing else belongs to it.
  ///   - afterRound: Gets everything recorded so far after each round.
  /// - Returns: Whether time was up before the plan was done.
  func run(
    _ workloads: [PreparedWorkload], since start: UInt64 = SystemMonotonicClock().nanoseconds(),
    _ log: inout ResultsLog, afterRound: (ComparisonRecord) -> Void
  ) async throws -> Bool {
    var sizes: [String: BlockSize] = [:]
    for workload in workloads {
      progress.update("warming up \(workload.name)")
      var rates: [Double] = []
      for arm in arms.indices { rates.append(try await runner(arm, workload).warmUp(for: plan.warmUp)) }
      // Blocks of one run are all of one size: a resumed run keeps that of its first part.
      let known = log.record.pilots.first {
        $0.workload == workload.name && log.record.nextOperation(of: $0.workload) > 0
      }
      let operations = known?.operations ?? plan.typicalOperations(rates)
      sizes[workload.name] = BlockSize(
        operations: operations,
        hasLeadIns: workload.onlyReads && plan.hasLeadIns(known?.throughputPerSecond ?? rates))
      try log.add(
        .pilot(PilotRecord(workload: workload.name, throughputPerSecond: rates, operations: operations)))
    }
    for target in targets {
      while let round = nextRound(workloads, upTo: target.blocks, log.record) {
        if plan.isTimeUp(since: start), log.record.roundsDone > 0 {
          try await maintenance?.beginTurn(of: nil)
          progress.step("time is up after \(log.record.roundsDone) of \(target.blocks) rounds")
          return true
        }
        for (number, workload) in round.workloads.enumerated() {
          progress.update(
            "round \(round.number + 1) of \(target.blocks), \(workload.name) (\(number + 1) of \(round.workloads.count))"
          )
          let size = sizes[workload.name, default: BlockSize(operations: plan.leastOperations)]
          try await block(round.number, workload, size, upTo: target.blocks, start: start, &log)
        }
        progress.step("round \(round.number + 1) of \(target.blocks) done")
        afterRound(log.record)
      }
      if let look = target.look { try record(look, &log) }
    }
    try await maintenance?.beginTurn(of: nil)
    return false
  }

  private struct BlockSize {
    /// Of a segment, before the jitter.
    var operations: Int
    /// Whether each arm's first segment comes after reads that nobody times.
    var hasLeadIns = false
  }

  /// How far to measure, and the look that is taken there.
  private var targets: [(blocks: Int, look: Int?)] {
    if let blocks = plan.recorded.provisionalBlocks { return [(blocks, nil)] }
    return plan.recorded.rule.schedule.looks.prefix(plan.recorded.lookCount).enumerated().map {
      ($1.blocks, $0 + 1)
    }
  }

  /// The workloads that lack blocks and have the fewest, so that a resumed run catches up first; `nil` where none does.
  private func nextRound(_ workloads: [PreparedWorkload], upTo blocks: Int, _ record: ComparisonRecord)
    -> (number: Int, workloads: [PreparedWorkload])?
  {
    let decided = record.decidedWorkloads
    let open = workloads.filter { !decided.contains($0.name) && record.blocks(of: $0.name).count < blocks }
    guard let number = open.map({ record.blocks(of: $0.name).count }).min() else { return nil }
    return (number, open.filter { record.blocks(of: $0.name).count == number })
  }

  private func record(_ look: Int, _ log: inout ResultsLog) throws {
    let verdicts = log.record.verdicts
    let taken = zip(log.record.timedWorkloads, verdicts).filter { $1.look == look }
    guard !taken.isEmpty else { return }
    try log.add(.look(LookRecord(number: look, verdicts: Dictionary(taken) { first, _ in first })))
  }

  private func runner(_ arm: Int, _ workload: PreparedWorkload) -> ArmRunner {
    var runner = ArmRunner(
      arm: arms[arm], workload: arm == 1 ? secondArm[workload.name] ?? workload : workload,
      concurrency: settings.concurrency, monitor: monitor)
    if let coldStart {
      let connections = plan.recorded.arms[arm].connections
      runner.coldStart = { [own = arms[arm]] in
        try await coldStart(own, number: arm, connections: connections)
      }
    }
    return runner
  }

  /// Measures a block until it is not disturbed, or until there were so many that the machine is known to be busy.
  ///
  /// - Parameter blocks: What the workload has at the next look.
  private func block(
    _ number: Int, _ workload: PreparedWorkload, _ size: BlockSize, upTo blocks: Int, start: UInt64,
    _ log: inout ResultsLog
  ) async throws {
    let operations = plan.operations(typical: size.operations, workload: workload.name, block: number)
    var attempt = log.record.blocks.count { $0.workload == workload.name && $0.number == number }
    while true {
      let first = log.record.nextOperation(of: workload.name)
      let order = BlockOrder(seed: settings.seed, workload: workload.name, block: number)
      let began = SystemMonotonicClock().nanoseconds()
      var block = MeasuredBlock(workload: workload.name)
      var restoreError: (any Error)?
      var leadIns = [0, 1].map { _ in BlockRecord.LeadIn(operations: 0, cpuSeconds: [:]) }
      let every = ComparisonPlan.keepsEvery(workload, operations: operations)
      for (arm, slice) in order.segments {
        let begin = first + slice * operations
        try await maintenance?.beginTurn(of: arm)
        let runner = runner(arm, workload)
        if size.hasLeadIns, !block.segments.contains(where: { $0.arm == arm }) {
          leadIns[arm] = try await runner.leadIn(for: plan.leadIn, before: begin)
        }
        let result = try await runner.execute(begin..<begin + operations, keepsEvery: every)
        block.segments.append((arm, slice, result))
        guard let error = result.restoreError else { continue }
        // The last one's failure leaves the block complete.
        guard block.segments.count == order.segments.count else { throw error }
        restoreError = error
      }
      try block.requireEqualWork()
      let compared = try block.requireEqualAnswers(arms.map(\.name)) { workload.bound($0).text }
      var record = block.record(
        number: number, attempt: attempt, order: order, startedSeconds: Double(began &- start) / 1e9)
      if size.hasLeadIns { record.leadIns = leadIns }
      if every != nil { record.answers = BlockRecord.Answers(compared) }
      record.isDisturbed = record.foreignCores.map { $0 > ComparisonPlan.mostForeignCores } ?? false
      record.isVoid =
        record.isDisturbed && !plan.recorded.acceptsBusyMachine
        && log.record.blocks.count(where: \.isVoid) < plan.mostVoids(upTo: blocks, log.record)
      try log.add(.block(record))
      if let restoreError { throw restoreError }
      guard record.isVoid else { return }
      progress.update("\(workload.name): something else was running, the block is measured again")
      attempt += 1
    }
  }
}
