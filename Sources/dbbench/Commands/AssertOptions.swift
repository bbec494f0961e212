import ArgumentParser
import BenchmarkKit

/// What the figures have to be.
struct AssertOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "End with 3 if this is not so, for example 'postgres.instructor-get.response.p99<5ms'. May be given several times.",
      valueName: "condition"))
  var assert: [String] = []

  var assertions: [Assertion] {
    get throws { try assert.map { try Assertion($0) } }
  }

  /// Finds out before the work whether the assertions can be checked after it.
  func requireNames(_ vocabulary: Assertion.Vocabulary) throws {
    for assertion in try assertions { try assertion.requireNames(vocabulary) }
  }

  /// What the program ends with where some of them don't hold.
  ///
  /// - Parameter check: Why one does not, or `nil` where it does.
  func failure(_ check: (Assertion) -> String?) throws -> BenchmarkFailure? {
    let missed = try assertions.compactMap(check)
    guard !missed.isEmpty else { return nil }
    return BenchmarkFailure(.assertionMissed, "assertion missed: \(missed.joined(separator: "; ")).")
  }
}

extension BenchmarkFailure {
  /// Where the figures of a comparison don't count at all.
  static func void(_ summary: ComparisonSummary) -> BenchmarkFailure? {
    guard let reason = summary.voidReason else { return nil }
    guard reason == summary.busyReason else { return BenchmarkFailure(.mismatch, reason + ".") }
    return busy(reason, otherwise: "take the verdicts with --resume and --accept-busy")
  }

  /// Where something else was running during too much of it.
  static func busy(_ reason: String, otherwise: String) -> BenchmarkFailure {
    BenchmarkFailure(.void, reason, advice: "Run it again when the machine is quiet, or \(otherwise).")
  }
}
