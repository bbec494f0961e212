/// A pseudo-random permutation of `0..<count` that is computed, not stored, in both directions.
///
/// Three rounds of "multiply by an odd number, add, fold the upper half into the lower one" on the smallest
/// power of two that holds the domain; each step is invertible. A result outside the domain is permuted again until it
/// falls inside (cycle walking: Black, Rogaway: "Ciphers with arbitrary finite domains", CT-RSA 2002), fewer than two
/// passes on average, since the domain is more than half of the power of two. Not cryptographic.
package struct KeyedPermutation: Sendable {
  /// 1...2⁶².
  package let count: UInt64
  private let mask: UInt64
  /// At least half of the bits, so that the fold is its own inverse.
  private let shift: UInt64
  private let rounds: (Round, Round, Round)

  private struct Round: Sendable {
    let multiplier: UInt64
    /// The inverse of `multiplier` modulo 2⁶⁴, and so modulo every smaller power of two.
    let inverse: UInt64
    let addend: UInt64

    init(_ random: inout SplitMix64) {
      multiplier = random.next() | 1
      addend = random.next()
      // Newton's iteration doubles the correct bits; an odd number is its own inverse modulo 8.
      var inverse = multiplier
      for _ in 0..<5 { inverse = inverse &* (2 &- multiplier &* inverse) }
      self.inverse = inverse
    }
  }

  /// - Parameter count: 1...2⁶².
  package init(count: UInt64, key: UInt64) {
    precondition((1...(1 << 62)).contains(count), "a permutation needs 1 to 2^62 elements")
    let bits = max(1, 64 - (count - 1).leadingZeroBitCount)
    self.count = count
    mask = (1 << UInt64(bits)) - 1
    shift = UInt64((bits + 1) / 2)
    var random = SplitMix64(seed: key)
    rounds = (Round(&random), Round(&random), Round(&random))
  }

  /// Where `element` goes. `element` must be in `0..<count`: outside of it there may be no answer.
  package func image(of element: UInt64) -> UInt64 {
    precondition(element < count, "the element is outside of the permutation")
    var x = element
    repeat {
      x = forward(x, rounds.0)
      x = forward(x, rounds.1)
      x = forward(x, rounds.2)
    } while x >= count
    return x
  }

  /// The element that goes to `image`, which must be in `0..<count`.
  package func preimage(of image: UInt64) -> UInt64 {
    precondition(image < count, "the element is outside of the permutation")
    var x = image
    repeat {
      x = backward(x, rounds.2)
      x = backward(x, rounds.1)
      x = backward(x, rounds.0)
    } while x >= count
    return x
  }

  @inline(__always)
  private func forward(_ x: UInt64, _ round: Round) -> UInt64 {
    let product = (x &* round.multiplier &+ round.addend) & mask
    return product ^ (product &>> shift)
  }

  @inline(__always)
  private func backward(_ x: UInt64, _ round: Round) -> UInt64 {
    let product = x ^ (x &>> shift)
    return ((product &- round.addend) &* round.inverse) & mask
  }
}
