/// How a workload chooses the records it touches.
public enum KeyDistribution: String, Sendable, CaseIterable {
  /// Every record is equally likely.
  case uniform
  /// Few records are very popular (a Zipfian distribution with exponent 0.99, as in YCSB); which ones is spread over
  /// the whole range, so that popular records don't share database pages.
  case zipfian
}

/// Chooses records by their number in the catalog, `0..<count`.
struct KeyChooser: Sendable {
  private let count: Int
  private let zipfian: ZipfianRanks?

  init(_ distribution: KeyDistribution, count: Int) {
    self.count = count
    zipfian = distribution == .zipfian ? ZipfianRanks(count: count) : nil
  }

  func next(_ random: inout TraceRandom) -> Int {
    guard let zipfian else { return random.below(count) }
    return zipfian.scrambled(zipfian.rank(random.unit()))
  }
}
