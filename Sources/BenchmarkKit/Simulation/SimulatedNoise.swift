import RealModule

/// What disturbs the throughput of simulated segments. All sizes are of log throughputs: 0.05 is 5%.
enum SimulatedNoise: Sendable {
  /// Each segment for itself, normally distributed.
  case independent
  /// Each segment for itself, with the heavy tails of Student's t with 3 degrees of freedom: rare large disturbances.
  case heavyTailed
  /// The machine as a whole is slower or faster for a while: an Ornstein–Uhlenbeck process that forgets within
  /// `seconds`, beside as much independent noise. Both arms and all workloads feel it.
  case driftingMachine(seconds: Double)
  /// Every `period` seconds the machine is 40% slower for `seconds`, beside the independent noise.
  case periodicStalls(period: Double, seconds: Double)
  /// Each arm for itself drifts like that: what a DBMS's own background work does. Beside as much independent noise.
  case driftingArms(seconds: Double)
}

/// The noise of the segments of one simulated family, in the order in which they run.
struct SimulatedMachine {
  /// From the beginning of a segment to that of the next.
  static let segmentSeconds = 1.25

  private let noise: SimulatedNoise
  /// The standard deviation of a block's log ratio.
  private let blockDeviation: Double
  private var random: TraceRandom
  private var spareNormal: Double?
  private var time = 0.0
  /// The machine's state, or one state for each arm.
  private var states: [Double] = []
  private let stallOffset: Double

  init(noise: SimulatedNoise, blockDeviation: Double, random: TraceRandom) {
    self.noise = noise
    self.blockDeviation = blockDeviation
    var random = random
    stallOffset = random.unit()
    self.random = random
    states = [normal(), normal()]
  }

  /// What is added to the log throughput of the next segment, which is one of `arm`.
  ///
  /// A block's log ratio is the mean of two segments minus the mean of two others, so independent segments have the
  /// standard deviation of the block.
  mutating func next(arm: Int) -> Double {
    defer { time += Self.segmentSeconds }
    let half = blockDeviation * Double.sqrt(0.5)
    switch noise {
    case .independent: return blockDeviation * normal()
    case .heavyTailed: return blockDeviation * student3() / Double.sqrt(3)
    case .driftingMachine(let seconds):
      states[0] = drifted(states[0], seconds)
      return half * (states[0] + normal())
    case .driftingArms(let seconds):
      // Both go on while only one is measured.
      for index in states.indices { states[index] = drifted(states[index], seconds) }
      return half * (states[arm] + normal())
    case .periodicStalls(let period, let seconds):
      let phase = (time / period + stallOffset).truncatingRemainder(dividingBy: 1) * period
      return blockDeviation * normal() + (phase < seconds ? Double.log(0.6) : 0)
    }
  }

  private mutating func drifted(_ state: Double, _ seconds: Double) -> Double {
    let kept = Double.exp(-Self.segmentSeconds / seconds)
    return kept * state + Double.sqrt(1 - kept * kept) * normal()
  }

  /// A standard normal number (G. E. P. Box, M. E. Muller, 1958).
  private mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    let radius = Double.sqrt(-2 * Double.log(1 - random.unit()))
    let angle = 2 * Double.pi * random.unit()
    spareNormal = radius * Double.sin(angle)
    return radius * Double.cos(angle)
  }

  /// Student's t with 3 degrees of freedom; its variance is 3.
  private mutating func student3() -> Double {
    let numerator = normal()
    let squares = (0..<3).reduce(0.0) { sum, _ in
      let z = normal()
      return sum + z * z
    }
    return numerator / Double.sqrt(squares / 3)
  }
}
