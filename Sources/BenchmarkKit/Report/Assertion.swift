/// A condition on a comparison's figures, for use in continuous integration: `--assert`.
///
/// `arm.workload.throughput.median>20000`, `arm.workload.response.p99<5ms` (or `us`, `s`, nanoseconds without a unit),
/// `arm.workload.errors.count<=0`, `ratio.workload.throughput.lower>1.2` (of the first arm to the second: `estimate`,
/// `lower`, `upper`).
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
  }

  /// As it was written.
  public let text: String
  let path: [String]
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
    path = text[..<place.lowerBound].filter { $0 != " " }.split(
      separator: ".", omittingEmptySubsequences: false
    )
    .map(String.init)
    guard path.count == 4, let bound = Self.number(text[place.upperBound...].filter { $0 != " " }) else {
      throw Self.malformed(text)
    }
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

  /// Why it does not hold, or `nil` where it does.
  ///
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/usage`` for names that the comparison doesn't have. A figure that the
  ///   sample doesn't support is no reason to pass: it fails.
  public func failure(in summary: ComparisonSummary) throws(BenchmarkFailure) -> String? {
    guard let value = try value(in: summary) else { return "'\(text)': there is no such figure" }
    guard !comparison.holds(value, bound) else { return nil }
    return
      "'\(text)': it is \(path[2] == "response" ? Quantity.latency(UInt64(value)) : Quantity.significant(value))"
  }

  /// Refuses names that a plan doesn't have, before anything is measured.
  public func requireNames(arms: [String], workloads: [String]) throws(BenchmarkFailure) {
    guard path[0] == Self.ratio || arms.contains(path[0]) else {
      throw unknown("arm", path[0], among: arms + [Self.ratio])
    }
    guard workloads.contains(path[1]) else { throw unknown("workload", path[1], among: workloads) }
    let metrics = path[0] == Self.ratio ? ["throughput"] : ["throughput", "response", "errors"]
    guard metrics.contains(path[2]) else { throw unknown("metric", path[2], among: metrics) }
    let stats = Self.stats(path[0] == Self.ratio ? Self.ratio : path[2])
    guard stats.contains(path[3]) else { throw unknown("statistic", path[3], among: stats) }
  }

  private static func stats(_ metric: String) -> [String] {
    switch metric {
    case ratio: ["estimate", "lower", "upper"]
    case "throughput": ["median", "minimum", "maximum"]
    case "response": ["p50", "p90", "p95", "p99", "p999", "max", "mean"]
    default: ["count"]
    }
  }

  private func unknown(_ what: String, _ name: String, among known: [String]) -> BenchmarkFailure {
    let hint = NearestName.of(name, among: known).map { ", did you mean '\($0)'?" } ?? "."
    return BenchmarkFailure(
      .usage, "'\(text)': unknown \(what) '\(name)'\(hint) There are: \(known.joined(separator: ", ")).")
  }

  private func value(in summary: ComparisonSummary) throws(BenchmarkFailure) -> Double? {
    try requireNames(arms: summary.plan.arms.map(\.name), workloads: summary.plan.workloads)
    guard let entry = summary.workloads.first(where: { $0.workload == path[1] }) else { return nil }
    if path[0] == Self.ratio {
      let ratio = entry.verdict.ratio
      return path[3] == "estimate" ? ratio?.estimate : path[3] == "lower" ? ratio?.lower : ratio?.upper
    }
    guard let figures = entry.arms.first(where: { $0.arm == path[0] }) else { return nil }
    switch (path[2], path[3]) {
    case ("throughput", "median"): return figures.throughput?.median
    case ("throughput", "minimum"): return figures.throughput?.minimum
    case ("throughput", _): return figures.throughput?.maximum
    case ("errors", _): return Double(figures.failed)
    case (_, let stat):
      let latency = figures.latency
      let values = [
        "p50": latency.p50, "p90": latency.p90, "p95": latency.p95, "p99": latency.p99, "p999": latency.p999,
        "max": latency.max, "mean": latency.mean,
      ]
      return (values[stat] ?? nil).map { Double($0) }
    }
  }
}
