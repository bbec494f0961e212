import InstructorStore

/// Times workloads on two arms, interleaved block by block.
///
/// Round *k* runs block *k* of every workload, so that each workload's blocks are spread over the whole run
/// and all have a figure after the first round.
public struct ComparisonRun: Sendable {
  let arms: (Arm, Arm)
  let settings: RunSettings
  let plan: ComparisonPlan
  let progress: ProgressSink

  public init(arms: (Arm, Arm), settings: RunSettings, plan: ComparisonPlan, progress: ProgressSink) {
    self.arms = arms
    self.settings = settings
    self.plan = plan
    self.progress = progress
  }

  /// Runs all rounds, or as many as the time limit allows.
  ///
  /// - Parameter afterRound: Gets everything measured so far after each round.
  /// - Returns: The measurements; ``ComparisonResult/stopped`` tells why there are fewer than planned, if so.
  public func run(
    _ workloads: [PreparedWorkload], into result: inout ComparisonResult,
    afterRound: (ComparisonResult) -> Void
  ) async {
    do {
      try await measure(workloads, &result, afterRound)
    } catch {
      result.stopped = .init(error)
    }
  }

  private func measure(
    _ workloads: [PreparedWorkload], _ result: inout ComparisonResult,
    _ afterRound: (ComparisonResult) -> Void
  ) async throws {
    let clock = SystemMonotonicClock()
    let start = clock.nanoseconds()
    var pilots: [String: (Double, Double)] = [:]
    for workload in workloads {
      progress.update("warming up \(workload.name)")
      let first = try await runner(0, workload).warmUp(for: plan.warmUp)
      let second = try await runner(1, workload).warmUp(for: plan.warmUp)
      pilots[workload.name] = (first, second)
    }
    for block in 0..<plan.blocks {
      if block > 0, let limit = plan.timeLimit, clock.nanoseconds() - start > UInt64(limit.nanoseconds) {
        progress.step("time is up after \(block) of \(plan.blocks) rounds")
        return
      }
      for (number, workload) in workloads.enumerated() {
        progress.update(
          "round \(block + 1) of \(plan.blocks), \(workload.name) (\(number + 1) of \(workloads.count))")
        let operations = plan.operations(
          pilots[workload.name] ?? (1, 1), seed: settings.seed, workload: workload.name, block: block)
        let first = result.nextOperation(of: workload.name)
        let measured = try await self.block(block, workload, first: first, operations: operations)
        result.add(measured)
        if let error = measured.restoreError { throw error }
      }
      progress.step("round \(block + 1) of \(plan.blocks) done")
      afterRound(result)
    }
  }

  private func runner(_ arm: Int, _ workload: PreparedWorkload) -> ArmRunner {
    ArmRunner(arm: arm == 0 ? arms.0 : arms.1, workload: workload, concurrency: settings.concurrency)
  }

  private func block(_ number: Int, _ workload: PreparedWorkload, first: Int, operations: Int)
    async throws -> BlockResult
  {
    let order = BlockOrder(seed: settings.seed, workload: workload.name, block: number)
    var block = BlockResult(workload: workload.name, number: number, order: order)
    for (arm, slice) in order.segments {
      let start = first + slice * operations
      let result = try await runner(arm, workload).execute(start..<start + operations)
      block.segments.append(.init(arm: arm, slice: slice, result: result))
      guard let error = result.restoreError else { continue }
      // The last one's failure leaves the block complete.
      guard block.segments.count == order.segments.count else { throw error }
      block.restoreError = error
    }
    try block.requireEqualWork()
    return block
  }
}
