/// What a report shows of the soaks of a comparison.
enum SoakTables {
  /// A line for each arm; empty where there was none.
  static func lines(_ summary: ComparisonSummary) -> [String] {
    guard let soaks = summary.soaks else { return [] }
    var table = TextTable(["soak", "arm"] + Tables.soakColumns)
    for record in soaks {
      table.add([record.workload, summary.plan.arms[record.arm].displayName] + Tables.soakCells(record))
    }
    return table.lines
  }

  /// Side by side: a label, and a cell for each arm.
  static func rows(_ records: [SoakRecord?]) -> [ReportView.Row] {
    let cells = records.map { record in record.map { Tables.soakCells($0) } }
    return Tables.soakColumns.enumerated().map { column, label in
      ReportView.Row(label: label, cells: cells.map { $0?[column] ?? "–" })
    }
  }

  /// Of a workload, by arm.
  static func records(_ summary: ComparisonSummary, _ workload: String) -> [SoakRecord?] {
    summary.plan.arms.indices.map { arm in
      summary.soaks?.first { $0.workload == workload && $0.arm == arm }
    }
  }

  /// What the reader has to know about the figures; empty where there was no soak.
  static func notes(_ summary: ComparisonSummary) -> [String] {
    guard let soaks = summary.soaks, let first = soaks.first else { return [] }
    let longest = soaks.compactMap { $0.windows.last.map { $0.startSeconds + $0.elapsedSeconds } }.max() ?? 0
    var notes = [
      "Soak: \(Quantity.seconds(longest)) of each workload on one arm after the other, each loaded anew, "
        + "\(summary.plan.concurrency) calls under way; no verdicts. "
        + Tables.soakNotes(watchSeconds: first.watchSeconds)[0]
    ]
    for record in soaks {
      let name = "\(record.workload) on \(summary.plan.arms[record.arm].displayName)"
      if let note = Tables.disturbance(record, "The soak of " + name) { notes.append(note) }
    }
    for record in soaks where !record.isComplete {
      notes.append(
        "The soak of \(record.workload) on \(summary.plan.arms[record.arm].displayName) was cut off.")
    }
    return notes
  }
}
