import ArgumentParser
import BenchmarkKit

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Times the same work on both DBMS, interleaved (default).",
    discussion: """
      Loads the same catalog into both, replays the same seeded operations on both and compares every answer, then \
      times each workload in blocks: first one DBMS, then the other, twice, in an order drawn from the seed. Both \
      execute exactly the same operations. Writes are undone between blocks, and the data is checked at the end. \
      Ctrl-C at any time prints what was measured so far.

      Examples:
        dbbench                                                 both on throwaway servers
        dbbench compare --workload instructor-get,course-team   two workloads only
        dbbench compare --minutes 10 --instructors 1000000      more data, more blocks
        dbbench compare --postgres postgres://me@db1/test --mongo 'mongodb://db2/?replicaSet=rs0'
        dbbench compare --backends memory,memory                what the harness shows for no difference
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: CatalogOptions
  @OptionGroup(title: "Load") var loop: LoopOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var workloads: WorkloadOptions

  @Option(help: ArgumentHelp("The two backends to compare.", valueName: "a,b"))
  var backends = "postgres,mongo"

  @Option(
    help: ArgumentHelp(
      "Blocks of each workload, four segments each. Default: 2, or up to 24 with --minutes.", valueName: "n"))
  var blocks: Int?

  @Option(help: ArgumentHelp("Begin no new round after this many minutes of measuring.", valueName: "n"))
  var minutes: Double?

  @Flag(help: "Time servers of unlike durability all the same.")
  var acceptDifferences = false

  func validate() throws {
    if let blocks { try Check.size(blocks, "--blocks", 1...1_000) }
    if let minutes, !(minutes > 0 && minutes <= 1_440) {
      throw ValidationError("--minutes must be more than 0 and at most 1440, not \(minutes).")
    }
  }

  func run() async throws {
    let entries = try workloads.entries(default: WorkloadRegistry.defaults, keys: loop.keys)
    let request = SessionRequest(
      targets: try Lists.pair(backends), servers: servers,
      needsScratch: entries.contains { $0.kind == .load },
      connections: loop.targetOptions.connections)
    let settings = RunSettings(
      catalog: try data.catalog(),
      keys: loop.keys ?? .uniform, seed: data.seed, concurrency: loop.concurrency,
      options: loop.targetOptions,
      isOneMachine: request.isOneMachine)
    let plan = ComparisonPlan(
      blocks: blocks ?? (minutes == nil ? ComparisonPlan.defaultBlocks : 24),
      timeLimit: minutes.map { .seconds($0 * 60) }, acceptsDifferences: acceptDifferences)
    if !output.quiet || output.dryRun { describe(request, entries, settings, plan) }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    defer { line.finish() }
    let failure = try await Session.with(request, line.sink(isQuiet: output.quiet)) { session in
      try await measure(session, entries, settings, plan, line)
    }
    if let failure { throw failure }
  }

  /// Returns why it ended early, if it did, after the results were printed.
  private func measure(
    _ session: Session, _ entries: [WorkloadEntry], _ settings: RunSettings, _ plan: ComparisonPlan,
    _ line: ProgressLine
  ) async throws -> BenchmarkFailure? {
    let comparison = Comparison(
      settings: settings, plan: plan, entries: entries, progress: line.sink(isQuiet: output.quiet))
    let result = try await comparison.run(
      targets: (session.places[0].target, session.places[1].target),
      scratch: session.places.map(\.scratch)
    ) { partial in
      guard partial.roundsDone == 1, plan.blocks > 1, !output.quiet else { return }
      line.finish()
      Output.note((["after the first round:"] + Tables.comparison(partial)).joined(separator: "\n  "))
    }
    line.finish()
    if !result.comparisons.isEmpty {
      if output.printsTable {
        Output.print(table: Tables.comparison(result))
        Output.print([""] + Tables.footer(result))
      }
      try JSONOutput.write(result, to: output.json)
    }
    return result.failure.map(session.explained)
  }

  private func describe(
    _ request: SessionRequest, _ entries: [WorkloadEntry], _ settings: RunSettings, _ plan: ComparisonPlan
  ) {
    let names = request.targets.map(\.displayName).joined(separator: " and ")
    var text = Plan("dbbench compare: \(names)", request, settings.catalog)
    text.add("workloads", entries.map(\.name).joined(separator: ", "))
    text.add("loop", loop.text)
    text.add(
      "blocks",
      "\(plan.blocks) of each workload, ABBA or BAAB"
        + (minutes.map { ", no new round after \(Quantity.significant($0)) minutes" } ?? ""))
    var measuring = entries.reduce(0) { sum, entry in
      switch entry.kind {
      case .read: sum + 1.5 + Double(plan.blocks) * 7.5
      case .write: sum + 4 + Double(plan.blocks) * 16
      case .load:
        sum + Double(plan.loads)
          * (Plan.loadSeconds(request, plan.loadedCatalog(of: settings.catalog).records) - 3)
      }
    }
    if let minutes { measuring = min(measuring, minutes * 60 + 30) }
    text.add(estimatedSeconds: Plan.loadSeconds(request, settings.catalog.records) + 3 + measuring)
    text.print()
  }
}
