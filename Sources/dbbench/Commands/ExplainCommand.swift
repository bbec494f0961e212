import ArgumentParser
import BenchmarkKit
import InstructorStore

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Shows both statements, indexes and plans of a workload.",
    discussion: """
      Executes some operations of the workload on each DBMS and shows what was sent and how the server ran it: the \
      statements, the plans with what their execution counted, the indexes used, and how many rows were looked at for each \
      one handed over. PostgreSQL explains the very statements that the store prepares, by the plan its session has for \
      them, in a transaction that is undone; MongoDB's profiler writes down what it did. What the operations write is \
      undone. Nothing is timed.

      Examples:
        dbbench explain course-team
        dbbench explain review-create --backends mongo
        dbbench explain all --json - | jq '.[].explanation.shapes[].statement.plan'
        dbbench explain organization-leaderboard --instructors 1000000
      """)

  @Argument(
    help: ArgumentHelp("A workload, or several separated by commas, or 'all'.", valueName: "workload"))
  var workload: String

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: SmallCatalogOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  @Option(help: ArgumentHelp("Whose statements. Default: postgres,mongo.", valueName: "a,b"))
  var backends = "postgres,mongo"

  func run() async throws {
    let entries = try WorkloadRegistry.select(Lists.split(workload)).filter { $0.kind != .load }
    guard !entries.isEmpty else {
      throw BenchmarkFailure(.usage, "bulk-load has no statement for each record; explain another workload.")
    }
    let targets = try Lists.split(backends).map(Targets.named)
    guard targets.contains(where: { $0.server != nil }) else {
      throw BenchmarkFailure(
        .usage, "--backends names no DBMS: only they have statements; try postgres or mongo.")
    }
    let settings = RunSettings(
      catalog: try data.catalog(), seed: data.seed, concurrency: 1, options: TargetOptions(connections: 4))
    let request = SessionRequest(
      targets: targets, servers: servers, connections: targets.map { _ in settings.options.connections },
      isTimed: false)
    if !output.quiet || output.dryRun {
      var plan = Plan(
        "dbbench explain: \(entries.map(\.name).joined(separator: ", "))", request, settings.catalog)
      plan.add(
        estimatedSeconds: Plan.loadSeconds(request, settings.catalog.records)
          + Double(entries.count * targets.count))
      plan.print()
    }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    defer { line.finish() }
    let explaining = Explaining(settings: settings, progress: line.sink(isQuiet: output.quiet))
    let found = try await Session.with(request, line.sink(isQuiet: output.quiet)) { session in
      try await explaining.run(settings.prepared(entries), on: session.places.map(\.target))
    }
    line.finish()
    if output.printsTable {
      for entry in entries {
        Output.print(Output.heading("\(entry.name): \(entry.summary)"))
        for one in found where one.workload == entry.name {
          Output.print(["", Output.heading(one.displayName)] + one.explanation.lines)
        }
        Output.print("")
      }
    }
    try JSONOutput.write(found, to: output.json)
  }
}
