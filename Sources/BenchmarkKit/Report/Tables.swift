import InstructorStore

/// The results as plain text.
public enum Tables {
  /// What a backend is called: with its mode where there are several.
  static func name(_ displayName: String, _ dispatch: DispatchMode, among all: [DispatchMode]) -> String {
    Set(all).count > 1 ? "\(displayName) \(dispatch.rawValue)" : displayName
  }

  public static func run(_ results: [RunResult]) -> [String] {
    var table = TextTable([
      "workload", "backend", "operations", "ops/s", "p50", "p95", "p99", "p99.9", "max", "errors",
    ])
    for result in results {
      table.add([
        result.workload, name(result.displayName, result.dispatch, among: results.map(\.dispatch)),
        Quantity.count(result.ledger.executed), Quantity.perSecond(result.throughputPerSecond),
        Quantity.latency(result.response.p50),
        Quantity.latency(result.response.p95), Quantity.latency(result.response.p99),
        Quantity.latency(result.response.p999), Quantity.latency(result.response.max),
        errors(result.ledger),
      ])
    }
    return table.lines
  }

  /// What was counted again, one line for each result that wrote reviews.
  public static func recounts(_ results: [RunResult]) -> [String] {
    results.compactMap { result in
      result.recount.map { recount in
        "\(result.workload) on \(name(result.displayName, result.dispatch, among: results.map(\.dispatch))): every one of \(Quantity.count(recount.ratings)) ratings and "
          + "\(Quantity.count(recount.reviewers)) reviewer counts touched equals a recount of "
          + "\(Quantity.count(recount.reviews)) reviews."
      }
    }
  }

  /// What the runner itself takes of the calls, in a line; none where that was not measured.
  public static func runners(_ results: [RunResult]) -> [String] {
    let costs = results.map { (runner: $0.runner, p50: $0.response.p50) }
    return RunnerText.note(costs.compactMap { cost in cost.runner.map { ($0, cost.p50) } }).map { [$0] } ?? []
  }

  private static func errors(_ ledger: Ledger) -> String {
    guard ledger.failed > 0 else { return "0" }
    let codes = ledger.failures.sorted { $0.key < $1.key }.map { "\($0.key) \(Quantity.count($0.value))" }
    return codes.joined(separator: ", ")
  }
}
