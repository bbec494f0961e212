/// What a report shows of the loads that a comparison offered.
enum OpenLoopTables {
  private static let parts = [
    "queue p50", "service p50", "service p99", "lag p99", "delivery p50", "misses",
  ]
  /// The figures of one arm, by name; in the order of ``cells(_:)``. Percentiles are those of the whole run.
  static let columns = ["answered/s"] + PercentileText.names + parts
  /// The same of ``cellsWithIntervals(_:)``.
  static let columnsWithIntervals =
    ["answered/s"] + PercentileText.names.map { "\($0), \(PercentileText.overBlocksTitle)" }
    + [PercentileText.wholeRunTitle] + parts

  static func cells(_ figures: OpenLoopSummary.ArmFigures) -> [String] {
    let response = figures.latency.response
    return [answered(figures)] + [response.p50, response.p95, response.p99].map(Quantity.latency)
      + parts(of: figures)
  }

  static func cellsWithIntervals(_ figures: OpenLoopSummary.ArmFigures) -> [String] {
    [answered(figures)] + PercentileText.names.map { PercentileText.overBlocks(figures.latencyIntervals[$0]) }
      + [wholeRun(figures)] + parts(of: figures)
  }

  private static func answered(_ figures: OpenLoopSummary.ArmFigures) -> String {
    figures.throughput.map { Quantity.count(Int($0.median.rounded())) } ?? "-"
  }

  private static func wholeRun(_ figures: OpenLoopSummary.ArmFigures) -> String {
    PercentileText.wholeRun(figures.latency.response, isP99OneEvent: figures.isP99OneEvent)
  }

  private static func parts(of figures: OpenLoopSummary.ArmFigures) -> [String] {
    let latency = figures.latency
    return [
      latency.queue.p50, latency.service.p50, latency.service.p99, latency.lag.p99, latency.delivery.p50,
    ].map(Quantity.latency) + [Quantity.count(figures.misses)]
  }

  /// A line for each arm, those of a workload and rate under each other; empty where nothing was offered.
  static func lines(_ summary: ComparisonSummary) -> [String] {
    guard let loads = summary.openLoop else { return [] }
    var table = TextTable(["open loop", "offered/s", "arm"] + columns + [""])
    for entry in loads {
      for (arm, figures) in zip(summary.plan.arms, entry.arms) {
        table.add(
          [entry.workload, Quantity.rate(entry.ratePerSecond, unit: ""), arm.displayName] + cells(figures)
            + [figures.status == .valid ? "" : figures.status.rawValue])
      }
    }
    return table.lines
  }

  /// Side by side: a label, and a cell for each arm.
  static func rows(_ entry: OpenLoopSummary) -> [ReportView.Row] {
    func row(_ label: String, _ cell: (OpenLoopSummary.ArmFigures) -> String) -> ReportView.Row {
      ReportView.Row(label: label, cells: entry.arms.map(cell))
    }
    func pair(_ label: String, _ times: (OpenLoopSummary.Times) -> LatencySummary) -> ReportView.Row {
      row(label + ", p50 / p99") { figures in
        let summary = times(figures.latency)
        return "\(Quantity.latency(summary.p50)) / \(Quantity.latency(summary.p99))"
      }
    }
    var rows = [
      row("status") { $0.status.rawValue },
      row("answers/s, median (range)") { ReportView.range($0.throughput) },
    ]
    for name in PercentileText.names where entry.arms.contains(where: { $0.latencyIntervals[name] != nil }) {
      rows.append(
        row("response, \(name), \(PercentileText.overBlocksTitle)") {
          PercentileText.overBlocks($0.latencyIntervals[name])
        })
    }
    rows += [
      row("response, \(PercentileText.wholeRunTitle)", wholeRun),
      row("slowest answer") { Quantity.latency($0.latency.response.max) },
      pair("lag: made late by dbbench") { $0.lag }, pair("queue: waiting for a connection") { $0.queue },
      pair("service: the exchange with the server") { $0.service },
      pair("delivery: the way back to the caller") { $0.delivery },
      row("waiting or under way, by thirds") { figures in
        figures.outstandingByThird.map { Quantity.significant($0) }.joined(separator: ", ")
      },
      row("blocks with a growing backlog") { "\($0.overloadedBlocks) of \(entry.blocks)" },
    ]
    return rows + ReportView.Row.totals(entry.arms)
  }

  /// What the reader has to know about the figures; empty where nothing was offered.
  static func notes(_ summary: ComparisonSummary) -> [String] {
    guard let loads = summary.openLoop, let first = loads.first else { return [] }
    var notes = [
      "Open loop: calls are made when they are due (\(first.arrivals.rawValue) arrivals), answered or not, and their response "
        + "counts from then. Percentiles are of all calls, a failed or dropped one being slower than any; there are no verdicts."
    ]
    let disturbed = loads.reduce(0) { $0 + $1.disturbed }
    if disturbed > 0 {
      let all = loads.reduce(0) { $0 + $1.blocks }
      notes.append("Something else was running during \(disturbed) of \(all) open-loop blocks.")
    }
    let seconds = Dictionary(loads.map { ($0.ratePerSecond, $0.segmentSeconds) }) { first, _ in first }
    let limits = seconds.sorted { $0.key < $1.key }.map { rate, seconds in
      "\(Quantity.decimal(BacklogTrend.shownOverload(arrivals: rate * seconds) * 100, 0))% at \(Quantity.rate(rate)) in segments "
        + "of \(Quantity.seconds(seconds))"
    }
    notes.append("An overload that is smaller may not show: about \(limits.joined(separator: ", ")).")
    for entry in loads {
      for (arm, figures) in zip(summary.plan.arms, entry.arms) {
        let name = "\(entry.workload) at \(Quantity.rate(entry.ratePerSecond)) on \(arm.displayName)"
        if figures.status != .valid {
          notes.append("\(name): \(advice(figures))")
        } else if figures.overloadedBlocks > 0 {
          notes.append(
            "\(name): the backlog grew during \(figures.overloadedBlocks) of \(entry.blocks) blocks.")
        }
      }
    }
    return notes
  }

  private static func advice(_ figures: OpenLoopSummary.ArmFigures) -> String {
    switch figures.status {
    case .valid: ""
    case .overloaded:
      "overloaded, more calls arrived than were answered, so the times say only how long it went on."
    case .generatorLimited:
      "generator-limited, dbbench made its calls late (lag \(Quantity.latency(figures.latency.lag.p99)) at p99), so the "
        + "times aren't the backend's."
    }
  }
}
