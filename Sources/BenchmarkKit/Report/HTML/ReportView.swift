/// What the template shows: texts and charts, nothing left to decide. The field names are the template's.
struct ReportView {
  struct Row {
    var label: String
    var cells: [String]
  }
  /// A table of its own.
  struct Section {
    var id: String
    var title: String
    var paragraphs: [String]
    var columns: [String]
    var rows: [Row]
  }
  /// More about a workload: a plan, for example.
  struct Detail {
    struct Listing {
      var caption: String
      var text: String
    }
    var title: String
    var paragraphs: [String]
    var listings: [Listing]
  }
  /// A workload under another load than that of the blocks.
  struct LoadView {
    var title: String
    /// What the table is of, for a screen reader.
    var label: String
    var columns: [String]
    var rows: [Row]
    var chart: String
    var caption: String
  }
  struct WorkloadView {
    var id: String
    var name: String
    var description: String?
    var verdict: String
    /// The ratio by the order of the arms.
    var order: String?
    /// `decided`, `open` or `none`.
    var verdictClass: String
    var cpu: String
    var pValue: String
    var blocks: String
    var columns: [String]
    var rows: [Row]
    var latencyChart: String
    var throughputChart: String
    var loads: [LoadView]
    var details: [Detail]
  }

  var title: String
  var lede: String
  var warnings: [String]
  var style = HTMLReportStyle.text
  var first: String
  var second: String
  var margin: String
  var ratioChart: String
  var workloads: [WorkloadView]
  var bulkLoad: String?
  var sections: [Section]
  var notes: [String]
  var limits: [String]
  var machine: [String]
  var settings: [Row]
  var command: String
  var fingerprint: String

  init(_ summary: ComparisonSummary, _ record: ComparisonRecord) {
    let names = summary.plan.arms.map(\.displayName)
    title = "\(names[0]) and \(names[1]) compared"
    (first, second) = (names[0], names[1])
    lede = Self.lede(summary, names)
    warnings = []
    if let reason = summary.voidReason { warnings.append("Void: \(reason).") }
    if summary.status != "complete" { warnings.append("Partial: the run ended early (\(summary.status)).") }
    warnings += summary.workloads.compactMap { entry in
      entry.order?.warning.map { "\(entry.workload): \($0)." }
    }
    margin = VerdictText.percent(summary.plan.rule.margin)
    ratioChart = RatioChart.svg(summary)
    workloads = summary.workloads.map { entry in
      WorkloadView(
        entry, summary, record, names,
        isVoid: summary.voidReason != nil)
    }
    bulkLoad = summary.bulkLoad.map { loads in
      zip(names, loads.rowsPerSecond).map { "\($0) \(Self.range($1)) rows/s" }.joined(separator: ", ")
    }
    sections = Self.sections(summary, names)
    notes = ComparisonTables.notes(summary)
    limits = Self.limits(summary)
    machine = Self.machine(summary)
    settings = Self.settings(summary)
    command = summary.command
    fingerprint = summary.fingerprintID
  }

  private static func sections(_ summary: ComparisonSummary, _ names: [String]) -> [Section] {
    func rows(_ rows: [ReasonsTables.Row]) -> [Row] { rows.map { Row(label: $0.label, cells: $0.cells) } }
    let fairness = (summary.fairness?.groups ?? []).enumerated().map { number, group in
      Section(
        id: "fairness-\(number + 1)", title: "What both sides ran with: \(group.title)",
        paragraphs: ["\(group.explanation) ≠ marks what differs."],
        columns: [""] + names + ["What a difference means"], rows: rows(ReasonsTables.rows(group)))
    }
    let all =
      fairness + [
        Section(
          id: "storage", title: "Size on disk",
          paragraphs: ["After the load, statistics gathered and everything written out."],
          columns: [""] + names,
          rows: rows(ReasonsTables.storage(summary))),
        Section(
          id: "maintenance", title: "Maintenance debt", paragraphs: [ReasonsTables.maintenanceText],
          columns: [""] + names, rows: rows(ReasonsTables.maintenance(summary))),
      ]
    return all.filter { !$0.rows.isEmpty }
  }

