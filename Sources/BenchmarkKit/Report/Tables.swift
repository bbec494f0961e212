/// The results as plain text.
public enum Tables {
  public static func run(_ results: [RunResult]) -> [String] {
    var table = TextTable([
      "workload", "backend", "operations", "ops/s", "p50", "p95", "p99", "p99.9", "max", "errors",
    ])
    for result in results {
      table.add([
        result.workload, result.displayName, Quantity.count(result.ledger.executed),
        Quantity.count(Int(result.throughputPerSecond)), Quantity.latency(result.response.p50),
        Quantity.latency(result.response.p95), Quantity.latency(result.response.p99),
        Quantity.latency(result.response.p999), Quantity.latency(result.response.max),
        errors(result.ledger),
      ])
    }
    return table.lines
  }

  public static func load(_ reports: [LoadReport]) -> [String] {
    var table = TextTable([
      "backend", "instructors", "course places", "elapsed", "rows/s", "instructors/s", "then settling",
      "client memory peak",
    ])
    for report in reports {
      table.add([
        report.displayName, Quantity.count(report.instructors), Quantity.count(report.assignments),
        Quantity.seconds(report.elapsedSeconds), Quantity.count(Int(report.rowsPerSecond)),
        Quantity.count(Int(Double(report.instructors) / max(report.elapsedSeconds, 1e-9))),
        Quantity.seconds(report.settleSeconds), report.peakClientBytes.map(Quantity.bytes) ?? "-",
      ])
    }
    return table.lines
  }

  private static func errors(_ ledger: Ledger) -> String {
    guard ledger.failed > 0 else { return "0" }
    let codes = ledger.failures.sorted { $0.key < $1.key }.map { "\($0.key) \(Quantity.count($0.value))" }
    return codes.joined(separator: ", ")
  }
}
