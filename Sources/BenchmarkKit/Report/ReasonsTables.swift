/// What a report shows of reasons, sizes and switches: a label and a cell for each arm.
enum ReasonsTables {
  typealias Row = (label: String, cells: [String])

  /// What the servers counted for one workload; rows that say nothing of either arm are left out.
  static func evidence(_ reasons: [ReasonsRecord?]) -> [Row] {
    func row(_ label: String, _ cell: (ReasonsRecord) -> String?) -> Row? {
      let cells = reasons.map { $0.flatMap(cell) }
      return cells.allSatisfy { $0 == nil } ? nil : (label, cells.map { $0 ?? "–" })
    }
    func counter(_ label: String, _ value: @escaping (ServerCounters) -> Double?) -> Row? {
      row(label) { $0.evidence.flatMap { value($0.perThousand) }.map { Quantity.count(Int($0.rounded())) } }
    }
    return [
      row("rows looked at per operation") { $0.explanation.map { figure($0.rowsExaminedPerOperation) } },
      row("rows looked at per row handed over or changed") { $0.explanation?.rowsExaminedPerRow.map(figure) },
      row("indexes used") { record in
        record.explanation.map { $0.indexes.isEmpty ? "none" : $0.indexes.joined(separator: ", ") }
      },
      row("operations that were counted") { record in
        record.evidence.map { evidence in
          Quantity.count(evidence.operations)
            + (evidence.elapsedSeconds.map { " in \(Quantity.seconds($0))" } ?? "")
        }
      },
      counter("flushes of the log per 1,000 operations, the server's own included") { $0.logSyncs },
      row("bytes of log per 1,000 operations") {
        $0.evidence?.perThousand.logBytes.map { Quantity.bytes(Int($0)) }
      },
      row("… of them whole pages (the more, the shorter ago a checkpoint was)") { record in
        record.evidence.flatMap { evidence in
          evidence.perThousand.pageImageBytes.map {
            (evidence.isPageImageEstimate == true ? "at most " : "") + Quantity.bytes(Int($0))
          }
        }
      },
      row("… and the rest") { record in
        guard let evidence = record.evidence, let all = evidence.perThousand.logBytes,
          let pages = evidence.perThousand.pageImageBytes
        else { return nil }
        return (evidence.isPageImageEstimate == true ? "at least " : "")
          + Quantity.bytes(Int(max(0, all - pages)))
      },
      counter("whole pages in the log per 1,000 operations") { $0.pageImages },
      row("connections open") { $0.evidence?.connections.map(Quantity.count) },
      counter("pages read into the server's own cache per 1,000 operations") { $0.pagesRead },
    ].compactMap { $0 } + alternatives(reasons)
  }

  /// What has to be known about the counts.
  static let evidenceText =
    "Statements, plans and counts are of a slice of each workload that ran alone after the timing. What a server does by itself "
    + "meanwhile, such as flushing its log in the background, is counted too: of few slow operations it is much per 1,000."

  /// A long query with and without what may make it faster; without a verdict.
  private static func alternatives(_ reasons: [ReasonsRecord?]) -> [Row] {
    let all = reasons.map { $0?.alternatives ?? [] }
    let labels = all.joined().reduce(into: [String]()) { if !$0.contains($1.label) { $0.append($1.label) } }
    return labels.map { label in
      let found = all.map { own in own.first { $0.label == label } }
      let callers = found.compactMap { $0?.callers }.first ?? 1
      let cells = found.map { figures -> String in
        guard let figures else { return "–" }
        return
          "\(Quantity.latency(figures.aloneNanoseconds)) / \(Quantity.significant(figures.throughputPerSecond)) a second"
      }
      return ("\(label): one caller alone / \(callers) callers", cells)
    }
  }

  /// For each arm what it sent and how the server ran it.
  static func listings(_ record: ReasonsRecord) -> [(caption: String, text: String)] {
    guard let explanation = record.explanation else { return [] }
    return explanation.shapes.map { shape in
      let plan = shape.statement.plan
      let text = explanation.statementLines(of: shape) + (plan.isEmpty ? [] : [""] + plan)
      return (explanation.caption(of: shape), text.joined(separator: "\n"))
    }
  }

