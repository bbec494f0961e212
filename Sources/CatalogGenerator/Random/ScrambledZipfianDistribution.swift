/// Zipfian keys whose popular ones lie anywhere: the ranks of a ``ZipfianDistribution`` through a permutation.
///
/// Without it the popular keys would be neighbours in every index and share their pages. It differs from YCSB's
/// scrambled generator, which hashes ranks and so gives several ranks to one key and none to others.
public struct ScrambledZipfianDistribution: Sendable {
  public let ranks: ZipfianDistribution
  private let permutation: KeyedPermutation

  /// - Throws: ``CatalogError`` as ``ZipfianDistribution``.
  public init(
    elements: Int, exponent: Double = ZipfianDistribution.defaultExponent, seed: UInt64
  ) throws(CatalogError) {
    ranks = try ZipfianDistribution(elements: elements, exponent: exponent)
    permutation = KeyedPermutation(count: UInt64(elements), key: seed)
  }

  /// The key that belongs to `random`, in `0..<elements`.
  public func key(_ random: UInt64) -> Int { key(ofRank: ranks.rank(random)) }

  /// The key that is `rank`-th in popularity, from 0.
  public func key(ofRank rank: Int) -> Int { Int(permutation.image(of: UInt64(rank))) }
}