  /// How the verdicts fall out, in a sentence.
  private static func lede(_ summary: ComparisonSummary, _ names: [String]) -> String {
    let data =
      "\(Quantity.count(summary.plan.instructors)) instructors, \(Quantity.count(summary.plan.courses)) courses, "
      + "\(Quantity.count(summary.plan.reviewers)) reviewers, \(Quantity.count(summary.plan.reviews)) reviews, "
      + "\(summary.plan.concurrency) calls under way"
    guard summary.looksTaken > 0 else {
      return "Provisional: no look was reached, nothing is decided. \(data)."
    }
    let wins = names.indices.map { arm in summary.workloads.count { $0.verdict.winner == arm } }
    let equal = summary.workloads.count { $0.verdict.kind == .equivalent }
    let open = summary.workloads.count - wins[0] - wins[1] - equal
    var parts: [String] = []
    for (name, count) in zip(names, wins) where count > 0 {
      parts.append("\(name) is faster in \(count)")
    }
    if equal > 0 { parts.append("\(equal) \(equal == 1 ? "is" : "are") equivalent") }
    if open > 0 { parts.append("\(open) \(open == 1 ? "is" : "are") undecided") }
    return "Of \(summary.workloads.count) workloads, \(parts.joined(separator: ", ")). \(data)."
  }

  private static func limits(_ summary: ComparisonSummary) -> [String] {
    var limits: [String] = []
    if summary.plan.isOneMachine {
      limits.append(
        "Servers and client share the cores, memory and disk of one machine: what one uses the others lack.")
    }
    if summary.reasons?.isEmpty == false { limits.append(ReasonsTables.evidenceText) }
    return limits + [
      "Nothing here says how either behaves sharded, replicated over a network, or when it fails over.",
      "What is measured is the repository call, decoding included: a driver's cost is part of it on both sides.",
      summary.openLoop == nil
        ? "Response times are of a closed loop: a caller that waits sends nothing meanwhile. An arrival rate (--rate) shows what queues do."
        : "The blocks' response times are of a closed loop, whose callers send nothing while they wait; those under an offered load are not.",
      "The figures are those of this machine and this amount of data; ratios carry further than figures, and not everywhere.",
    ]
  }

  private static func machine(_ summary: ComparisonSummary) -> [String] {
    let machine = summary.fingerprint.machine
    var lines = [
      "\(machine.cpu), \(machine.cores) cores, pinned to \(machine.pinning)",
      "\(machine.kernel); client built for \(machine.clientBuild)",
      "Started \(summary.startedAt); seed \(summary.plan.seed); \(summary.plan.keys) keys",
    ]
    if let memory = machine.memoryBytes { lines.insert("Memory: \(Quantity.bytes(memory))", at: 1) }
    return lines
  }

  private static func settings(_ summary: ComparisonSummary) -> [Row] {
    let arms = summary.fingerprint.arms
    let keys = arms.reduce(into: Set<String>()) { $0.formUnion($1.environment.keys) }
    return keys.sorted().map { key in
      Row(label: key, cells: arms.map { $0.environment[key] ?? "–" })
    }
  }

  static func range(_ range: MedianRange?) -> String {
    guard let range else { return "–" }
    return
      "\(Quantity.perSecond(range.median)) (\(Quantity.perSecond(range.minimum))–\(Quantity.perSecond(range.maximum)))"
  }
}

extension ReportView.WorkloadView {
  init(
    _ entry: WorkloadSummary, _ summary: ComparisonSummary, _ record: ComparisonRecord, _ names: [String],
    isVoid: Bool
  ) {
    let reasons = ReasonsTables.reasons(summary, entry.workload)
    id = "workload-" + entry.workload
    name = entry.workload
    description = WorkloadRegistry.all.first { $0.name == entry.workload }?.summary
    verdict = isVoid && entry.verdict.kind != .provisional ? "void (\(entry.sentence))" : entry.sentence
    order = entry.order.flatMap { effect in
      effect.figures(summary.plan).map { figures in
        figures + (effect.pValue.map { "; p = \(Quantity.decimal($0, 4)) by itself" } ?? "")
          + (effect.adjustedPValue.map { ", \(Quantity.decimal($0, 4)) after Holm's correction" } ?? "")
      }
    }
    switch entry.verdict.kind {
    case .faster, .equivalent: verdictClass = isVoid ? "open" : "decided"
    case .inconclusive, .notDecidable: verdictClass = "open"
    case .provisional: verdictClass = "none"
    }
    cpu = entry.cpuMicroseconds.map { $0.map(Quantity.microseconds).joined(separator: " against ") } ?? "–"
    pValue = entry.verdict.adjustedPValue.map { Quantity.decimal($0, 4) } ?? "–"
    blocks = String(entry.verdict.ratio?.blocks ?? entry.blocks)
    columns = names
    rows =
      Self.rows(entry)
      + ReasonsTables.evidence(reasons).map { ReportView.Row(label: $0.label, cells: $0.cells) }
    let blocks = record.blocks(of: entry.workload)
    let histograms = names.indices.map { arm in
      var merged = LatencyHistogram()
      for block in blocks { merged.add(LatencyHistogram(block.latency[arm])) }
      return merged
    }
    latencyChart = LatencyChart.svg(entry.workload, names, histograms)
    throughputChart = ThroughputChart.svg(entry, names)
    loads = (summary.openLoop ?? []).filter { $0.workload == entry.workload }
      .map { Self.load($0, record, names) }
    if let soak = Self.soak(entry.workload, summary, names) { loads.append(soak) }
    details = zip(names, reasons).compactMap { name, record in record.flatMap { Self.detail($0, name) } }
  }

