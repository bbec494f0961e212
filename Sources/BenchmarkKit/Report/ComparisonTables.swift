/// A comparison as plain text for a terminal.
public enum ComparisonTables {
  /// One line for each workload: throughputs, what is ahead, noise, times.
  public static func figures(_ summary: ComparisonSummary) -> [String] {
    let names = summary.plan.arms.map(\.displayName)
    var table = TextTable([
      "workload", "\(names[0]) ops/s", "\(names[1]) ops/s", "ahead by", "interval", "noise", "p50", "p95",
      "p99", "errors",
    ])
    for entry in summary.workloads {
      table.add(
        [entry.workload] + entry.arms.map { $0.throughput.map { Quantity.perSecond($0.median) } ?? "-" }
          + ahead(entry, names)
          + [
            entry.arms.map { $0.noise.map { Quantity.decimal($0 * 100, 1) + "%" } ?? "-" }.joined(
              separator: " / "),
            pair(entry) { Quantity.latency($0.latency.p50) },
            pair(entry) { Quantity.latency($0.latency.p95) },
            pair(entry, p99), pair(entry, errors),
          ])
    }
    if let loads = summary.bulkLoad {
      table.add(
        ["bulk-load"] + loads.rowsPerSecond.map { $0.map { Quantity.count(Int($0.median)) + " rows" } ?? "-" }
          + range(loads.ratio, names) + ["-", "-", "-", "-", "-"])
    }
    return table.lines
  }

  /// What the marks in ``figures(_:)`` mean, as far as there are any.
  public static func footnotes(_ summary: ComparisonSummary) -> [String] {
    guard summary.workloads.contains(where: { $0.arms.contains(where: \.isP99OneEvent) }) else { return [] }
    return ["* One event: what lies beyond this p99 comes from fewer than five blocks."]
  }

  /// The verdict of each workload in words, aligned.
  public static func verdicts(_ summary: ComparisonSummary) -> [String] {
    let width = summary.workloads.map(\.workload.count).max() ?? 0
    return summary.workloads.map { entry in
      let isVoid = summary.voidReason != nil && entry.verdict.kind != .provisional
      return entry.workload + String(repeating: " ", count: width - entry.workload.count + 2)
        + (isVoid ? "void (" + entry.line + ")" : entry.line)
    }
  }

  /// Under the loads that were offered, a line for each arm; empty where none were.
  public static func openLoop(_ summary: ComparisonSummary) -> [String] { OpenLoopTables.lines(summary) }

  /// The soaks, a line for each arm; empty where there was none.
  public static func soaks(_ summary: ComparisonSummary) -> [String] { SoakTables.lines(summary) }

  /// What the reader has to know about the tables above it.
  public static func notes(_ summary: ComparisonSummary) -> [String] {
    let arms = summary.plan.arms.map(\.displayName)
    var notes: [String] = []
    if let reason = summary.voidReason {
      let advice =
        reason == summary.busyReason ? " --resume with --accept-busy takes the verdicts all the same." : ""
      notes.append("VOID: \(reason).\(advice)")
    }
    if summary.status != "complete" { notes.append("PARTIAL: the run ended early (\(summary.status)).") }
    if summary.looksTaken == 0 {
      notes.append("Provisional: medians; the interval is the range over blocks, and nothing is decided.")
    } else {
      notes.append(
        "Ratios are Hodges–Lehmann estimates over blocks; each 95% interval is of its ratio alone; verdicts are exact "
          + "signed-rank tests with Holm's correction over \(summary.workloads.count) workloads "
          + "(look \(summary.looksTaken) of \(summary.plan.rule.schedule.looks.count)).")
    }
    notes.append(
      "Noise, times and errors: \(arms.joined(separator: " / ")); response times of a closed loop. A percentile without an "
        + "interval is that of the whole run, stalls included; one with an interval is the median over blocks."
    )
    notes += footnotes(summary) + noise(summary) + order(summary) + leadIns(summary)
    let costs = summary.workloads.flatMap { entry in
      entry.arms.compactMap { arm in entry.runner.map { ($0, arm.latency.p50) } }
    }
    if let note = RunnerText.note(costs) { notes.append(note) }
    let calibrated = summary.workloads.filter { $0.arms.contains { $0.calibration != nil } }
    if !calibrated.isEmpty {
      let ratios = calibrated.flatMap(\.arms).compactMap { $0.calibration?.estimate }
      let worst = ratios.map { max($0, 1 / $0) }.max() ?? 1
      notes.append(
        "Calibrated: an arm compared with itself differs by \(Quantity.decimal((worst - 1) * 100, 1))% at the most."
      )
    }
    notes.append(
      "Same seeded operations on both; \(Self.comparedAnswers(summary))."
        + (summary.plan.isOneMachine ? " Both servers and this program share one machine." : ""))
    if summary.invariantsChecked, let hash = summary.contentHash, let coverage = summary.contentHashCoverage {
      notes.append(
        "Afterwards the data on both was what was loaded: content hash \(hash) of \(coverage.text).")
    }
    let durability = zip(arms, summary.fingerprint.arms).map { "\($0) \(Durability.text($1.environment))" }
    notes.append("Durability: \(durability.joined(separator: "; ")).")
    if let note = ReasonsTables.maintenanceNote(summary) { notes.append(note) }
    if summary.disturbance.disturbed > 0 {
      notes.append(
        "Something else was running during \(summary.disturbance.disturbed) of \(summary.disturbance.blocks) blocks; "
          + "\(summary.disturbance.void) of them were left out and measured again.")
    }
    return notes + OpenLoopTables.notes(summary) + SoakTables.notes(summary)
  }

