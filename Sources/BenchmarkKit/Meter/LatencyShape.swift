/// Distributions of latency that a meter must get right, from 10 ms up: even, spread, two humps, a long tail, and rare
/// stalls that only a tail shows.
enum LatencyShape: String, Sendable, CaseIterable {
  case constant
  case uniform
  case bimodal
  case heavyTail = "heavy tail"
  case rareStall = "rare stall"

  /// How long call number `call` takes.
  func nanoseconds(_ call: Int) -> UInt64 {
    var random = TraceRandom(seed: 99, stream: 1, index: call)
    switch self {
    case .constant: return 10_000_000
    case .uniform: return UInt64(10_000_000 + random.below(10_000_000))
    case .bimodal: return random.below(10) == 0 ? 80_000_000 : 12_000_000
    case .heavyTail: return UInt64(10_000_000 / (1.01 - random.unit()))
    case .rareStall: return call % 1_000 == 500 ? 1_000_000_000 : 10_000_000
    }
  }
}
