import ArgumentParser
import BenchmarkKit
import InstructorStore

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Times one workload on one backend, as pgbench or YCSB would.",
    discussion: """
      Loads the catalog, warms up for a second, and keeps --concurrency calls under way for --duration. Without \
      --backend it does so on PostgreSQL and then on MongoDB; that is no fair comparison, 'dbbench compare' is.

      With --rate it offers that many calls a second whether or not earlier ones were answered (an open loop), as users \
      do: each call's time counts from when it was due, so a server that stands still shows. Too fast a rate is called \
      overload; a program that could not keep up with its own schedule is called generator-limited.

      With --soak it keeps at it for ten minutes (or a --duration that you give), so that checkpoints, vacuum and bloat are \
      part of it, shows throughput over time, and then watches what the server still does: work that shorter runs \
      leave to whoever comes next. What the workload changes is not undone but thrown away.

      Where reviews were written, every rating and reviewer count touched is counted again before the writes are \
      undone; exit status 4 if one is wrong.

      Percentiles that the sample doesn't support are left out: p99 needs 10,000 operations, p99.9 needs 100,000.

      Examples:
        dbbench run --backend postgres --workload instructor-get --concurrency 1
        dbbench run --backend mongo --workload instructor-create --concurrency 64 --duration 30
        dbbench run --backend postgres --workload course-team --rate 2000 --duration 60
        dbbench run --soak --workload instructor-update
        dbbench run --backend mongo --dispatch direct,batched --concurrency 64    one after the other
        dbbench run --mix review-storm --concurrency 64               half writes, then counts again
        dbbench run --backend memory --workload all --duration 2      what the harness itself costs
        dbbench run --backend postgres --json - | jq .latency.response.p99
        dbbench run --backend postgres --assert 'postgres.instructor-get.response.p99<5ms'    ends with 3 if it is not so

      --assert knows throughput (mean), response, queue, service and delivery (p50, p90, p95, p99, p999, max, mean), and errors \
      (count); with --rate also lag and misses (count), with --soak the throughput of the slowest window (minimum) and no other times.
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: CatalogOptions
  @OptionGroup(title: "Load") var loop: LoopOptions
  @OptionGroup(title: "Open loop") var open: OpenLoopOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var conditions: AssertOptions
  @OptionGroup var workloads: WorkloadOptions

  @Option(
    help: ArgumentHelp(
      "postgres, postgres-jsonb, mongo or memory. Default: postgres and mongo, one after the other.",
      valueName: "name"))
  var backend: String?

  @Option(help: ArgumentHelp("Seconds of measuring. Default: 10.", valueName: "seconds"))
  var duration: Double?

  @Flag(help: "Go on for ten minutes and watch what the server does afterwards.")
  var soak = false

  @Option(help: ArgumentHelp("Measure exactly this many operations instead.", valueName: "n"))
  var operations: Int?

  private static let defaultSeconds = 10.0

  func validate() throws {
    if soak, operations != nil || open.rate != nil {
      throw ValidationError("--soak takes a --duration, and neither --operations nor --rate.")
    }
    if soak, servers.keep {
      throw ValidationError("--soak changes what was loaded and throws it away; leave --keep out.")
    }
    if let duration, !(duration >= 0.1 && duration <= 86_400) {
      throw ValidationError("--duration must be from 0.1 to 86400 seconds, not \(duration).")
    }
    if let operations {
      try Check.size(operations, "--operations", 1...1_000_000_000)
      if duration != nil { throw ValidationError("give --duration or --operations, not both.") }
      if open.rate != nil { throw ValidationError("--rate takes a --duration, not --operations.") }
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
      targets: targets, servers: servers, connections: targets.map { _ in loop.targetOptions.connections },
      isPinned: loop.pin)
    let settings = RunSettings(
      catalog: try data.catalog(),
      keys: loop.keys ?? .uniform, seed: data.seed, concurrency: loop.concurrency, options: loop.targetOptions
    )
    try conditions.requireNames(vocabulary(targets, entries))
    _ = try request.pinning()
    if !output.quiet || output.dryRun { describe(request, entries, settings) }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    if let load = open.load(seconds: duration ?? Self.defaultSeconds) {
      return try await offer(load, settings, request, settings.prepared(entries))
    }
    if soak { return try await runSoak(settings, request, settings.prepared(entries)) }
    let line = ProgressLine()
    let progress = line.sink(isQuiet: output.quiet)
    let results = Collected<RunResult>()
    let outcome: Result<Void, any Error>
    do {
      try await Session.with(request, progress) { session in
        for place in session.places {
          for settings in withEachMode(settings) {
            let single = SingleRun(settings: settings, length: length)
            try await single.run(
              settings.prepared(entries), on: place.target, progress: progress, each: results.add)
          }
        }
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    var measured = results.all
    // The store in memory shows it by itself.
    if case .success = outcome, measured.contains(where: { $0.backend != MemoryTarget.kind.name }) {
      let costs = await RunnerCost.measure(entries, settings)
      for index in measured.indices where measured[index].backend != MemoryTarget.kind.name {
        measured[index].runner = costs.first { $0.workload == measured[index].workload }
      }
    }
    line.finish()
    if !measured.isEmpty {
      if output.printsTable {
        Output.print(table: Tables.run(measured))
        Output.print(Tables.recounts(measured) + Tables.runners(measured))
      }
      try JSONOutput.write(each: measured, to: output.json)
    }
    try outcome.get()
    if let failure = try conditions.failure({ $0.failure(in: results.all) }) { throw failure }
  }

  private func vocabulary(_ targets: [KnownTarget], _ entries: [WorkloadEntry]) -> Assertion.Vocabulary {
    let arms = Assertion.armNames(targets.map(\.name), loop.dispatch.modes)
    let workloads = entries.map(\.name)
    if open.rate != nil { return .openLoop(arms: arms, workloads: workloads) }
    return soak
      ? .soak(arms: arms, workloads: workloads) : .run(arms: arms, workloads: workloads)
  }

  private var soakPlan: SoakPlan {
    SoakPlan(duration: duration.map { .seconds($0) } ?? SoakPlan.leastByDefault)
  }

  private func runSoak(
    _ settings: RunSettings, _ request: SessionRequest, _ workloads: [PreparedWorkload]
  ) async throws {
    let measurement = Measurement<SoakResult>(
      request: request, output: output, table: Tables.soak, footer: Tables.footer,
      judgement: { results in try conditions.failure { $0.failure(in: results) } })
    let plan = soakPlan
    try await measurement.run { session, progress, each in
      let servers = session.processGroups(request)
      for (process, place) in zip(session.serverProcesses(request), session.places) {
        for settings in withEachMode(settings) {
          try await SoakRun(settings: settings, plan: plan, servers: servers).run(
            workloads, on: place.target,
            processorSeconds: { process.flatMap(ServerUsage.processorSeconds(of:)) }, progress: progress,
            each: each)
        }
      }
    }
  }

  private func offer(
    _ load: OfferedLoad, _ settings: RunSettings, _ request: SessionRequest, _ workloads: [PreparedWorkload]
  ) async throws {
    let measurement = Measurement<OpenLoopReport>(
      request: request, output: output, table: Tables.openLoop, footer: Tables.footer,
      judgement: { results in try conditions.failure { $0.failure(in: results) } })
    try await measurement.run { session, progress, each in
      for place in session.places {
        for settings in withEachMode(settings) {
          try await OpenLoopRun(settings: settings, load: load).run(
            workloads, on: place.target, progress: progress, each: each)
        }
      }
    }
  }

  /// One run for each mode of `--dispatch`.
  private func withEachMode(_ settings: RunSettings) -> [RunSettings] {
    loop.dispatch.modes.map { mode in
      var settings = settings
      settings.options.dispatch = mode
      return settings
    }
  }

  private func describe(_ request: SessionRequest, _ entries: [WorkloadEntry], _ settings: RunSettings) {
    var text = Plan("dbbench run: \(entries.map(\.name).joined(separator: ", "))", request, settings.catalog)
    text.add(
      "loop",
      open.load(seconds: 0).map {
        "open, \(Quantity.significant($0.ratePerSecond)) calls/s, \($0.arrivals.rawValue) arrivals, "
          + "\(loop.targetOptions.connections) connections, \(loop.dispatch.defaultValueDescription), \(loop.keysText)"
      } ?? loop.text)
    if soak {
      text.add(
        "soak", "\(Quantity.seconds(soakPlan.duration.seconds)) of each workload, loaded anew for each")
      text.add(
        estimatedSeconds: Double(entries.count * loop.dispatch.modes.count)
          * (Plan.loadSeconds(request, settings.catalog.records) + Double(request.targets.count)
            * soakPlan.totalSeconds))
      return text.print()
    }
    let each = operations == nil ? (duration ?? Self.defaultSeconds) + 2 : Self.defaultSeconds
    text.add(
      estimatedSeconds: Plan.loadSeconds(request, settings.catalog.records)
        + Double(entries.count * request.targets.count * loop.dispatch.modes.count) * each)
    text.print()
  }
}
