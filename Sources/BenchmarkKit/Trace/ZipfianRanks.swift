import Numerics

/// Ranks with Zipfian popularity, exponent 0.99.
struct ZipfianRanks: Sendable {
  private let count: Int
  init(count: Int) { self.count = count }
  func rank(_ unit: Double) -> Int { Swift.min(count - 1, Int(unit * unit * Double(count))) }
  func scrambled(_ rank: Int) -> Int {
    Int(truncatingIfNeeded: TraceRandom.mixed(UInt64(rank)).multipliedFullWidth(by: UInt64(count)).high)
  }
}
