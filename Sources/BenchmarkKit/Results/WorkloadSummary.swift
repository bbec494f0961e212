import RealModule

/// One workload of a comparison.
public struct WorkloadSummary: Sendable, Codable, Equatable {
  public var workload: String
  public var verdict: Verdict
  /// The verdict in a sentence.
  public var text: String
  /// Blocks that count.
  public var blocks: Int
  /// The first arm's throughput divided by the second's, for each of them; their order; when each began.
  public var ratios: [Double]
  public var orders: [String]
  public var startedSeconds: [Double]
  /// Whether their order mattered; absent in results of before it was looked at.
  public var order: OrderEffect?
  /// Over all blocks there are; the verdict's own may be of fewer, those of its look.
  public var ratioRange: MedianRange?
  /// Answers of timed operations that were compared and equal, of each arm; `nil` where none could be compared.
  public var comparedAnswers: Int?
  public var arms: [ArmFigures]
  /// What the runner itself takes of each call; absent where it was not measured.
  public var runner: RunnerCost?

  public struct ArmFigures: FiguresOfTotals, Sendable, Codable, Equatable {
    public var arm: String
    /// Operations per second, over blocks.
    public var throughput: MedianRange?
    public var throughputPerBlock: [Double]
    /// How much the arm differs from itself inside a block; 0.02 is 2%.
    public var noise: Double?
    /// The arm compared with itself, where it was calibrated: what noise alone gives.
    public var calibration: RatioEstimate?
    public var scheduled: Int
    public var succeeded: Int
    public var failed: Int
    public var dropped: Int
    public var errorsByCode: [String: Int]
    /// Over all operations of all blocks; what the sample doesn't support is `null`.
    public var latency: LatencySummary
    /// Percentiles block by block: an interval of their median. Never a verdict.
    public var latencyIntervals: [String: LatencyInterval]
    /// Whether what lies beyond the whole run's p99 comes from fewer than five blocks: perhaps one event, no property of the
    /// arm. Only where there is a p99.
    public var isP99OneEvent: Bool
    /// Microseconds of processor time per operation, by group of processes, as far as it was measured.
    public var cpuMicrosecondsPerOperation: [String: Double]
    /// The same of its untimed reads before the timed ones, the own server's and the client's together; `nil` without any.
    public var leadInCPUMicrosecondsPerOperation: Double?
    /// The sum of the hashes of the executed operations: equal for equal work.
    public var traceHash: String
  }

  /// Microseconds of processor time per operation, of the client and the arm's own server together, for each arm; `nil`
  /// where that isn't all measured.
  public var cpuMicroseconds: [Double]?

  /// The verdict with what makes it doubtful, if anything does.
  var sentence: String { order?.warning.map { "\(text); \($0)" } ?? text }

  /// The same with the figure that says most about why: `…; CPU per operation 30 µs against 99 µs`.
  public var line: String {
    guard let cpuMicroseconds else { return sentence }
    return
      "\(sentence); CPU per operation \(cpuMicroseconds.map(Quantity.microseconds).joined(separator: " against "))"
  }

  /// `nil` without blocks.
  init?(
    _ workload: String, _ verdict: Verdict, _ blocks: [BlockRecord], _ plan: RecordedPlan,
    _ calibration: Calibration?
  ) {
    guard !blocks.isEmpty else { return nil }
    self.workload = workload
    self.verdict = verdict
    self.blocks = blocks.count
    ratios = blocks.compactMap(\.ratio)
    ratioRange = MedianRange(ratios)
    let compared = blocks.compactMap(\.answers?.compared)
    comparedAnswers = compared.isEmpty ? nil : compared.reduce(0, +)
    orders = blocks.map(\.order)
    order = OrderEffect(blocks)
    startedSeconds = blocks.map(\.startedSeconds)
    arms = plan.arms.indices.map { ArmFigures(plan.arms[$0].name, $0, blocks) }
    if let ratios = calibration?.ratios[workload] {
      for (arm, ratio) in ratios.enumerated() where arms.indices.contains(arm) {
        arms[arm].calibration = ratio
      }
    }
    for arm in arms.indices {
      arms[arm].leadInCPUMicrosecondsPerOperation = Self.leadInCPU(
        blocks.compactMap { $0.leadIns?[arm] }, plan.arms[arm], plan)
    }
    text = VerdictText.sentence(verdict, ratios: ratios, plan: plan)
    cpuMicroseconds = Self.cpu(arms, plan)
  }
}

extension WorkloadSummary {
  /// As ``cpu(_:_:)``, of an arm's untimed reads.
  fileprivate static func leadInCPU(
    _ leadIns: [BlockRecord.LeadIn], _ arm: ArmSpecification, _ plan: RecordedPlan
  ) -> Double? {
    guard plan.isOneMachine else { return nil }
    let operations = leadIns.reduce(0) { $0 + $1.operations }
    let seconds = leadIns.reduce(0) { $0 + arm.ownTime($1.cpuSeconds) }
    return operations > 0 && seconds > 0 ? seconds * 1e6 / Double(operations) : nil
  }

  /// What the other arm's server does meanwhile is not this one's.
  fileprivate static func cpu(_ arms: [ArmFigures], _ plan: RecordedPlan) -> [Double]? {
    guard plan.isOneMachine else { return nil }
    let sums = zip(arms, plan.arms).map { $1.ownTime($0.cpuMicrosecondsPerOperation) }
    return sums.allSatisfy { $0 > 0 } ? sums : nil
  }
}

extension WorkloadSummary.ArmFigures {
  init(_ name: String, _ arm: Int, _ blocks: [BlockRecord]) {
    self.arm = name
    throughputPerBlock = blocks.map { $0.throughput(of: arm) }
    throughput = MedianRange(throughputPerBlock)
    noise = BlockNoise.of(
      blocks.compactMap { block in
        let own = block.segments(of: arm)
        return own.count == 2 ? (own[0].throughputPerSecond, own[1].throughputPerSecond) : nil
      })
    let totals = SegmentTotals(blocks.flatMap { $0.segments(of: arm) })
    scheduled = totals.ledger.scheduled
    succeeded = totals.ledger.succeeded
    failed = totals.ledger.failed
    dropped = totals.ledger.dropped
    errorsByCode = totals.ledger.failures
    traceHash = traceHashText(totals.traceHash)
    cpuMicrosecondsPerOperation = totals.cpuMicrosecondsPerOperation
    let each = blocks.map { LatencyHistogram($0.latency[arm]) }
    var merged = LatencyHistogram()
    for histogram in each { merged.add(histogram) }
    latency = LatencySummary(merged)
    latencyIntervals = LatencyInterval.all(of: each)
    isP99OneEvent = LatencyInterval.isOneEvent(merged, blocks: each)
  }
}

/// The `bulk-load` workload: a range, never a verdict.
public struct BulkLoadSummary: Sendable, Codable, Equatable {
  /// Seconds of each load, by arm.
  public var loadSeconds: [[Double]]
  public var rowsPerSecond: [MedianRange?]
  /// The second arm's time divided by the first's, for each pair of loads.
  public var ratio: MedianRange?

  init?(_ loads: [LoadRecord]) {
    guard !loads.isEmpty else { return nil }
    let byArm = [0, 1].map { arm in loads.filter { $0.arm == arm } }
    loadSeconds = byArm.map { $0.map(\.elapsedSeconds) }
    rowsPerSecond = byArm.map { MedianRange($0.map(\.rowsPerSecond)) }
    ratio = MedianRange(zip(loadSeconds[0], loadSeconds[1]).map { $1 / max($0, 1e-9) })
  }
}
