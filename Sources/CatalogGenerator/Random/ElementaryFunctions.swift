/// Logarithm and exponential from additions, multiplications and divisions alone.
///
/// IEEE 754 rounds those the same way everywhere, while the C library's functions differ in the last bit between
/// platforms: a catalog and a key sequence must not depend on where they are made. The error is below 10⁻¹⁴,
/// relative, in the ranges used here (tested against the C library).
enum ElementaryFunctions {
  private static let ln2 = 0.693_147_180_559_945_309
  /// ln 2 in two parts; the first has so few bits that its product with an exponent is exact.
  private static let ln2High = 0x1.62e42feep-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// The natural logarithm of a positive, normal number.
  static func ln(_ x: Double) -> Double {
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.414_213_562_373_095 {
      mantissa /= 2
      exponent += 1
    }
    return exponent * ln2High + (exponent * ln2Low + twiceArtanh((mantissa - 1) / (mantissa + 1)))
  }

  /// ln(1 + x) / x, which is 1 at 0, for x > -1.
  static func lnOfOnePlusOverArgument(_ x: Double) -> Double {
    guard abs(x) < 0.3 else { return ln(1 + x) / x }
    guard x != 0 else { return 1 }
    return twiceArtanh(x / (2 + x)) / x
  }

  /// e to the power of x; 0 and infinity beyond the range of `Double`.
  static func exp(_ x: Double) -> Double {
    guard x < 710 else { return .infinity }
    guard x > -740 else { return 0 }
    let exponent = (x / ln2).rounded()
    let rest = (x - exponent * ln2High) - exponent * ln2Low
    let power = 1 + rest * expMinusOneOverArgumentSeries(rest)
    return Double(sign: .plus, exponent: Int(exponent), significand: power)
  }

  /// (eˣ - 1) / x, which is 1 at 0.
  static func expMinusOneOverArgument(_ x: Double) -> Double {
    abs(x) < 0.35 ? expMinusOneOverArgumentSeries(x) : (exp(x) - 1) / x
  }

  /// x to the power of y for positive x.
  static func power(_ x: Double, _ y: Double) -> Double { exp(y * ln(x)) }

  /// 2 artanh z = 2 (z + z³/3 + z⁵/5 + …) for |z| ≤ 0.18.
  private static func twiceArtanh(_ z: Double) -> Double {
    let square = z * z
    var sum = 1.0 / 23
    sum = sum * square + 1.0 / 21
    sum = sum * square + 1.0 / 19
    sum = sum * square + 1.0 / 17
    sum = sum * square + 1.0 / 15
    sum = sum * square + 1.0 / 13
    sum = sum * square + 1.0 / 11
    sum = sum * square + 1.0 / 9
    sum = sum * square + 1.0 / 7
    sum = sum * square + 1.0 / 5
    sum = sum * square + 1.0 / 3
    return 2 * (z + z * square * sum)
  }

  /// 1 + x/2! + x²/3! + … for |x| ≤ 0.35.
  private static func expMinusOneOverArgumentSeries(_ x: Double) -> Double {
    var sum = 1.0 / 87_178_291_200
    sum = sum * x + 1.0 / 6_227_020_800
    sum = sum * x + 1.0 / 479_001_600
    sum = sum * x + 1.0 / 39_916_800
    sum = sum * x + 1.0 / 3_628_800
    sum = sum * x + 1.0 / 362_880
    sum = sum * x + 1.0 / 40_320
    sum = sum * x + 1.0 / 5_040
    sum = sum * x + 1.0 / 720
    sum = sum * x + 1.0 / 120
    sum = sum * x + 1.0 / 24
    sum = sum * x + 1.0 / 6
    sum = sum * x + 1.0 / 2
    return sum * x + 1
  }
}
