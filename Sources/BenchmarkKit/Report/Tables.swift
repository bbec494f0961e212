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
      "backend", "instructors", "course places", "reviewers", "reviews", "elapsed", "rows/s", "then settling",
      "client memory peak",
    ])
    for report in reports {
      table.add([
        report.displayName, Quantity.count(report.instructors), Quantity.count(report.assignments),
        Quantity.count(report.reviewers), Quantity.count(report.reviews),
        Quantity.seconds(report.elapsedSeconds), Quantity.count(Int(report.rowsPerSecond)),
        Quantity.seconds(report.settleSeconds), report.peakClientBytes.map(Quantity.bytes) ?? "-",
      ])
    }
    return table.lines
  }

  /// What was compared with the generator, one line for each load.
  public static func checks(_ reports: [LoadReport]) -> [String] {
    reports.compactMap { report in
      report.checked.map { checked in
        "\(report.displayName): as generated: \(Quantity.count(checked.instructors)) instructors, "
          + "\(Quantity.count(checked.reviewers)) reviewers and \(Quantity.count(checked.reviews)) reviews looked at; "
          + "\(Quantity.count(checked.ratings)) ratings add up; \(Quantity.count(checked.recountedCourses)) of them equal "
          + "a recount of their \(Quantity.count(checked.recountedReviews)) reviews."
      }
    }
  }

  /// What was counted again, one line for each result that wrote reviews.
  public static func recounts(_ results: [RunResult]) -> [String] {
    results.compactMap { result in
      result.recount.map { recount in
        "\(result.workload) on \(result.displayName): every one of \(Quantity.count(recount.ratings)) ratings and "
          + "\(Quantity.count(recount.reviewers)) reviewer counts touched equals a recount of "
          + "\(Quantity.count(recount.reviews)) reviews."
      }
    }
  }

  public static func comparison(_ result: ComparisonResult) -> [String] {
    let names = result.arms.map(\.displayName)
    var table = TextTable([
      "workload", "\(names[0]) ops/s", "\(names[1]) ops/s", "faster by", "range", "p50", "p95", "p99",
      "errors",
    ])
    for entry in result.comparisons {
      let isLoad = !entry.loadSeconds.isEmpty
      table.add(
        [entry.workload]
          + entry.arms.map { figures in
            figures.throughput.map { Quantity.count(Int($0.median)) + (isLoad ? " rows" : "") } ?? "-"
          }
          + ratio(entry, names)
          + [
            pair(entry) { $0.p50 }, pair(entry) { $0.p95 }, pair(entry) { $0.p99 },
            isLoad ? "-" : entry.arms.map { errors($0.ledger) }.joined(separator: " / "),
          ])
    }
    return table.lines
  }

  /// What the reader has to know about the table above it.
  public static func footer(_ result: ComparisonResult) -> [String] {
    let names = result.arms.map(\.displayName).joined(separator: " / ")
    let blocks =
      result.roundsDone == 1
      ? "One block each, so there is no range."
      : "Medians over \(result.roundsDone) blocks; range: from the least to the most favourable block."
    var lines = [
      "\(ProvisionalComparison.label). \(blocks) Times and errors: \(names); response times of a closed loop.",
      "Same seeded operations on both (\(Quantity.count(result.equivalentOperations)) answers compared before "
        + "timing)."
        + (result.settings.isOneMachine ? " Both servers and this program share one machine." : ""),
      "Durability: "
        + result.arms.map { "\($0.displayName) \(Durability.text($0.environment))" }.joined(separator: "; ")
        + ".",
    ]
    if result.stopped != nil { lines.insert("PARTIAL: the run ended early.", at: 0) }
    return lines
  }

  /// Which arm is ahead, by how much, and the range over blocks in the same direction.
  private static func ratio(_ entry: ProvisionalComparison, _ names: [String]) -> [String] {
    guard let ratio = entry.ratio else { return ["-", "-"] }
    let isFirst = ratio.median >= 1
    func text(_ value: Double) -> String { Quantity.significant(isFirst ? value : 1 / value) }
    let (low, high) = isFirst ? (ratio.minimum, ratio.maximum) : (ratio.maximum, ratio.minimum)
    // One block has no range.
    let range = entry.ratios.count > 1 ? "\(text(low))–\(text(high))×" : "-"
    return ["\(names[isFirst ? 0 : 1]) \(text(ratio.median))×", range]
  }

  private static func pair(_ entry: ProvisionalComparison, _ value: (LatencySummary) -> UInt64?) -> String {
    guard entry.loadSeconds.isEmpty else { return "-" }
    return entry.arms.map { Quantity.latency(value($0.response)) }.joined(separator: " / ")
  }

  private static func errors(_ ledger: Ledger) -> String {
    guard ledger.failed > 0 else { return "0" }
    let codes = ledger.failures.sorted { $0.key < $1.key }.map { "\($0.key) \(Quantity.count($0.value))" }
    return codes.joined(separator: ", ")
  }
}
