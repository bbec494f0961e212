import BenchmarkKit

extension BenchmarkFailure {
  /// A name that isn't one of those known.
  static func unknown(_ what: String, _ name: String, known: [String]) -> BenchmarkFailure {
    let hint = suggestion(for: name, among: known).map { ", did you mean '\($0)'?" } ?? "."
    return BenchmarkFailure(
      .usage, "unknown \(what) '\(name)'\(hint) There are: \(known.joined(separator: ", ")).")
  }
}
