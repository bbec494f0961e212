extension Tables {
  public static func openLoop(_ reports: [OpenLoopReport]) -> [String] {
    var table = TextTable([
      "workload", "backend", "offered/s", "answered/s", "p50", "p95", "p99", "p99.9", "max", "service p50",
      "lag p50", "misses", "",
    ])
    for report in reports {
      table.add([
        report.workload, name(report.displayName, report.dispatch, among: reports.map(\.dispatch)),
        Quantity.count(Int(report.load.ratePerSecond.rounded())),
        Quantity.count(Int(report.throughputPerSecond.rounded())), Quantity.latency(report.response.p50),
        Quantity.latency(report.response.p95), Quantity.latency(report.response.p99),
        Quantity.latency(report.response.p999), Quantity.latency(report.response.max),
        Quantity.latency(report.service.p50), Quantity.latency(report.lag.p50),
        Quantity.count(report.misses), report.status == .valid ? "" : report.status.rawValue,
      ])
    }
    return table.lines
  }

  /// What the reader has to know about the table above it.
  public static func footer(_ reports: [OpenLoopReport]) -> [String] {
    var lines = [
      "Open loop: times count from when a call was due, whether or not earlier ones were answered. Percentiles are of all "
        + "calls, a failed or dropped one being slower than any; max, service and lag are of those answered."
    ]
    for report in reports where report.status != .valid {
      let name = name(report.displayName, report.dispatch, among: reports.map(\.dispatch))
      lines.append("\(report.workload) on \(name): \(advice(report))")
    }
    return lines
  }

  private static func advice(_ report: OpenLoopReport) -> String {
    switch report.status {
    case .valid: ""
    case .overloaded:
      "overloaded. More calls arrived than were answered"
        + (report.ledger.dropped > 0 ? " (\(Quantity.count(report.ledger.dropped)) were dropped)" : "")
        + ", so the times grow with the length of the run; offer less than --rate "
        + "\(Quantity.count(Int(report.load.ratePerSecond.rounded())))."
    case .generatorLimited:
      "generator-limited. This program made its calls late (lag \(Quantity.latency(report.lag.p99)) at p99, more than a "
        + "tenth of the response at p99), so the times aren't the backend's; use a quieter machine or a lower --rate."
    }
  }
}
