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
  /// The second arm alone has a rhythm: every `period` seconds its throughput swings from `amplitude` below its mean to as
  /// much above, whether or not it is being measured. Beside the independent noise.
  case swingingArm(period: Double, amplitude: Double)
}

/// The noise of the segments of one simulated family, in the order in which they run.
struct SimulatedMachine {
  /// Between two segments: what is prepared, undone and recorded.
  static let pauseSeconds = 0.35

  private let noise: SimulatedNoise
  /// The standard deviation of a block's log ratio.
  private let blockDeviation: Double
  private var random: TraceRandom
  private var spareNormal: Double?
  private var time = 0.0
  /// The machine's state, or one state for each arm.
  private var states: [Double] = []
  /// Where in its period anything periodic begins, from 0 to 1.
  private let phase: Double

  init(noise: SimulatedNoise, blockDeviation: Double, random: TraceRandom) {
    self.noise = noise
    self.blockDeviation = blockDeviation
    var random = random
    phase = random.unit()
    self.random = random
    states = [normal(), normal()]
  }

  /// What is added to the log throughput of the next segment, which is one of `arm` and takes so many seconds.
  ///
  /// A block's log ratio is the mean of two segments minus the mean of two others, so independent segments have the
  /// standard deviation of the block.
  mutating func next(arm: Int, seconds length: Double) -> Double {
    let step = length + Self.pauseSeconds
    defer { time += step }
    let half = blockDeviation * Double.sqrt(0.5)
    switch noise {
    case .independent: return blockDeviation * normal()
    case .heavyTailed: return blockDeviation * student3() / Double.sqrt(3)
    case .driftingMachine(let seconds):
      states[0] = drifted(states[0], step / seconds)
      return half * (states[0] + normal())
    case .driftingArms(let seconds):
      // Both go on while only one is measured.
      for index in states.indices { states[index] = drifted(states[index], step / seconds) }
      return half * (states[arm] + normal())
    case .periodicStalls(let period, let seconds):
      let sinceStall = (time / period + phase).truncatingRemainder(dividingBy: 1) * period
      return blockDeviation * normal() + (sinceStall < seconds ? Double.log(0.6) : 0)
    case .swingingArm(let period, let amplitude):
      let own = blockDeviation * normal()
      guard arm == 1 else { return own }
      // The mean of 1 + amplitude × sin over the segment.
      let rate = 2 * Double.pi / period
      let start = 2 * Double.pi * phase + rate * time
      let swing = (Double.cos(start) - Double.cos(start + rate * length)) / (rate * length)
      return own + Double.log(1 + amplitude * swing)
    }
  }

  /// - Parameter step: The time gone by, in units of that after which the process forgets.
  private mutating func drifted(_ state: Double, _ step: Double) -> Double {
    let kept = Double.exp(-step)
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
