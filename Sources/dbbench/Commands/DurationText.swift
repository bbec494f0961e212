import ArgumentParser

/// A length of time as people write it: `20ms`, `1.5s`, `500us`, `10m`.
struct DurationText {
  let duration: Duration

  private static let units: [(suffix: String, seconds: Double)] = [
    ("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6), ("s", 1), ("m", 60), ("h", 3_600),
  ]

  /// Refuses anything else, a number without a unit included: it could be meant in any.
  init(_ argument: String) throws {
    for (suffix, seconds) in Self.units where argument.hasSuffix(suffix) {
      guard let value = Double(argument.dropLast(suffix.count)), value > 0, value * seconds <= 86_400 else {
        break
      }
      duration = .seconds(value * seconds)
      return
    }
    throw ValidationError(
      "'\(argument)' is no length of time of at most a day; write a number with its unit, for example 20ms or 1.5s."
    )
  }
}