  private static func load(_ entry: OpenLoopSummary, _ record: ComparisonRecord, _ names: [String])
    -> ReportView.LoadView
  {
    let rate = Quantity.rate(entry.ratePerSecond)
    let blocks = record.openBlocks(of: entry.workload, ratePerSecond: entry.ratePerSecond)
    let histograms = names.indices.map { OpenLoopTimes(blocks, arm: $0).response }
    return ReportView.LoadView(
      title: "Open loop: \(rate) offered",
      label: "Figures of \(entry.workload) at \(rate)", columns: names, rows: OpenLoopTables.rows(entry),
      chart: LatencyChart.svg("\(entry.workload) at \(rate)", names, histograms),
      caption: "Response time by percentile of the calls that were answered, from when each was due.")
  }

  private static func soak(_ workload: String, _ summary: ComparisonSummary, _ names: [String])
    -> ReportView.LoadView?
  {
    let records = SoakTables.records(summary, workload)
    guard records.contains(where: { $0 != nil }) else { return nil }
    return ReportView.LoadView(
      title: "Soak", label: "Figures of the soak of \(workload)", columns: names,
      rows: SoakTables.rows(records),
      chart: ThroughputChart.svg(
        "Throughput of \(workload) during the soak", names,
        records.map { record in
          record?.windows.map { (seconds: $0.startSeconds, rate: $0.throughputPerSecond) } ?? []
        }),
      caption: "Throughput over the time of each arm's soak, window by window.")
  }

  private static func detail(_ record: ReasonsRecord, _ name: String) -> ReportView.Detail? {
    let listings = ReasonsTables.listings(record)
    guard !listings.isEmpty || record.problem != nil else { return nil }
    return ReportView.Detail(
      title: "What \(name) does",
      paragraphs: [record.problem.map { "Not found out: \($0)." }, record.explanation?.summary].compactMap {
        $0
      },
      listings: listings.map { ReportView.Detail.Listing(caption: $0.caption, text: $0.text) })
  }

  private static func rows(_ entry: WorkloadSummary) -> [ReportView.Row] {
    func row(_ label: String, _ cell: (WorkloadSummary.ArmFigures) -> String) -> ReportView.Row {
      ReportView.Row(label: label, cells: entry.arms.map(cell))
    }
    var rows = [
      row("operations/s, median (range)") { ReportView.range($0.throughput) },
      row("noise inside a block") { $0.noise.map { Quantity.decimal($0 * 100, 1) + "%" } ?? "–" },
    ]
    for name in PercentileText.names where entry.arms.contains(where: { $0.latencyIntervals[name] != nil }) {
      rows.append(
        row("\(name), \(PercentileText.overBlocksTitle)") {
          PercentileText.overBlocks($0.latencyIntervals[name])
        })
    }
    rows += [
      row(PercentileText.wholeRunTitle) {
        PercentileText.wholeRun($0.latency, isP99OneEvent: $0.isP99OneEvent)
      },
      row("slowest") { Quantity.latency($0.latency.max) },
    ]
    if let runner = entry.runner {
      rows.append(row("\(RunnerText.title): p50, CPU") { RunnerText.cell(runner, p50: $0.latency.p50) })
    }
    return rows + ReportView.Row.totals(entry.arms)
  }
}

extension ReportView.Row {
  /// What the operations of each arm came to altogether, in a closed loop or an open one.
  static func totals(_ arms: [some FiguresOfTotals]) -> [Self] {
    let groups = arms.reduce(into: Set<String>()) { $0.formUnion($1.cpuMicrosecondsPerOperation.keys) }
    let processors = groups.sorted().map { group in
      Self(
        label: "CPU per operation, \(group)",
        cells: arms.map { $0.cpuMicrosecondsPerOperation[group].map(Quantity.microseconds) ?? "–" })
    }
    let balance = arms.map {
      "\(Quantity.count($0.scheduled)) = \(Quantity.count($0.succeeded)) + \(Quantity.count($0.failed)) + "
        + Quantity.count($0.dropped)
    }
    return processors + [
      Self(label: "scheduled = succeeded + failed + dropped", cells: balance),
      Self(label: "hash of the operations", cells: arms.map(\.traceHash)),
    ]
  }
}
