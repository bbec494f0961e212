/// What a report shows of the loads that a comparison offered.
enum OpenLoopTables {
  /// The figures of one arm, by name; in the order of a table.
  static let columns = [
    "answered/s", "p50", "p95", "p99", "queue p50", "service p50", "service p99", "lag p99", "delivery p50",
    "misses",
  ]

  static func cells(_ figures: OpenLoopSummary.ArmFigures, withIntervals: Bool = false) -> [String] {
    let latency = figures.latency
    func response(_ name: String, _ value: UInt64?) -> String {
      guard withIntervals else { return Quantity.latency(value) }
      return Self.response(name, value, figures)
    }
    return [
      figures.throughput.map { Quantity.count(Int($0.median.rounded())) } ?? "-",
      response("p50", latency.response.p50), response("p95", latency.response.p95),
      response("p99", latency.response.p99), Quantity.latency(latency.queue.p50),
      Quantity.latency(latency.service.p50), Quantity.latency(latency.service.p99),
      Quantity.latency(latency.lag.p99), Quantity.latency(latency.delivery.p50),
      Quantity.count(figures.misses),
    ]
  }

  /// A percentile with its interval.
  private static func response(_ name: String, _ value: UInt64?, _ figures: OpenLoopSummary.ArmFigures)
    -> String
  {
    let interval = figures.latencyIntervals[name].map {
      " (\(Quantity.latency($0.lower))–\(Quantity.latency($0.upper)))"
    }
    let event = name == "p99" && figures.isP99OneEvent ? ", one event" : ""
    return Quantity.latency(value) + (interval ?? "") + (value == nil ? "" : event)
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
    let groups = entry.arms.reduce(into: Set<String>()) { $0.formUnion($1.cpuMicrosecondsPerOperation.keys) }
    return [
      row("status") { $0.status.rawValue },
      row("answers/s, median (range)") { ReportView.range($0.throughput) },
      row("response, p50") { response("p50", $0.latency.response.p50, $0) },
      row("response, p95") { response("p95", $0.latency.response.p95, $0) },
      row("response, p99") { response("p99", $0.latency.response.p99, $0) },
      row("slowest answer") { Quantity.latency($0.latency.response.max) },
      pair("lag: made late by dbbench") { $0.lag }, pair("queue: waiting for a connection") { $0.queue },
      pair("service: the exchange with the server") { $0.service },
      pair("delivery: the way back to the caller") { $0.delivery },
      row("waiting or under way, by thirds") { figures in
        figures.outstandingByThird.map { Quantity.significant($0) }.joined(separator: ", ")
      },
      row("blocks with a growing backlog") { "\($0.overloadedBlocks) of \(entry.blocks)" },
    ]
      + groups.sorted().map { group in
        row("CPU per operation, \(group)") {
          $0.cpuMicrosecondsPerOperation[group].map { "\(Quantity.significant($0)) µs" } ?? "–"
        }
      } + [
        row("scheduled = succeeded + failed + dropped") {
          "\(Quantity.count($0.scheduled)) = \(Quantity.count($0.succeeded)) + \(Quantity.count($0.failed)) + "
            + Quantity.count($0.dropped)
        },
        row("hash of the operations") { $0.traceHash },
      ]
  }

  /// What the reader has to know about the figures; empty where nothing was offered.
  static func notes(_ summary: ComparisonSummary) -> [String] {
    guard let loads = summary.openLoop, let first = loads.first else { return [] }
    var notes = [
      "Open loop: calls are made when they are due (\(first.arrivals.rawValue) arrivals), answered or not, and their response "
        + "counts from then. Percentiles are of all calls, a failed or dropped one being slower than any; intervals are of "
        + "the median over blocks; there are no verdicts."
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
      "generator-limited, dbbench made its calls late (lag \(Quantity.latency(figures.latency.lag.p95)) at p95), so the "
        + "times aren't the backend's."
    }
  }
}
