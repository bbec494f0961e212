/// A keyed hash of 64-bit integers, and the generator it belongs to.
///
/// The generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014)
/// with the finaliser "Mix13" of David Stafford. Its *n*-th output depends on the seed and *n* only, so it
/// serves as a hash as well: that is what lets a record be computed alone. Not cryptographic.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  package private(set) var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mix(state)
  }

  /// The odd integer closest to 2⁶⁴ divided by the golden ratio.
  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// A bijection of 64-bit integers in which every bit of the input changes about half of the output bits.
  package static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// The output number `index` (from 0) of the generator seeded with `key`, without the ones before it.
  package static func hash(_ index: UInt64, key: UInt64) -> UInt64 {
    mix(key &+ (index &+ 1) &* increment)
  }
}

/// The independent parts of a catalog, each with a key of its own derived from the seed.
enum CatalogStream: UInt64 {
  // The values are part of the format: a new stream gets the next number.
  case coursePermutation = 1
  case instructorPermutation = 2
  case assistantCounts = 3
  case assistantOffsets = 4
  case popularity = 5
  case profiles = 6
  case organizations = 7
  case reviewSlots = 8
  case reviewerPositions = 9
  case reviewers = 10
  case reviews = 11
  case reviewedCourses = 12

  func key(seed: UInt64) -> UInt64 { SplitMix64.mix(SplitMix64.hash(rawValue, key: seed)) }
}

extension UInt64 {
  /// Maps a uniform 64-bit value to a uniform one in `0..<bound` by a multiplication instead of a division
  /// (Lemire: "Fast random integer generation in an interval", 2019, without its rejection step: the bias is
  /// below `bound` / 2⁶⁴).
  func scaled(below bound: UInt64) -> UInt64 { multipliedFullWidth(by: bound).high }
}