  /// Twice what doesn't matter: so much of a difference between segments says little by itself.
  private static let highNoiseMargins = 2.0

  /// Arms that differed a lot from themselves, if there are any.
  private static func noise(_ summary: ComparisonSummary) -> [String] {
    let limit = highNoiseMargins * summary.plan.rule.margin
    let high = summary.workloads.flatMap { entry in
      zip(summary.plan.arms, entry.arms).compactMap { arm, figures in
        figures.noise.flatMap { noise in
          noise > limit
            ? "\(entry.workload) on \(arm.displayName) \(Quantity.decimal(noise * 100, 1))%" : nil
        }
      }
    }
    guard !high.isEmpty else { return [] }
    return [
      "High noise: an arm's two segments of a block lay more than \(VerdictText.percent(limit)) beside their mean: "
        + "\(high.joined(separator: ", ")). The intervals allow for it; more blocks, or longer segments, make them narrower."
    ]
  }

  /// What each arm's reads cost before they were timed: more, where writes of before had left something to do.
  private static func leadIns(_ summary: ComparisonSummary) -> [String] {
    let led = summary.workloads.compactMap { entry -> String? in
      let arms = zip(summary.plan.arms, entry.arms).compactMap { arm, figures in
        figures.leadInCPUMicrosecondsPerOperation.map {
          "\(arm.displayName) \(Quantity.microseconds($0))"
        }
      }
      return arms.isEmpty ? nil : "\(entry.workload) \(arms.joined(separator: ", "))"
    }
    guard !led.isEmpty else { return [] }
    return [
      "Each block of these began with reads on both that are in no figure, as the first ones also do what earlier writes left; "
        + "CPU per operation of those: \(led.joined(separator: "; "))."
    ]
  }

  /// How it was found out that the order of the arms mattered, if it did.
  private static func order(_ summary: ComparisonSummary) -> [String] {
    guard summary.workloads.contains(where: { $0.order?.warning != nil }) else { return [] }
    return [
      "Where the order of the arms mattered, something is carried over from one segment to the next: the ratio is that of arms "
        + "that take turns (exact rank-sum test of the blocks' ratios, ABBA against BAAB, at "
        + "\(VerdictText.percent(OrderEffect.level)) after Holm's correction over the workloads)."
    ]
  }

  /// How it is known that both did the same.
  private static func comparedAnswers(_ summary: ComparisonSummary) -> String {
    var text = "\(Quantity.count(summary.equivalentOperations)) answers compared before the timing"
    let timed = summary.workloads.compactMap(\.comparedAnswers).reduce(0, +)
    if timed > 0 { text += ", \(Quantity.count(timed)) of the timed calls' own afterwards" }
    // Blocks of before answers were kept have none either.
    let isMix = summary.plan.mix != nil && timed == 0
    return text + (isMix ? " (a mix's timed answers depend on the order of its callers)" : "")
  }

  /// Which arm is ahead, by how much, and the interval in the same direction (the range where there is none yet).
  private static func ahead(_ entry: WorkloadSummary, _ names: [String]) -> [String] {
    guard let ratio = entry.verdict.ratio, entry.verdict.look != nil, let lower = ratio.lower,
      let upper = ratio.upper
    else { return range(entry.ratioRange, names, hasRange: entry.ratios.count > 1) }
    return range(MedianRange(median: ratio.estimate, minimum: lower, maximum: upper), names)
  }

  private static func range(_ ratio: MedianRange?, _ names: [String], hasRange: Bool = true) -> [String] {
    guard let ratio else { return ["-", "-"] }
    let isFirst = ratio.median >= 1
    func text(_ value: Double) -> String { Quantity.significant(isFirst ? value : 1 / value) }
    let (low, high) = isFirst ? (ratio.minimum, ratio.maximum) : (ratio.maximum, ratio.minimum)
    return [
      "\(names[isFirst ? 0 : 1]) \(text(ratio.median))×", hasRange ? "\(text(low))–\(text(high))×" : "-",
    ]
  }

  private static func pair(_ entry: WorkloadSummary, _ value: (WorkloadSummary.ArmFigures) -> String)
    -> String
  {
    entry.arms.map(value).joined(separator: " / ")
  }

  private static func p99(_ figures: WorkloadSummary.ArmFigures) -> String {
    Quantity.latency(figures.latency.p99) + (figures.isP99OneEvent ? "*" : "")
  }

  private static func errors(_ figures: WorkloadSummary.ArmFigures) -> String {
    guard figures.failed > 0 else { return "0" }
    let codes = figures.errorsByCode.sorted { $0.key < $1.key }.map {
      "\($0.key) \(Quantity.count($0.value))"
    }
    return codes.joined(separator: ", ")
  }
}
