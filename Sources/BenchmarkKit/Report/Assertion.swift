/// A condition on what was measured, for use in continuous integration: `--assert`.
///
/// `arm.workload.metric.statistic<value`, or with `ratio` instead of an arm (of the first arm to the second):
/// `arm.workload.throughput.median>20000`, `arm.workload.response.p99<5ms` (or `us`, `s`, nanoseconds without a unit),
/// `arm.workload.errors.count<=0`, `ratio.workload.throughput.lower>1.2`. In a comparison, `workload@500` is the workload under an
/// offered load of 500 calls a second, and `workload@soak` its soak. Which metrics and statistics there are depends on what measures:
/// see ``Vocabulary``.
public struct Assertion: Sendable, Equatable {
  enum Comparison: String, Sendable, CaseIterable {
    // The longer ones first: `<=` begins with `<`.
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"

    func holds(_ value: Double, _ bound: Double) -> Bool {
      switch self {
      case .atMost: value <= bound
      case .atLeast: value >= bound
      case .below: value < bound
      case .above: value > bound
      }
    }

    var isUpperBound: Bool { self == .atMost || self == .below }
  }

  /// What it is about.
  struct Path: Sendable, Equatable {
    /// An arm, or ``Assertion/ratio``.
    var arm: String
    var workload: String
    var metric: String
    var statistic: String
  }

  /// As it was written.
  public let text: String
  let path: Path
  let comparison: Comparison
  let bound: Double

  static let ratio = "ratio"

  public init(_ text: String) throws(BenchmarkFailure) {
    self.text = text
    guard
      let comparison = Comparison.allCases.first(where: { text.contains($0.rawValue) }),
      let place = text.firstRange(of: comparison.rawValue)
    else { throw Self.malformed(text) }
    self.comparison = comparison
    let parts = text[..<place.lowerBound].filter { $0 != " " }.split(
      separator: ".", omittingEmptySubsequences: false
    )
    .map(String.init)
    guard parts.count >= 4, let bound = Self.number(text[place.upperBound...].filter { $0 != " " }) else {
      throw Self.malformed(text)
    }
    // An offered rate may have a point: `workload@0.5`.
    path = Path(
      arm: parts[0], workload: parts[1..<(parts.count - 2)].joined(separator: "."),
      metric: parts[parts.count - 2], statistic: parts[parts.count - 1])
    self.bound = bound
  }

  private static func malformed(_ text: String) -> BenchmarkFailure {
    BenchmarkFailure(
      .usage, "'\(text)' is no assertion",
      advice: "Write arm.workload.metric.stat<value or ratio.workload.throughput.lower>1.2.")
  }

  private static func number(_ text: String) -> Double? {
    let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]
    for (unit, factor) in units where text.hasSuffix(unit) {
      return Double(text.dropLast(unit.count)).map { $0 * factor }
    }
    return Double(text)
  }

  /// Refuses names that there won't be, before anything is measured.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/usage`` that names the nearest one and the list.
  public func requireNames(_ vocabulary: Vocabulary) throws(BenchmarkFailure) {
    let compared = vocabulary.subjects.filter { !$0.ratio.isEmpty }
    let isRatio = path.arm == Self.ratio && !compared.isEmpty
    guard isRatio || vocabulary.arms.contains(path.arm) else {
      throw unknown("arm", path.arm, among: vocabulary.arms + (compared.isEmpty ? [] : [Self.ratio]))
    }
    let subjects = isRatio ? compared : vocabulary.subjects
    guard let subject = subjects.first(where: { $0.name == path.workload }) else {
      throw unknown("workload", path.workload, among: subjects.map(\.name))
    }
    let metrics = isRatio ? subject.ratio : subject.metrics
    guard let metric = metrics.first(where: { $0.name == path.metric }) else {
      throw unknown("metric", path.metric, among: metrics.map(\.name))
    }
    guard metric.statistics.contains(path.statistic) else {
      throw unknown("statistic", path.statistic, among: metric.statistics)
    }
  }

  private func unknown(_ what: String, _ name: String, among known: [String]) -> BenchmarkFailure {
    let hint = NearestName.of(name, among: known).map { ", did you mean '\($0)'?" } ?? "."
    return BenchmarkFailure(
      .usage, "'\(text)': unknown \(what) '\(name)'\(hint) There are: \(known.joined(separator: ", ")).")
  }

  /// Why it does not hold for this figure, or `nil` where it does.
  ///
  /// - Parameter missing: What is said where there is none: a figure that the sample doesn't support is no reason to pass.
  func failure(_ value: Double?, missing: String = "there is no such figure") -> String? {
    guard let value else { return "'\(text)': \(missing)" }
    guard !comparison.holds(value, bound) else { return nil }
    let isTime = Vocabulary.durations.contains(path.metric)
    return
      "'\(text)': it is \(isTime ? Quantity.latency(UInt64(value)) : Quantity.significant(value))"
  }
}
