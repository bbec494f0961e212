import ArgumentParser
import BenchmarkKit

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Times one workload on one backend, as pgbench or YCSB would.",
    discussion: """
      Loads the catalog, warms up for a second, and keeps --concurrency calls under way for --duration. Without \
      --backend it does so on PostgreSQL and then on MongoDB; that is no fair comparison, 'dbbench compare' is.

      Where reviews were written, every rating and reviewer count touched is counted again before the writes are \
      undone; exit status 4 if one is wrong.

      Percentiles that the sample doesn't support are left out: p99 needs 10,000 operations, p99.9 needs 100,000.

      Examples:
        dbbench run --backend postgres --workload instructor-get --concurrency 1
        dbbench run --backend mongo --workload instructor-create --concurrency 64 --duration 30
        dbbench run --mix review-storm --concurrency 64               half writes, then counts again
        dbbench run --backend memory --workload all --duration 2      what the harness itself costs
        dbbench run --backend postgres --json - | jq .latency.response.p99
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: CatalogOptions
  @OptionGroup(title: "Load") var loop: LoopOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var workloads: WorkloadOptions

  @Option(
    help: ArgumentHelp(
      "postgres, mongo or memory. Default: postgres and mongo, one after the other.", valueName: "name"))
  var backend: String?

  @Option(help: ArgumentHelp("Seconds of measuring. Default: 10.", valueName: "seconds"))
  var duration: Double?

  @Option(help: ArgumentHelp("Measure exactly this many operations instead.", valueName: "n"))
  var operations: Int?

  private static let defaultSeconds = 10.0

  func validate() throws {
    if let duration, !(duration >= 0.1 && duration <= 86_400) {
      throw ValidationError("--duration must be from 0.1 to 86400 seconds, not \(duration).")
    }
    if let operations {
      try Check.size(operations, "--operations", 1...1_000_000_000)
      if duration != nil { throw ValidationError("give --duration or --operations, not both.") }
    }
  }

  private var length: SingleRun.Length {
    operations.map { .operations($0) } ?? .duration(.seconds(duration ?? Self.defaultSeconds))
  }

  func run() async throws {
    let targets = try Lists.split(backend ?? "postgres,mongo").map(Targets.named)
    let entries = try workloads.entries(default: ["instructor-get"], keys: loop.keys).filter {
      $0.kind != .load
    }
    guard !entries.isEmpty, !targets.isEmpty else {
      throw BenchmarkFailure(
        .usage, "bulk-load is timed by 'dbbench load', or by 'dbbench compare --workload bulk-load'.")
    }
    let request = SessionRequest(
      targets: targets, servers: servers, connections: loop.targetOptions.connections)
    let settings = RunSettings(
      catalog: try data.catalog(),
      keys: loop.keys ?? .uniform, seed: data.seed, concurrency: loop.concurrency, options: loop.targetOptions
    )
    if !output.quiet || output.dryRun { describe(request, entries, settings) }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    let progress = line.sink(isQuiet: output.quiet)
    let results = Collected<RunResult>()
    let outcome: Result<Void, any Error>
    do {
      try await Session.with(request, progress) { session in
        for place in session.places {
          let single = SingleRun(settings: settings, length: length)
          try await single.run(
            settings.prepared(entries), on: place.target, progress: progress, each: results.add)
        }
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    line.finish()
    if !results.all.isEmpty {
      if output.printsTable {
        Output.print(table: Tables.run(results.all))
        Output.print(Tables.recounts(results.all))
      }
      try JSONOutput.write(each: results.all, to: output.json)
    }
    try outcome.get()
  }

  private func describe(_ request: SessionRequest, _ entries: [WorkloadEntry], _ settings: RunSettings) {
    var text = Plan("dbbench run: \(entries.map(\.name).joined(separator: ", "))", request, settings.catalog)
    text.add("loop", loop.text)
    let each = operations == nil ? (duration ?? Self.defaultSeconds) + 2 : Self.defaultSeconds
    text.add(
      estimatedSeconds: Plan.loadSeconds(request, settings.catalog.records)
        + Double(entries.count * request.targets.count) * each)
    text.print()
  }
}
