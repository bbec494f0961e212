/// `report.md`.
public enum MarkdownReport {
  public static func text(_ summary: ComparisonSummary) -> String {
    let names = summary.plan.arms.map(\.displayName)
    var lines = ["# \(names.joined(separator: " and ")) compared", ""]
    if let reason = summary.voidReason { lines += ["**Void: \(reason).**", ""] }
    if summary.status != "complete" { lines += ["**Partial: \(summary.status).**", ""] }
    lines += ["## Verdicts", ""]
    lines += table(
      ["workload", "verdict", "p (Holm)", "blocks", "ratio in ABBA / BAAB"],
      summary.workloads.map { entry in
        [
          entry.workload, entry.line, entry.verdict.adjustedPValue.map { Quantity.decimal($0, 4) } ?? "-",
          String(entry.verdict.ratio?.blocks ?? entry.blocks), entry.order?.cell ?? "-",
        ]
      })
    lines += ["", "## Figures", ""]
    lines += table(
      figureColumns,
      summary.workloads.flatMap { entry in
        zip(names, entry.arms).map { [entry.workload, $0] + cells($1, entry.runner) }
      })
    if let loads = summary.openLoop {
      lines += [
        "", "## Open loop", "", "Response times from when each call was due; the others are parts of them.",
        "",
      ]
      lines += table(
        ["workload", "offered/s", "arm", "status"] + OpenLoopTables.columnsWithIntervals,
        loads.flatMap { entry in
          zip(names, entry.arms).map { name, figures in
            [entry.workload, Quantity.rate(entry.ratePerSecond, unit: ""), name, figures.status.rawValue]
              + OpenLoopTables.cellsWithIntervals(figures)
          }
        })
    }
    if let soaks = summary.soaks {
      lines += ["", "## Soak", ""]
      lines += table(
        ["workload", "arm"] + Tables.soakColumns,
        soaks.map { [$0.workload, names[$0.arm]] + Tables.soakCells($0) })
    }
    if let loads = summary.bulkLoad {
      lines += [
        "",
        "Bulk load, rows/s (range, no verdict): "
          + zip(names, loads.rowsPerSecond).map { "\($0) \(range($1))" }.joined(separator: "; ") + ".",
      ]
    }
    lines += reasons(summary, names)
    lines += ["", "## What the figures are", ""]
    lines += ComparisonTables.notes(summary).map { "- \($0)" }
    lines += ["", "## Machine and servers", ""]
    let machine = summary.fingerprint.machine
    lines += [
      "- \(machine.cpu), \(machine.cores) cores (pinned to \(machine.pinning)), \(machine.kernel), client built for "
        + machine.clientBuild,
      "- Data: \(Quantity.count(summary.plan.instructors)) instructors, \(Quantity.count(summary.plan.courses)) courses, "
        + "\(Quantity.count(summary.plan.reviewers)) reviewers, \(Quantity.count(summary.plan.reviews)) reviews, "
        + "seed \(summary.plan.seed)",
      "- Load: closed loop, \(summary.plan.concurrency) calls under way, \(summary.plan.keys) keys"
        + (summary.plan.openLoop.map { "; then open loops of \($0.text)" } ?? ""),
      "- Fingerprint: `\(summary.fingerprintID)`",
    ]
    for (name, arm) in zip(names, summary.fingerprint.arms) {
      let settings = arm.environment.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
      lines.append("- \(name): \(settings.joined(separator: ", "))")
    }
    lines += ["", "Reproduce it with:", "", "```sh", summary.command, "```", ""]
    return lines.joined(separator: "\n")
  }

  /// Why each is as fast as it is; empty where nothing was found out.
  private static func reasons(_ summary: ComparisonSummary, _ names: [String]) -> [String] {
    var lines: [String] = []
    for entry in summary.workloads {
      let records = ReasonsTables.reasons(summary, entry.workload)
      let evidence = ReasonsTables.evidence(records)
      guard !evidence.isEmpty else { continue }
      lines += ["", "### \(entry.workload)", ""]
      lines += table([""] + names, evidence.map { [$0.label] + $0.cells })
      for (name, record) in zip(names, records) {
        guard let record else { continue }
        for listing in ReasonsTables.listings(record) {
          lines += ["", "\(name), \(listing.caption)", "", "```", listing.text, "```"]
        }
      }
    }
    if !lines.isEmpty { lines = ["", "## Reasons", "", ReasonsTables.evidenceText] + lines }
    let storage = ReasonsTables.storage(summary)
    if !storage.isEmpty {
      lines += ["", "## Size on disk", ""] + table([""] + names, storage.map { [$0.label] + $0.cells })
    }
    let maintenance = ReasonsTables.maintenance(summary)
    if !maintenance.isEmpty {
      lines += ["", "## Maintenance debt", "", ReasonsTables.maintenanceText, ""]
      lines += table([""] + names, maintenance.map { [$0.label] + $0.cells })
    }
    let groups = summary.fairness?.groups ?? []
    if !groups.isEmpty { lines += ["", "## What both sides ran with", "", "≠ marks what differs."] }
    for group in groups {
      lines += ["", "### \(group.title)", "", group.explanation, ""]
      lines += table(
        [""] + names + ["what a difference means"], ReasonsTables.rows(group).map { [$0.label] + $0.cells })
    }
    return lines
  }

  private static let figureColumns =
    ["workload", "arm", "ops/s (median, range)", "noise"]
    + PercentileText.names.map { "\($0), \(PercentileText.overBlocksTitle)" }
    + [PercentileText.wholeRunTitle, "CPU per operation", "\(RunnerText.title): p50, CPU", "errors"]

  /// Those of ``figureColumns`` but for the first two.
  private static func cells(_ figures: WorkloadSummary.ArmFigures, _ runner: RunnerCost?) -> [String] {
    var cells = [
      range(figures.throughput), figures.noise.map { Quantity.decimal($0 * 100, 1) + "%" } ?? "-",
    ]
    cells += PercentileText.names.map { PercentileText.overBlocks(figures.latencyIntervals[$0]) }
    return cells + [
      PercentileText.wholeRun(figures.latency, isP99OneEvent: figures.isP99OneEvent), cpu(figures),
      RunnerText.cell(runner, p50: figures.latency.p50), String(figures.failed),
    ]
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> [String] {
    let cells = { (row: [String]) in
      "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    return [cells(header), cells(header.map { _ in "---" })] + rows.map(cells)
  }

  private static func range(_ range: MedianRange?) -> String {
    guard let range else { return "-" }
    return
      "\(Quantity.perSecond(range.median)) (\(Quantity.perSecond(range.minimum))–\(Quantity.perSecond(range.maximum)))"
  }

  private static func cpu(_ figures: WorkloadSummary.ArmFigures) -> String {
    let parts = figures.cpuMicrosecondsPerOperation.sorted { $0.key < $1.key }
      .map { "\($0.key) \(Quantity.microseconds($0.value))" }
    return parts.isEmpty ? "-" : parts.joined(separator: ", ")
  }
}
