/// Four segments of one workload under one offered load: both arms, two slices each, both with the same arrivals.
public struct OpenLoopBlockRecord: Sendable, Codable, Equatable {
  public var workload: String
  /// What was offered.
  public var ratePerSecond: Double
  /// From 0.
  public var number: Int
  /// From 0; more than 0 where earlier ones were void.
  public var attempt: Int
  /// `ABBA` or `BAAB`.
  public var order: String
  /// Seconds from the beginning of the measurement to that of the block.
  public var startedSeconds: Double
  /// As in ``BlockRecord``.
  public var foreignCores: Double?
  public var isDisturbed: Bool
  public var isVoid: Bool
  /// As in a closed loop; operations are those that were scheduled.
  public var segments: [BlockRecord.Segment]
  /// For each arm, calls waiting or under way as each third of the arrivals found them, on average.
  public var outstandingByThird: [[Double]]
  /// For each arm, of the calls that succeeded.
  public var times: [RecordedTimes]

  func segments(of arm: Int) -> [BlockRecord.Segment] { segments.filter { $0.arm == arm } }

  /// Failed or dropped calls of an arm.
  func misses(of arm: Int) -> Int {
    segments(of: arm).reduce(0) { $0 + $1.ledger.failed + $1.ledger.dropped }
  }

  /// Whether more arrived for an arm than it answered, as far as one block can tell.
  func isOverloaded(_ arm: Int) -> Bool {
    let own = segments(of: arm)
    let arrivals = Double(own.reduce(0) { $0 + $1.operations }) / Double(max(1, own.count))
    return own.contains { $0.dropped > 0 }
      || BacklogTrend.isDrifting(outstandingByThird[arm], ratePerSecond: ratePerSecond, arrivals: arrivals)
  }

  /// Answers per second of an arm, over both of its segments together.
  func throughput(of arm: Int) -> Double {
    let own = segments(of: arm)
    let seconds = own.reduce(0) { $0 + Double($1.elapsedNanoseconds) / 1e9 }
    return seconds > 0 ? Double(own.reduce(0) { $0 + $1.succeeded }) / seconds : 0
  }

  /// The first operation of the trace behind those of the block.
  var endOfSlices: Int { segments.map { $0.first + $0.operations }.max() ?? 0 }
}

/// ``OpenLoopTimes`` in a results file.
public struct RecordedTimes: Sendable, Codable, Equatable {
  public var response: RecordedHistogram
  public var lag: RecordedHistogram
  public var queue: RecordedHistogram
  public var service: RecordedHistogram
  public var delivery: RecordedHistogram

  init(_ times: OpenLoopTimes) {
    response = RecordedHistogram(times.response)
    lag = RecordedHistogram(times.lag)
    queue = RecordedHistogram(times.parts.queue)
    service = RecordedHistogram(times.parts.service)
    delivery = RecordedHistogram(times.parts.delivery)
  }
}

extension OpenLoopTimes {
  init(_ recorded: RecordedTimes) {
    response = LatencyHistogram(recorded.response)
    lag = LatencyHistogram(recorded.lag)
    parts.queue = LatencyHistogram(recorded.queue)
    parts.service = LatencyHistogram(recorded.service)
    parts.delivery = LatencyHistogram(recorded.delivery)
  }

  /// Of an arm, over all these blocks.
  init(_ blocks: [OpenLoopBlockRecord], arm: Int) {
    self.init()
    for block in blocks { add(OpenLoopTimes(block.times[arm])) }
  }
}