  /// Sizes after the load, and how they were at the end; empty where nothing was measured.
  static func storage(_ summary: ComparisonSummary) -> [Row] {
    let arms = summary.plan.arms.indices
    func record(_ arm: Int, _ moment: StorageRecord.Moment) -> StorageRecord? {
      summary.storage?.first { $0.arm == arm && $0.moment == moment }
    }
    let loaded = arms.map { record($0, .loaded) }
    guard loaded.contains(where: { $0 != nil }) else { return [] }
    func row(_ label: String, _ records: [StorageRecord?], _ value: (StorageRecord) -> Int?) -> Row {
      (label, records.map { $0.flatMap(value).map(Quantity.bytes) ?? "–" })
    }
    let records = max(1, summary.plan.instructors + summary.plan.reviewers + summary.plan.reviews)
    var rows = [
      row("tables or collections", loaded, \.dataBytes), row("before compression", loaded, \.plainBytes),
      row("indexes", loaded, \.indexBytes), row("together", loaded) { $0.dataBytes + $0.indexBytes },
      (
        "bytes per record (instructor, reviewer, review)",
        loaded.map { $0.map { Quantity.count(($0.dataBytes + $0.indexBytes) / records) } ?? "–" }
      ),
      row("together after the measurement", arms.map { record($0, .afterwards) }) {
        $0.dataBytes + $0.indexBytes
      },
    ]
    let names = loaded.flatMap { $0?.sizes.map(\.name) ?? [] }.reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    for name in names {
      let cells = loaded.map { record -> String in
        guard let size = record?.sizes.first(where: { $0.name == name }) else { return "–" }
        return (size.rows.map { "\(Quantity.count($0)) rows, " } ?? "")
          + "\(Quantity.bytes(size.dataBytes)) + \(Quantity.bytes(size.indexBytes)) of indexes"
      }
      rows.append((name, cells))
    }
    return rows
  }

  /// What the servers did outside of the timed segments; empty where that was not measured.
  static func maintenance(_ summary: ComparisonSummary) -> [Row] {
    let records = maintenanceRecords(summary)
    guard records.contains(where: { $0 != nil }) else { return [] }
    func row(_ label: String, _ cell: (MaintenanceRecord) -> String?) -> Row {
      (label, records.map { $0.flatMap(cell) ?? "–" })
    }
    func part(_ label: String, _ part: @escaping (MaintenanceRecord) -> MaintenanceRecord.Part) -> Row {
      row(label) { record in
        let own = part(record)
        return
          "\(Quantity.seconds(own.seconds)): \(use(own.processorSeconds, own.writtenBytes.map(Double.init)))"
      }
    }
    return [
      row("by itself, per second watched") { use($0.idle.busyProcessors, $0.idle.bytesPerSecond) },
      part("watched, while the other one had its turn", \.idle),
      row("put off until the end, per 1,000 operations") {
        use($0.processorMillisecondsPer1000.map { $0 / 1e3 }, $0.bytesPer1000)
      },
      part("checkpoint (and vacuum) at the end", \.atEnd),
      row("operations of workloads that write") { Quantity.count($0.operations) },
    ]
  }

  /// The same in a sentence; `nil` where it was not measured.
  static func maintenanceNote(_ summary: ComparisonSummary) -> String? {
    let known = zip(summary.plan.arms, maintenanceRecords(summary)).compactMap { arm, record in
      record.map { (arm.displayName, $0) }
    }
    guard !known.isEmpty else { return nil }
    let idle = known.map { name, record in
      "\(name) \(use(record.idle.busyProcessors, record.idle.bytesPerSecond)) a second "
        + "(watched for \(Quantity.seconds(record.idle.seconds)))"
    }
    let atEnd = known.map { name, record in
      "\(name) \(use(record.processorMillisecondsPer1000.map { $0 / 1e3 }, record.bytesPer1000))"
    }
    return
      "Maintenance debt, outside of the timed segments and no comparison: by itself \(idle.joined(separator: ", ")); put "
      + "off until the end, per 1,000 operations that write, \(atEnd.joined(separator: ", "))."
  }

  private static func maintenanceRecords(_ summary: ComparisonSummary) -> [MaintenanceRecord?] {
    summary.plan.arms.indices.map { arm in summary.maintenance?.first { $0.arm == arm } }
  }

  /// For example `1.20 ms of CPU, 30.0 KiB written`, of what is known.
  private static func use(_ seconds: Double?, _ bytes: Double?) -> String {
    let parts = [
      seconds.map { "\(Quantity.latency(UInt64(max(0, $0) * 1e9))) of CPU" },
      bytes.map { "\(Quantity.bytes(Int($0))) written" },
    ].compactMap { $0 }
    return parts.isEmpty ? "unknown" : parts.joined(separator: ", ")
  }

  static let maintenanceText =
    "What each server did by itself while it had nothing to do for us, and what it had put off until the end. It is part of no "
    + "figure above, and doesn't say which server pays more later: each was watched for as long as the other one's turns took, what "
    + "an idle server uses is in it, and undoing the writes is part of its cause. For that there is --soak."

  /// The switches of a group, with a mark where the arms differ; the last cell says what that means.
  static func rows(_ group: FairnessRecord.Group) -> [Row] {
    group.rows.map { row in ((row.differs ? "≠ " : "") + row.name, row.cells + [row.meaning]) }
  }

  /// Of one workload, by arm.
  static func reasons(_ summary: ComparisonSummary, _ workload: String) -> [ReasonsRecord?] {
    summary.plan.arms.indices.map { arm in
      summary.reasons?.first { $0.workload == workload && $0.arm == arm }
    }
  }

  private static func figure(_ value: Double) -> String {
    value == value.rounded() ? Quantity.count(Int(value)) : Quantity.decimal(value, 1)
  }
}
