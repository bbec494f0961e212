/// Ranks of which number *k* (from 0) is drawn with a probability proportional to 1 / (k + 1)^exponent.
///
/// A draw is a pure function of a 64-bit random value, needs no table, and costs the same for ten keys as for ten
/// billion. The method is rejection-inversion (Hörmann, Derflinger: "Rejection-inversion to generate variates from monotone
/// discrete distributions", ACM TOMACS 6(3), 1996): exact, while YCSB's generator (Gray et al.,
/// 1994) approximates the ranks after the second.
///
/// ```swift
/// let popularity = try ZipfianDistribution(elements: 10_000_000)
/// let rank = popularity.rank(random.next())   // 0 is drawn most often
/// ```
public struct ZipfianDistribution: Sendable {
  public static let elementCounts = 1...1_000_000_000_000
  /// 0 is the uniform distribution.
  public static let exponents = 0.0...10.0
  /// YCSB's constant: with 10 million keys the first one gets 5.5% of all draws.
  public static let defaultExponent = 0.99

  public let elements: Int
  public let exponent: Double

  /// The integral of the density up to half past the first element, less the first element's own weight.
  private let integralAtFirst: Double
  /// The integral up to half past the last element.
  private let integralAtLast: Double
  /// A draw this close to its element is accepted without evaluating the density.
  private let squeeze: Double
  /// Bounds the loop. More than 98 of 100 attempts are accepted at any exponent, so 16 fail once in 10²⁷ draws.
  private static let attempts = 16

  /// - Throws: ``CatalogError`` for a value outside ``elementCounts`` or ``exponents``.
  public init(elements: Int, exponent: Double = defaultExponent) throws(CatalogError) {
    guard Self.elementCounts.contains(elements) else { throw .elements(elements) }
    guard Self.exponents.contains(exponent) else { throw .exponent(exponent) }
    self.elements = elements
    self.exponent = exponent
    integralAtFirst = Self.integral(1.5, exponent) - 1
    integralAtLast = Self.integral(Double(elements) + 0.5, exponent)
    squeeze =
      2 - Self.inverseIntegral(Self.integral(2.5, exponent) - Self.density(2, exponent), exponent)
  }

  /// The rank that belongs to `random`, in `0..<elements`. Uniform values give Zipfian ranks.
  public func rank(_ random: UInt64) -> Int {
    var generator = SplitMix64(seed: random)
    var bits = random
    for _ in 0..<Self.attempts {
      // 53 bits, in [0, 1).
      let uniform = Double(bits >> 11) * 0x1p-53
      let area = integralAtLast + uniform * (integralAtFirst - integralAtLast)
      let x = Self.inverseIntegral(area, exponent)
      // Rounding errors may put x outside.
      let k = min(max((x + 0.5).rounded(.down), 1), Double(elements))
      if k - x <= squeeze || area >= Self.integral(k + 0.5, exponent) - Self.density(k, exponent) {
        return Int(k) - 1
      }
      bits = generator.next()
    }
    return 0
  }

  /// x^-exponent.
  private static func density(_ x: Double, _ exponent: Double) -> Double {
    ElementaryFunctions.exp(-exponent * ElementaryFunctions.ln(x))
  }

  /// (x^(1-exponent) - 1) / (1 - exponent), and ln x where the exponent is 1: an integral of the density.
  private static func integral(_ x: Double, _ exponent: Double) -> Double {
    let logarithm = ElementaryFunctions.ln(x)
    return ElementaryFunctions.expMinusOneOverArgument((1 - exponent) * logarithm) * logarithm
  }

  private static func inverseIntegral(_ area: Double, _ exponent: Double) -> Double {
    // Rounding errors may take it below the pole.
    let t = max(area * (1 - exponent), -1 + 0x1p-52)
    return ElementaryFunctions.exp(ElementaryFunctions.lnOfOnePlusOverArgument(t) * area)
  }
}
