/// Which of two arms goes first inside a block: ABBA or BAAB, an independent fair coin for each block.
///
/// Within a block each arm has one early and one late segment of each half, so a drift of the machine
/// cancels. The coin keeps the order from following anything periodic. (Not a balanced plan: half the blocks
/// each way leaves so few possible outcomes that an exact test could never decide.)
public enum BlockOrder: String, Sendable {
  case abba = "ABBA"
  case baab = "BAAB"

  private static let stream = TraceRandom.stream("block order")

  public init(seed: UInt64, workload: String, block: Int) {
    var random = TraceRandom(seed: seed, stream: Self.stream ^ TraceRandom.stream(workload), index: block)
    self = random.below(2) == 0 ? .abba : .baab
  }

  /// The four segments: which arm (0 or 1) executes which of the block's two slices (0 or 1). Both arms
  /// execute both.
  var segments: [(arm: Int, slice: Int)] {
    switch self {
    case .abba: [(0, 0), (1, 0), (1, 1), (0, 1)]
    case .baab: [(1, 0), (0, 0), (0, 1), (1, 1)]
    }
  }
}
