/// Waiting times between attempts: exponential with full jitter, bounded.
///
/// Source: M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
package struct Backoff: Sendable {
  private let firstMilliseconds: Double
  private let maximumMilliseconds: Double
  private var attempt = 0

  package init(firstMilliseconds: Double = 1, maximumMilliseconds: Double = 100) {
    self.firstMilliseconds = firstMilliseconds
    self.maximumMilliseconds = maximumMilliseconds
  }

  /// The next wait in milliseconds, at least 0.1.
  package mutating func nextMilliseconds(using generator: inout some RandomNumberGenerator) -> Double {
    let ceiling = min(maximumMilliseconds, firstMilliseconds * Double(UInt64(1) << UInt64(min(attempt, 20))))
    attempt += 1
    return Double.random(in: 0.1...max(0.1, ceiling), using: &generator)
  }
}
