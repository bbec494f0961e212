/// A comparison as comma-separated values (RFC 4180): a line for each workload and arm.
public enum CSVReport {
  public static func text(_ summary: ComparisonSummary) -> String {
    var rows = [
      [
        "workload", "arm", "verdict", "winner", "ratio", "ratio_lower", "ratio_upper", "p", "p_holm",
        "blocks",
        "throughput_median", "throughput_minimum", "throughput_maximum", "noise", "p50_ns", "p95_ns",
        "p99_ns", "p999_ns",
        "max_ns", "scheduled", "succeeded", "failed", "dropped", "trace_hash",
      ]
    ]
    for entry in summary.workloads {
      let verdict = entry.verdict
      for figures in entry.arms {
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
            + [
              figures.latency.p50, figures.latency.p95, figures.latency.p99, figures.latency.p999,
              figures.latency.max,
            ].map { value in value.map { "\($0)" } ?? "" }
            + [figures.scheduled, figures.succeeded, figures.failed, figures.dropped].map(String.init)
            + [figures.traceHash])
      }
    }
    return rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func numbers(_ values: [Double?]) -> [String] { values.map { $0.map { "\($0)" } ?? "" } }

  private static func field(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
