/// A comparison as comma-separated values (RFC 4180): a line for each workload and arm, one for each offered load and one for each
/// soak, whose throughput is that of its windows.
public enum CSVReport {
  private static let parts = ["lag", "queue", "service", "delivery"]

  public static func text(_ summary: ComparisonSummary) -> String {
    var rows = [
      [
        "workload", "arm", "verdict", "winner", "ratio", "ratio_lower", "ratio_upper", "p", "p_holm",
        "blocks",
        "throughput_median", "throughput_minimum", "throughput_maximum", "noise", "p50_ns", "p95_ns",
        "p99_ns", "p999_ns",
        "max_ns", "scheduled", "succeeded", "failed", "dropped", "trace_hash", "loop", "rate", "status",
      ] + parts.flatMap { ["\($0)_p50_ns", "\($0)_p99_ns"] } + ["p99_is_one_event"]
    ]
    for entry in summary.workloads {
      let verdict = entry.verdict
      for figures in entry.arms {
        let isOneEvent = figures.latency.p99 == nil ? "" : "\(figures.isP99OneEvent)"
        rows.append(
          [
            entry.workload, figures.arm, verdict.kind.rawValue,
            verdict.winner.map { summary.plan.arms[$0].name } ?? "",
          ]
            + numbers([
              verdict.ratio?.estimate, verdict.ratio?.lower, verdict.ratio?.upper, verdict.ratio?.pValue,
              verdict.adjustedPValue,
            ]) + [String(entry.blocks)]
            + numbers([
              figures.throughput?.median, figures.throughput?.minimum, figures.throughput?.maximum,
              figures.noise,
            ])
            + times(figures.latency)
            + [figures.scheduled, figures.succeeded, figures.failed, figures.dropped].map(String.init)
            + [figures.traceHash, "closed", "", ""] + parts.flatMap { _ in ["", ""] } + [isOneEvent])
      }
    }
    for entry in summary.openLoop ?? [] {
      rows += entry.arms.map { row(entry, $0) }
    }
    rows += (summary.soaks ?? []).map { row($0, summary.plan.arms[$0.arm].name) }
    return rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func row(_ entry: OpenLoopSummary, _ figures: OpenLoopSummary.ArmFigures) -> [String] {
    let latency = figures.latency
    let head =
      [entry.workload, figures.arm] + [String](repeating: "", count: 7) + [String(entry.blocks)]
      + numbers([
        figures.throughput?.median, figures.throughput?.minimum, figures.throughput?.maximum, nil,
      ])
    let ledger = [figures.scheduled, figures.succeeded, figures.failed, figures.dropped].map(String.init)
    return head + times(latency.response) + ledger
      + [figures.traceHash, "open", "\(entry.ratePerSecond)", figures.status.rawValue]
      + [latency.lag, latency.queue, latency.service, latency.delivery].flatMap { part in
        [part.p50, part.p99].map { value in value.map { "\($0)" } ?? "" }
      } + [""]
  }

  private static func row(_ soak: SoakRecord, _ arm: String) -> [String] {
    let windows = MedianRange(soak.windows.map(\.throughputPerSecond))
    let ledger = [soak.ledger.scheduled, soak.ledger.succeeded, soak.ledger.failed, soak.ledger.dropped]
    return [soak.workload, arm] + [String](repeating: "", count: 8)
      + numbers([windows?.median, windows?.minimum, windows?.maximum, nil]) + times(soak.response)
      + ledger.map(String.init)
      + [soak.traceHash, "soak", "", soak.isComplete ? "complete" : "cut off"]
      + parts.flatMap { _ in ["", ""] } + [""]
  }

  private static func times(_ latency: LatencySummary) -> [String] {
    [latency.p50, latency.p95, latency.p99, latency.p999, latency.max].map { value in
      value.map { "\($0)" } ?? ""
    }
  }

  private static func numbers(_ values: [Double?]) -> [String] { values.map { $0.map { "\($0)" } ?? "" } }

  private static func field(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
