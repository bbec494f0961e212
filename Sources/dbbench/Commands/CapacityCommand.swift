import ArgumentParser
import BenchmarkKit

struct CapacityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capacity",
    abstract: "Finds how many calls a second each DBMS bears before it gets slow.",
    discussion: """
      Offers calls at a rate, whether or not earlier ones were answered, and sees whether 99% of them (95% where a DBMS \
      is too slow to make 10,000 in ten seconds) are answered within --slo, counted from when each was due; a call that \
      fails or is never made counts as too slow. Then a higher or lower rate, on a grid of 5%, until the limit is found. \
      Six independent searches on each, by turns, give the interval. Rates during which something else on the machine was \
      running are offered again.

      About four minutes for each workload. Ctrl-C prints what was found so far.

      Examples:
        dbbench capacity --slo 20ms
        dbbench capacity --slo 5ms --workload course-team,instructor-update
        dbbench capacity --slo 50ms --searches 2               quick, without an interval
        dbbench capacity --slo 20ms --backends mongo --dispatch direct,batched
        dbbench capacity --slo 20ms --json - | jq .ratio
        dbbench capacity --slo 20ms --assert 'postgres.instructor-get.capacity.median>5000'   ends with 3 if it is not so

      --assert knows capacity (median, minimum, maximum) of an arm, and of 'ratio' (estimate, lower, upper).
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: CatalogOptions
  @OptionGroup(title: "Load") var loop: LoopOptions
  @OptionGroup(title: "Arms") var arms: ArmOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var conditions: AssertOptions
  @OptionGroup var workloads: WorkloadOptions

  @Option(
    help: ArgumentHelp("The response time to keep, for example 20ms or 1.5s.", valueName: "time"),
    transform: DurationText.init)
  var slo: DurationText

  @Option(help: ArgumentHelp("Independent searches on each; an interval takes six.", valueName: "n"))
  var searches = CapacityPlan.searches

  @Option(help: ArgumentHelp("poisson (as many independent users) or constant.", valueName: "process"))
  var arrivals: ArrivalProcess = .poisson

  @Flag(help: "Let rates count during which something else was running.")
  var acceptBusy = false

  func validate() throws { try Check.size(searches, "--searches", 1...100) }

  func run() async throws {
    let entries = try workloads.entries(default: ["instructor-get"], keys: loop.keys).filter {
      $0.kind != .load
    }
    guard !entries.isEmpty else {
      throw BenchmarkFailure(.usage, "bulk-load has no rate of arrivals; 'dbbench load' times it.")
    }
    let arms = try self.arms.arms(loop)
    let specifications = arms.map(\.specification)
    let request = SessionRequest(
      targets: arms.map(\.target), servers: servers, connections: specifications.map(\.connections),
      isSimultaneous: true, isPinned: loop.pin)
    let settings = RunSettings(
      catalog: try data.catalog(),
      keys: loop.keys ?? .uniform, seed: data.seed, concurrency: loop.concurrency,
      options: loop.targetOptions,
      isOneMachine: request.isOneMachine)
    let plan = CapacityPlan(
      level: ServiceLevel(limit: slo.duration), searches: searches, arrivals: arrivals,
      acceptsDifferences: servers.acceptDifferences, acceptsBusyMachine: acceptBusy)
    try conditions.requireNames(
      .capacity(arms: specifications.map(\.name), workloads: entries.map(\.name)))
    _ = try request.pinning()
    if !output.quiet || output.dryRun { describe(request, specifications, entries, settings, plan) }
    if output.dryRun { return }
    let measurement = Measurement<CapacityResult>(
      request: request, output: output, table: Tables.capacity, footer: Tables.footer,
      judgement: { results in
        if let reason = results.compactMap(\.busyReason).first {
          return .busy(reason, otherwise: "take the ratio with --accept-busy")
        }
        return try conditions.failure { $0.failure(in: results) }
      })
    try await measurement.run { session, progress, each in
      let run = CapacityRun(
        settings: settings, plan: plan, arms: specifications, entries: entries,
        servers: session.processGroups(request), progress: progress)
      try await run.run(targets: (session.places[0].target, session.places[1].target), each: each)
    }
  }

  private static let secondsOfAProbe = 3.5

  private func describe(
    _ request: SessionRequest, _ arms: [ArmSpecification], _ entries: [WorkloadEntry],
    _ settings: RunSettings,
    _ plan: CapacityPlan
  ) {
    let names = arms.map(\.displayName).joined(separator: " and ")
    var text = Plan("dbbench capacity: \(names)", request, settings.catalog)
    text.add("workloads", entries.map(\.name).joined(separator: ", "))
    text.add(
      "limit",
      "\(plan.level.text) from when a call was due, \(plan.arrivals.rawValue) arrivals")
    text.add("searches", "\(plan.searches) on each, by turns")
    text.add("arms", arms.map(\.text).joined(separator: "; "))
    text.add(
      estimatedSeconds: Plan.loadSeconds(request, settings.catalog.records)
        + Double(entries.count * plan.searches * 2 * CapacityPlan.typicalProbes) * Self.secondsOfAProbe)
    text.print()
  }
}
