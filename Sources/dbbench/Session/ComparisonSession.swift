import BenchmarkKit

/// Runs a comparison on its servers and leaves its reports, whatever happens.
struct ComparisonSession {
  let output: OutputOptions
  let judgement: JudgementOptions
  let folder: String

  /// - Parameter earlier: What is there already, where a run is continued.
  func run(
    _ plan: RecordedPlan, _ settings: RunSettings, _ request: SessionRequest, _ entries: [WorkloadEntry],
    earlier: ComparisonRecord?, command: String, force: Bool, calibrate: Bool
  ) async throws {
    let file = try earlier == nil ? ResultsFile.create(in: folder) : ResultsFile.open(in: folder)
    let journal = Comparison.Journal(
      file: file, earlier: earlier ?? ComparisonRecord(),
      header: RunHeader(startedAt: TimeText.now, command: command, isResumed: earlier != nil),
      forcesFingerprint: force, calibrates: calibrate, calibrations: .standard)
    let line = ProgressLine()
    defer { line.finish() }
    let outcome = try await Session.with(request, line.sink(isQuiet: output.quiet)) { session in
      let comparison = Comparison(
        settings: settings, plan: plan, entries: entries, servers: session.processGroups(request),
        serverProcesses: session.serverProcesses(request),
        dataFolders: session.places.map { $0.isThrowaway ? session.directory : nil },
        coldStart: plan.isCold == true ? session.coldStart(request) : nil,
        progress: line.sink(isQuiet: output.quiet))
      var outcome = try await comparison.run(
        targets: (session.places[0].target, session.places[1].target),
        scratch: session.places.map(\.scratch), journal: journal
      ) { partial in
        guard partial.roundsDone == 1, plan.plannedBlocks > 1, !output.quiet else { return }
        guard let summary = ComparisonSummary(partial) else { return }
        line.finish()
        Output.note(
          (["after the first round (no verdicts yet):"] + ComparisonTables.figures(summary)
            + ComparisonTables.footnotes(summary)).joined(separator: "\n  "))
      }
      outcome.failure = outcome.failure.map(session.explained)
      return outcome
    }
    line.finish()
    try report(outcome.record, failure: outcome.failure)
  }

  /// Prints and writes what there is; the report's path is the last line.
  ///
  /// - Throws: What the program ends with, if not well.
  func report(_ record: ComparisonRecord, failure: BenchmarkFailure?) throws {
    guard let summary = ComparisonSummary(record), !summary.workloads.isEmpty || summary.bulkLoad != nil
    else {
      if let failure { throw failure }
      return
    }
    let path = try ReportFiles.write(summary, of: record, to: folder)
    if output.printsTable { Output.print(summary) }
    try JSONOutput.write(summary, to: output.json)
    if record.end?.status != .complete {
      Output.note("to go on from here: dbbench compare --resume \(folder)")
    }
    if output.printsTable { Output.print(["", "report: \(path)"]) } else { Output.note("report: \(path)") }
    if let failure { throw failure }
    if let failure = try judgement.failure(summary) { throw failure }
  }
}

extension Output {
  /// The whole of a comparison as text.
  static func print(_ summary: ComparisonSummary) {
    print(table: ComparisonTables.figures(summary))
    for table in [ComparisonTables.openLoop(summary), ComparisonTables.soaks(summary)] where !table.isEmpty {
      print("")
      print(table: table)
    }
    print([""] + ComparisonTables.verdicts(summary) + [""] + ComparisonTables.notes(summary))
  }
}
