import RealModule

/// How much an arm differs from itself inside a block.
///
/// A block holds two segments of each arm. Half the difference of their log throughputs has the spread of the arm's share
/// in the block's log ratio, without the other arm and without drift between blocks: a noise check that costs nothing.
enum BlockNoise {
  /// The root mean square of the half differences; `nil` without any. 0.02 reads as "an arm's block varies by 2%".
  ///
  /// - Parameter pairs: The throughputs of an arm's two segments, for each block.
  static func of(_ pairs: [(Double, Double)]) -> Double? {
    let halves = pairs.filter { $0.0 > 0 && $0.1 > 0 }.map { Double.log($0.0 / $0.1) / 2 }
    guard !halves.isEmpty else { return nil }
    return Double.sqrt(halves.reduce(0) { $0 + $1 * $1 } / Double(halves.count))
  }
}
