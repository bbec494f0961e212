/// Random numbers of one operation of the trace, drawn from a state that depends on the seed, the workload
/// and the operation's index alone.
///
/// No generator is shared or advanced between operations: operation *i* is the same whoever executes it, in
/// whichever order, on however many tasks. The generator is SplitMix64 (Steele, Lea, Flood, "Fast splittable
/// pseudorandom number generators", 2014), whose whole state is one word, so making one costs nothing.
struct TraceRandom: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter stream: A constant of the workload or of another purpose; streams are independent.
  init(seed: UInt64, stream: UInt64, index: Int) {
    state = Self.mixed(Self.mixed(seed ^ stream) &+ UInt64(truncatingIfNeeded: index))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.finalized(state)
  }

  /// A number from 0 up to and not including `bound`, which must be positive.
  ///
  /// Multiply and shift (Lemire 2019) without rejection: the bias is below `bound` / 2⁶⁴.
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number from 0 up to and not including 1, in steps of 2⁻⁵³.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  static func mixed(_ value: UInt64) -> UInt64 { finalized(value &+ 0x9E37_79B9_7F4A_7C15) }

  private static func finalized(_ value: UInt64) -> UInt64 {
    var mix = value
    mix = (mix ^ (mix >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mix = (mix ^ (mix >> 27)) &* 0x94D0_49BB_1331_11EB
    return mix ^ (mix >> 31)
  }

  /// The stream named `name`: FNV-1a over its bytes.
  static func stream(_ name: String) -> UInt64 {
    var digest = TraceDigest()
    digest.add(name)
    return digest.value
  }
}
