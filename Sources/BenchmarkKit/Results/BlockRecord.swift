/// Four segments of one workload: both arms, two slices each.
public struct BlockRecord: Sendable, Codable, Equatable {
  public struct Segment: Sendable, Codable, Equatable {
    /// 0 or 1.
    public var arm: Int
    /// 0 or 1; both arms execute both.
    public var slice: Int
    /// The first operation of the trace.
    public var first: Int
    /// How many, all of them scheduled.
    public var operations: Int
    /// From the beginning to the last answer.
    public var elapsedNanoseconds: UInt64
    public var succeeded: Int
    /// By error code.
    public var failures: [String: Int]
    public var dropped: Int
    /// The sum of the hashes of the executed operations, 16 hexadecimal digits.
    public var traceHash: String
    /// CPU time by group of processes (`client`, `postgres`, …) while the segment ran; empty where the system doesn't tell.
    public var cpuSeconds: [String: Double]

    public var ledger: Ledger {
      var ledger = Ledger()
      ledger.scheduled = operations
      ledger.succeeded = succeeded
      ledger.failures = failures
      ledger.dropped = dropped
      return ledger
    }

    public var throughputPerSecond: Double {
      elapsedNanoseconds == 0 ? 0 : Double(succeeded) / (Double(elapsedNanoseconds) / 1e9)
    }
  }

  /// What both arms answered.
  public struct Answers: Sendable, Codable, Equatable {
    /// Answers of each arm that were compared with the other's, and equal.
    public var compared: Int
    /// The sum of their hashes, versions aside, 16 hexadecimal digits: the same for both arms.
    public var hash: String

    init(_ answers: ComparedAnswers) {
      compared = answers.count
      hash = traceHashText(answers.hash)
    }
  }

  /// Reads before an arm's first segment that are part of no figure.
  public struct LeadIn: Sendable, Codable, Equatable {
    public var operations: Int
    /// As ``Segment/cpuSeconds``.
    public var cpuSeconds: [String: Double]
  }

  public var workload: String
  /// The round it belongs to, from 0.
  public var number: Int
  /// From 0; more than 0 where earlier ones were void.
  public var attempt: Int
  /// `ABBA` or `BAAB`.
  public var order: String
  /// Seconds from the beginning of the measurement to that of the block.
  public var startedSeconds: Double
  /// Cores that something else kept busy while segments ran, steal included; `nil` where the system doesn't tell.
  public var foreignCores: Double?
  /// Whether that is too much. It is decided without looking at the result.
  public var isDisturbed: Bool
  /// Left out of every figure, and measured again.
  public var isVoid: Bool
  public var segments: [Segment]
  /// Response times of the operations that succeeded, for each arm.
  public var latency: [RecordedHistogram]
  /// `nil` where the answers depend on the order of concurrent callers, and in results of before they were compared.
  public var answers: Answers?
  /// What each arm read before its first segment, untimed; `nil` where neither did.
  public var leadIns: [LeadIn]?

  func segments(of arm: Int) -> [Segment] { segments.filter { $0.arm == arm }.sorted { $0.slice < $1.slice } }

  /// Operations per second of an arm, over both of its segments together.
  public func throughput(of arm: Int) -> Double {
    let own = segments(of: arm)
    let seconds = own.reduce(0) { $0 + Double($1.elapsedNanoseconds) / 1e9 }
    return seconds > 0 ? Double(own.reduce(0) { $0 + $1.succeeded }) / seconds : 0
  }

  /// How many times as fast the first arm is as the second, or `nil` where one did nothing.
  public var ratio: Double? {
    let (first, second) = (throughput(of: 0), throughput(of: 1))
    return first > 0 && second > 0 ? first / second : nil
  }

  /// The first operation of the trace behind those of the block.
  var endOfSlices: Int { segments.map { $0.first + $0.operations }.max() ?? 0 }
}

extension BlockRecord.Segment {
  /// - Parameter touched: The operations that may have run.
  init(
    arm: Int, slice: Int, touched: Range<Int>, ledger: Ledger, elapsedNanoseconds: UInt64, traceHash: UInt64,
    cpu: CPUMonitor.Use
  ) {
    self.init(
      arm: arm, slice: slice, first: touched.lowerBound, operations: ledger.scheduled,
      elapsedNanoseconds: elapsedNanoseconds, succeeded: ledger.succeeded, failures: ledger.failures,
      dropped: ledger.dropped, traceHash: traceHashText(traceHash), cpuSeconds: cpu.groupSeconds)
  }
}
