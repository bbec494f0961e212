/// How a comparison measures: what of ``RecordedPlan`` the runner needs, in its own units.
struct ComparisonPlan: Sendable {
  /// Foreign CPU time in a block above this many cores voids it.
  static let mostForeignCores = 0.05
  /// Once this share of the blocks up to the next look was void, a further one shows that the machine is too busy.
  static let mostVoidShare = 0.2
  /// Segment lengths vary by up to this, from block to block, so that they can't fall into step with something periodic.
  static let jitter = 0.2

  let recorded: RecordedPlan

  var segment: Duration { .seconds(recorded.segmentSeconds) }
  var warmUp: Duration { .seconds(recorded.warmUpSeconds) }

  var leadIn: Duration { .seconds(recorded.leadInSeconds ?? 0) }

  private static let stream = TraceRandom.stream("segment jitter")

  /// Operations of a slice before the jitter, from the pilot's rates.
  ///
  /// The two arms' segments take ``RecordedPlan/segmentSeconds`` on average, whatever the ratio: the slower arm takes at least
  /// that before the jitter, the faster one less where the other is much slower, and a block always takes about the same time.
  func typicalOperations(_ rates: [Double]) -> Int {
    let secondsPerOperation = rates.reduce(0) { $0 + 1 / max($1, 1e-3) } / Double(max(1, rates.count))
    let operations = recorded.segmentSeconds / max(secondsPerOperation, 1e-9)
    return Int(min(5_000_000, max(Double(leastOperations), operations)))
  }

  /// Of each slice about so many answers are compared: enough that one wrong answer in a thousand is found within a few blocks,
  /// few enough that keeping them is not seen in a segment's time.
  static let answersPerSlice = 250

  /// See ``SliceRequest/keepsEvery``; `nil` where the answers can't be compared.
  static func keepsEvery(_ workload: PreparedWorkload, operations: Int) -> Int? {
    workload.answersDependOnOrder ? nil : (operations + answersPerSlice - 1) / answersPerSlice
  }

  /// Whether both arms' reads are led in: not where they take so long that the beginning of a segment is no part of it to speak of.
  ///
  /// - Parameter rates: What the arms' pilots showed.
  func hasLeadIns(_ rates: [Double]) -> Bool {
    rates.allSatisfy { $0 * (recorded.leadInSeconds ?? 0) >= Double(leastOperations) }
  }

  /// Every task makes two calls at least.
  var leastOperations: Int { max(2, recorded.concurrency * 2) }

  /// Operations of both slices of a block.
  func operations(typical: Int, workload: String, block: Int) -> Int {
    let factor = Self.jitterFactor(seed: recorded.seed, workload: workload, block: block)
    return max(leastOperations, Int(Double(typical) * factor))
  }

  /// How much longer or shorter than usual the segments of a block are.
  static func jitterFactor(seed: UInt64, workload: String, block: Int) -> Double {
    var random = TraceRandom(seed: seed, stream: stream ^ TraceRandom.stream(workload), index: block)
    return 1 - jitter + 2 * jitter * random.unit()
  }

  /// Whether no new round may begin.
  func isTimeUp(since start: UInt64) -> Bool {
    guard let limit = recorded.timeLimitSeconds else { return false }
    return Double(SystemMonotonicClock().nanoseconds() - start) / 1e9 > limit
  }

  /// Blocks that may be void, at the most: of those that workloads with verdicts have at the look that comes next.
  ///
  /// - Parameter blocks: What each workload has then that is not decided yet; the others keep what they have.
  func mostVoids(upTo blocks: Int, _ record: ComparisonRecord) -> Int {
    let decided = record.decidedWorkloads
    let planned = record.timedWorkloads.reduce(0) { sum, name in
      sum + (decided.contains(name) ? record.blocks(of: name).count : blocks)
    }
    return Int(Self.mostVoidShare * Double(planned))
  }
}
