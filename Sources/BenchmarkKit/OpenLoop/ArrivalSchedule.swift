import RealModule

/// How the calls of an open loop are spread over time.
public enum ArrivalProcess: String, Sendable, Codable, CaseIterable {
  /// Independent of each other, as many users are: exponential gaps, so that bunches and lulls happen.
  case poisson
  /// One every so many nanoseconds.
  case constant
}

/// When each call of an open loop is due: decided before the first one, by the seed alone, whatever the backend does.
struct ArrivalSchedule: Sendable {
  private static let stream = TraceRandom.stream("arrivals")

  let process: ArrivalProcess
  let ratePerSecond: Double
  let seed: UInt64
  /// How many arrivals there are.
  let count: Int

  /// Those of the first `duration`; at least one.
  init(_ process: ArrivalProcess, ratePerSecond: Double, duration: Duration, seed: UInt64) {
    self.process = process
    self.ratePerSecond = ratePerSecond
    self.seed = seed
    let end = UInt64(max(0, duration.nanoseconds))
    switch process {
    case .constant:
      count = max(1, Int((duration.seconds * ratePerSecond).rounded()))
    case .poisson:
      var times = Times(process, ratePerSecond, seed)
      var count = 0
      while times.next() < end { count += 1 }
      self.count = max(1, count)
    }
  }

  func times() -> Times { Times(process, ratePerSecond, seed) }

  /// The due times one after the other, in nanoseconds after the start, without end.
  struct Times: Sendable {
    private let process: ArrivalProcess
    private let gap: Double
    private let seed: UInt64
    private var index = 0
    private var offset = 0.0

    fileprivate init(_ process: ArrivalProcess, _ ratePerSecond: Double, _ seed: UInt64) {
      self.process = process
      gap = 1e9 / ratePerSecond
      self.seed = seed
    }

    mutating func next() -> UInt64 {
      defer { index += 1 }
      switch process {
      case .constant:
        // A product, not a sum: rounding doesn't add up.
        return UInt64(Double(index) * gap)
      case .poisson:
        var random = TraceRandom(seed: seed, stream: ArrivalSchedule.stream, index: index)
        offset -= Double.log(1 - random.unit()) * gap
        return UInt64(offset)
      }
    }
  }
}
