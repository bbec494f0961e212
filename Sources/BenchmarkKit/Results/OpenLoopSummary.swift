/// One workload of a comparison under one offered load.
///
/// Percentiles have intervals and never verdicts: p99 varies by a tenth and more from block to block.
public struct OpenLoopSummary: Sendable, Codable, Equatable {
  public var workload: String
  /// What was offered.
  public var ratePerSecond: Double
  public var arrivals: ArrivalProcess
  /// Of a segment.
  public var segmentSeconds: Double
  /// Blocks that count.
  public var blocks: Int
  /// Those of them during which something else used more of the machine than the limit.
  public var disturbed: Int
  public var startedSeconds: [Double]
  public var arms: [ArmFigures]

  public struct ArmFigures: FiguresOfTotals, Sendable, Codable, Equatable {
    public var arm: String
    public var status: OpenLoopStatus
    /// Answers per second, over blocks.
    public var throughput: MedianRange?
    public var scheduled: Int
    public var succeeded: Int
    public var failed: Int
    public var dropped: Int
    public var errorsByCode: [String: Int]
    /// Calls waiting or under way as each third of the arrivals found them, on average.
    public var outstandingByThird: [Double]
    /// Blocks whose backlog grew, or was full. With more than half of them the arm is overloaded.
    public var overloadedBlocks: Int
    /// Over all blocks; what the sample doesn't support is `null`. The response is over all that was scheduled, a miss being
    /// slower than any answer; the others are of what was answered.
    public var latency: Times
    /// Of the response, percentiles block by block: an interval of their median.
    public var latencyIntervals: [String: LatencyInterval]
    /// Whether the response's p99 comes from fewer than five blocks: one event, no property of the arm.
    public var isP99OneEvent: Bool
    /// Microseconds of processor time per operation, by group of processes, as far as it was measured.
    public var cpuMicrosecondsPerOperation: [String: Double]
    /// The sum of the hashes of the executed operations: equal for equal work.
    public var traceHash: String

    /// Failed or dropped.
    public var misses: Int { failed + dropped }
  }

  /// The five times of an open loop.
  public struct Times: Sendable, Codable, Equatable {
    public var response: LatencySummary
    public var lag: LatencySummary
    public var queue: LatencySummary
    public var service: LatencySummary
    public var delivery: LatencySummary

    init(_ times: OpenLoopTimes, misses: Int) {
      response = LatencySummary(times.response, misses: misses)
      lag = LatencySummary(times.lag)
      queue = LatencySummary(times.parts.queue)
      service = LatencySummary(times.parts.service)
      delivery = LatencySummary(times.parts.delivery)
    }
  }

  /// `nil` without blocks.
  init?(
    _ workload: String, _ ratePerSecond: Double, _ blocks: [OpenLoopBlockRecord], _ offered: OpenLoopPlan,
    _ arms: [ArmSpecification]
  ) {
    guard !blocks.isEmpty else { return nil }
    self.workload = workload
    self.ratePerSecond = ratePerSecond
    arrivals = offered.arrivals
    segmentSeconds = offered.segment(ratePerSecond: ratePerSecond).seconds
    self.blocks = blocks.count
    disturbed = blocks.count(where: \.isDisturbed)
    startedSeconds = blocks.map(\.startedSeconds)
    self.arms = arms.enumerated().map { ArmFigures($1.name, $0, blocks, ratePerSecond) }
  }

  /// All of a comparison, by workload and then by rate; `nil` without any.
  static func all(of record: ComparisonRecord, _ plan: RecordedPlan) -> [OpenLoopSummary]? {
    guard let offered = plan.openLoop, !record.openBlocks.isEmpty else { return nil }
    return record.timedWorkloads.flatMap { name in
      offered.rates.compactMap { rate in
        OpenLoopSummary(
          name, rate, record.openBlocks(of: name, ratePerSecond: rate), offered, plan.arms)
      }
    }
  }
}

extension OpenLoopSummary.ArmFigures {
  init(_ name: String, _ arm: Int, _ blocks: [OpenLoopBlockRecord], _ ratePerSecond: Double) {
    self.arm = name
    let totals = SegmentTotals(blocks.flatMap { $0.segments(of: arm) })
    throughput = MedianRange(blocks.map { $0.throughput(of: arm) })
    scheduled = totals.ledger.scheduled
    succeeded = totals.ledger.succeeded
    failed = totals.ledger.failed
    dropped = totals.ledger.dropped
    errorsByCode = totals.ledger.failures
    traceHash = traceHashText(totals.traceHash)
    cpuMicrosecondsPerOperation = totals.cpuMicrosecondsPerOperation
    let trends = blocks.map { $0.outstandingByThird[arm] }
    outstandingByThird = (0..<3).map { third in
      trends.reduce(0) { $0 + ($1.count == 3 ? $1[third] : 0) } / Double(blocks.count)
    }
    let each = blocks.map { LatencyHistogram($0.times[arm].response) }
    let times = OpenLoopTimes(blocks, arm: arm)
    latency = OpenLoopSummary.Times(times, misses: totals.ledger.failed + totals.ledger.dropped)
    overloadedBlocks = blocks.count { $0.isOverloaded(arm) }
    status =
      BacklogTrend.isOverload(blocks: overloadedBlocks, of: blocks.count)
      ? .overloaded
      : OpenLoopStatus(
        outstandingByThird: outstandingByThird, ratePerSecond: ratePerSecond, dropped: totals.ledger.dropped,
        times)
    latencyIntervals = LatencyInterval.all(of: each, misses: blocks.map { $0.misses(of: arm) })
    isP99OneEvent = LatencyInterval.isOneEvent(times.response, blocks: each)
  }
}
