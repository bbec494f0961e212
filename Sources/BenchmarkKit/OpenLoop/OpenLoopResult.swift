import InstructorStore

/// Whether the figures of an open loop mean something.
public enum OpenLoopStatus: String, Sendable, Codable {
  case valid
  /// More arrived than was answered: the backlog grew or was full. The times only say how long the run was.
  case overloaded
  /// The calls were made so late that the times say as much about this program as about the backend.
  case generatorLimited = "generator-limited"

  /// - Parameter outstandingByThird: What each third of the arrivals found waiting or under way, on average.
  init(outstandingByThird: [Double], ratePerSecond: Double, dropped: Int, _ times: OpenLoopTimes) {
    if dropped > 0 || BacklogTrend.isGrowing(outstandingByThird, ratePerSecond: ratePerSecond) {
      self = .overloaded
    } else if let lag = times.lag.nanoseconds(atPercent: 99),
      let response = times.response.nanoseconds(atPercent: 99), lag * 10 > response
    {
      self = .generatorLimited
    } else {
      self = .valid
    }
  }
}

/// What an open loop gave.
struct OpenLoopResult: Sendable {
  var ledger = Ledger()
  /// When the first arrival's clock started.
  var start: UInt64 = 0
  /// From the start to the last answer.
  var elapsedNanoseconds: UInt64 = 0
  var times = OpenLoopTimes()
  var trend = BacklogTrend()
  var ratePerSecond = 0.0
  /// The sum of the hashes of the executed operations.
  var traceHash: UInt64 = 0
  /// The operations that may have run: what has to be restored.
  var touched: Range<Int> = 0..<0
  /// Whether the arrivals ended early because of ``OpenLoopRequest/missLimit``.
  var isCutShort = false
  var fatal: StoreError?
  var restoreError: (any Error)?
  /// Processor time while it ran; empty where nobody looked.
  var cpu = CPUMonitor.Use()

  /// Failed or dropped: slower than any time.
  var misses: Int { ledger.failed + ledger.dropped }

  /// The response time that this many percent of all that was scheduled did not exceed; `nil` where that is a miss.
  func response(atPercent percent: Double) -> UInt64? {
    LatencySummary.nanoseconds(times.response, atPercent: percent, misses: misses)
  }

  var status: OpenLoopStatus {
    OpenLoopStatus(
      outstandingByThird: trend.means, ratePerSecond: ratePerSecond, dropped: ledger.dropped, times)
  }
}

/// The times of the calls that succeeded; see docs/decisions for why there are five.
struct OpenLoopTimes: Sendable {
  /// From when the call was intended to when its answer was there: what a user waits.
  var response = LatencyHistogram()
  /// From intended to when this program made the call: the generator's own lateness.
  var lag = LatencyHistogram()
  /// From the call to its return.
  var parts = CallParts()

  mutating func record(_ outcome: OpenLoopRecorder.Outcome) {
    let ended = outcome.exchange?.ended ?? outcome.delivered
    response.record(nanoseconds: ended > outcome.intended ? ended - outcome.intended : 0)
    lag.record(nanoseconds: outcome.called > outcome.intended ? outcome.called - outcome.intended : 0)
    parts.record(called: outcome.called, exchange: outcome.exchange, delivered: outcome.delivered)
  }

  mutating func add(_ other: Self) {
    response.add(other.response)
    lag.add(other.lag)
    parts.add(other.parts)
  }
}

extension LatencySummary {
  /// As without misses, but over all that was scheduled: a miss is slower than everything that was answered.
  init(_ histogram: LatencyHistogram, misses: Int) {
    self.init(histogram)
    let count = histogram.count + misses
    func value(_ percent: Double, atLeast least: Int) -> UInt64? {
      count >= least ? Self.nanoseconds(histogram, atPercent: percent, misses: misses) : nil
    }
    p50 = value(50, atLeast: 1)
    p90 = value(90, atLeast: Self.operationsForP95)
    p95 = value(95, atLeast: Self.operationsForP95)
    p99 = value(99, atLeast: Self.operationsForP99)
    p999 = value(99.9, atLeast: Self.operationsForP999)
  }

  static func nanoseconds(_ histogram: LatencyHistogram, atPercent percent: Double, misses: Int) -> UInt64? {
    guard histogram.count > 0 else { return nil }
    let among = percent * Double(histogram.count + misses) / Double(histogram.count)
    return among <= 100 ? histogram.nanoseconds(atPercent: among) : nil
  }
}
