import ArgumentParser
import BenchmarkKit
import EphemeralServers
import InstructorStore

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Times the same work on both DBMS, interleaved, and says which is faster (default).",
    discussion: """
      Loads the same catalog into both, replays the same seeded operations on both and compares every answer, then \
      times each workload in blocks: first one DBMS, then the other, twice, in an order drawn from the seed. Both \
      execute exactly the same operations. Writes are undone between blocks, and the data is checked at the end.

      After 12 blocks an exact test decides each workload: one is faster, both are equivalent (within 5%), or it is \
      inconclusive, with the number of blocks that would decide it. That is one look: where blocks vary by 5% it finds a \
      true difference of 10% in one of eight workloads in 87 of 100 comparisons. --more takes a second look after 24 \
      blocks at what is still open, and finds it in at least 95. Blocks that something else on the machine disturbed are \
      measured again.

      With --rate it then offers that many calls a second to both, by turns, whether or not earlier ones were answered (an \
      open loop), as users do, and shows what they wait and for what. Those figures have intervals and no verdicts.

      With --soak each arm in turn is then loaded anew and kept at work for ten minutes, so that checkpoints, vacuum and \
      bloat are part of it: throughput over time, and what the server does later.

      Everything is written to a folder as it is measured. Ctrl-C at any time leaves a valid partial report, and \
      --resume goes on from there.

      Examples:
        dbbench                                                 both on throwaway servers
        dbbench compare --workload instructor-get,course-team   two workloads only
        dbbench compare --provisional                           two blocks each, no verdicts: a first impression
        dbbench compare --workload course-team --rate 500,2000  and what users wait at these rates
        dbbench compare --soak --minutes 20                     updates for 20 minutes on each, after the blocks
        dbbench compare --resume dbbench-results/2026-01-31T120000Z
        dbbench compare --postgres postgres://me@db1/test --mongo 'mongodb://db2/?replicaSet=rs0'
        dbbench compare --arm a=postgres --arm b=postgres,work_mem=64MB
        dbbench compare --backends postgres-jsonb,mongo          instructors as documents on both: the engine or the model?
        dbbench compare --backends mongo --dispatch direct,batched
        dbbench compare --assert 'ratio.course-team.throughput.lower>1.2'   ends with 3 if it is not so
        dbbench compare --rate 500 --assert 'mongo.course-team@500.response.p99<20ms'   of an offered load; of a soak @soak
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: CatalogOptions
  @OptionGroup(title: "Load") var loop: LoopOptions
  @OptionGroup(title: "Open loop") var offered: ComparedLoadOptions
  @OptionGroup(title: "Arms") var arms: ArmOptions
  @OptionGroup(title: "Length") var length: LengthOptions
  @OptionGroup(title: "Verdict") var judgement: JudgementOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Results") var results: ResultsOptions
  @OptionGroup var workloads: WorkloadOptions

  func run() async throws {
    if let folder = results.resume { return try await resume(folder) }
    let entries = try workloads.entries(
      default: length.soak ? [LengthOptions.soakedByDefault] : WorkloadRegistry.defaults, keys: loop.keys)
    let arms = try self.arms.arms(loop)
    let request = SessionRequest(
      targets: arms.map(\.target), servers: servers, needsScratch: entries.contains { $0.kind == .load },
      connections: arms.map { $0.specification.connections + TargetOptions.untimedConnections },
      isSimultaneous: true, isPinned: loop.pin)
    let plan = try plan(arms, entries, request)
    try judgement.conditions.requireNames(.comparison(plan))
    try Self.requireOwnServers(plan, request)
    try await perform(
      plan, request, entries, folder: results.folder, earlier: nil, command: Redaction.command())
  }

  /// Goes on with a run that ended early, or with one that is to take its second look.
  private func resume(_ folder: String) async throws {
    var earlier = try ResultsFile.read(from: folder)
    guard var plan = earlier.plan, let header = earlier.headers.first else {
      throw BenchmarkFailure(
        .malformedInput, "'\(folder)' has no plan: the run ended before it began", advice: "Start a new one.")
    }
    let mayGoOn =
      length.more && plan.lookCount < plan.rule.schedule.looks.count && plan.provisionalBlocks == nil
    if mayGoOn { plan.lookCount = plan.rule.schedule.looks.count }
    let isVoid = ComparisonSummary(earlier)?.busyReason != nil
    if judgement.acceptBusy, isVoid || earlier.end?.status != .complete { plan.acceptsBusyMachine = true }
    let entries = try Self.entries(of: plan)
    try judgement.conditions.requireNames(.comparison(plan))
    if earlier.end?.status == .complete, !mayGoOn {
      Output.note("'\(folder)' is complete; there is nothing to go on with.")
      if plan != earlier.plan, !output.dryRun {
        try ResultsFile.open(in: folder).append(.plan(plan))
        earlier = try ResultsFile.read(from: folder)
      }
      return try ComparisonSession(output: output, judgement: judgement, folder: folder).report(
        earlier, failure: nil)
    }
    let targets = try plan.arms.map { try Targets.named($0.backend) }
    var servers = self.servers
    servers.durability = plan.durability ?? .durable
    servers.acceptDifferences = plan.acceptsDifferences
    let request = SessionRequest(
      targets: targets, servers: servers, needsScratch: entries.contains { $0.kind == .load },
      connections: plan.arms.map { $0.connections + TargetOptions.untimedConnections }, isSimultaneous: true,
      isPinned: plan.isPinned == true)
    try Self.requireOwnServers(plan, request)
    try await perform(
      plan, request, entries, folder: folder, earlier: earlier, command: header.command)
  }

  /// The workloads of a plan: its mix, or names of the registry.
  private static func entries(of plan: RecordedPlan) throws -> [WorkloadEntry] {
    let keys = KeyDistribution(rawValue: plan.keys)
    if let mix = plan.mix { return [mix.entry(keys: keys)] }
    return try WorkloadRegistry.select(plan.workloads)
  }

  private func perform(
    _ plan: RecordedPlan, _ request: SessionRequest, _ entries: [WorkloadEntry], folder: String,
    earlier: ComparisonRecord?, command: String
  ) async throws {
    let catalog = try plan.catalog()
    _ = try request.pinning()
    if !output.quiet || output.dryRun { describe(plan, request, entries, catalog, folder, earlier) }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    let session = ComparisonSession(output: output, judgement: judgement, folder: folder)
    let settings = RunSettings(
      catalog: catalog, keys: KeyDistribution(rawValue: plan.keys) ?? .uniform, seed: plan.seed,
      concurrency: plan.concurrency, options: plan.arms[0].targetOptions, isOneMachine: plan.isOneMachine)
    try await session.run(
      plan, settings, request, entries, earlier: earlier, command: command, force: results.force,
      calibrate: length.calibrate)
  }

  private func plan(_ arms: [ArmOptions.Arm], _ entries: [WorkloadEntry], _ request: SessionRequest) throws
    -> RecordedPlan
  {
    let timed = entries.count { $0.kind != .load }
    let schedule = LookSchedule(blocks: length.blocks ?? LookSchedule.defaultBlocks)
    let lookCount = length.more ? schedule.looks.count : 1
    if !length.provisional, timed > 0 {
      try schedule.requireDecidable(workloads: timed, lookCount: lookCount)
    }
    return RecordedPlan(
      arms: arms.map { arm in
        var specification = arm.specification
        specification.processGroup = request.isHere(arm.target) ? arm.target.server?.rawValue : nil
        return specification
      },
      workloads: entries.map(\.name), mix: try workloads.chosenMix, seed: data.seed,
      instructors: data.instructors, courses: data.courses,
      reviewers: data.reviewers, reviews: data.reviews,
      keys: loop.keys?.rawValue ?? (workloads.mix == nil ? KeyDistribution.uniform.rawValue : "the mix's"),
      concurrency: loop.concurrency, rule: VerdictRule(schedule: schedule),
      lookCount: lookCount,
      provisionalBlocks: length.provisional ? length.blocks ?? LengthOptions.provisionalBlocks : nil,
      segmentSeconds: length.segment, warmUpSeconds: 0.7,
      leadInSeconds: length.cold ? nil : RecordedPlan.defaultLeadInSeconds,
      timeLimitSeconds: length.timeLimitSeconds, loads: 3,
      mostLoadedInstructors: 50_000, acceptsDifferences: servers.acceptDifferences,
      acceptsBusyMachine: judgement.acceptBusy, isOneMachine: request.isOneMachine,
      durability: servers.durability, isCold: length.cold, isPinned: loop.pin,
      openLoop: offered.plan(
        blocks: length.provisional
          ? length.blocks ?? LengthOptions.provisionalBlocks : OpenLoopPlan.defaultBlocks),
      soakSeconds: length.soakSeconds)
  }

  func validate() throws {
    if length.soak, servers.keep {
      throw ValidationError("--soak changes what was loaded and throws it away; leave --keep out.")
    }
    if length.cold, length.calibrate {
      throw ValidationError("--calibrate compares warm arms with themselves; leave it or --cold out.")
    }
    if length.cold, offered.rate != nil {
      throw ValidationError("--cold restarts servers before segments of a closed loop; leave --rate out.")
    }
  }

  /// Nobody restarts a user's own server.
  private static func requireOwnServers(_ plan: RecordedPlan, _ request: SessionRequest)
    throws(BenchmarkFailure)
  {
    guard plan.isCold == true else { return }
    let own = request.targets.filter { request.servers.url(for: $0.name) != nil }
    guard own.isEmpty else {
      throw BenchmarkFailure(
        .usage, "--cold restarts servers, and \(own[0].displayName) is yours; leave --\(own[0].name) out.")
    }
  }

  private func describe(
    _ plan: RecordedPlan, _ request: SessionRequest, _ entries: [WorkloadEntry], _ catalog: BenchmarkCatalog,
    _ folder: String, _ earlier: ComparisonRecord?
  ) {
    let names = plan.arms.map(\.displayName).joined(separator: " and ")
    var text = Plan("dbbench compare: \(names)\(earlier == nil ? "" : " (resumed)")", request, catalog)
    text.add("workloads", plan.workloads.joined(separator: ", "))
    text.add(
      "loop",
      "closed, \(plan.concurrency) calls under way, \(plan.keys) keys; "
        + plan.arms.map(\.text).joined(separator: "; "))
    text.add("blocks", Self.blocks(plan))
    if let offered = plan.openLoop {
      text.add(
        "open loop",
        "then \(offered.text): \(offered.blocks) blocks of each workload at each rate, "
          + "\(Quantity.seconds(offered.secondsPerWorkload)) together for a workload")
    }
    if let soak = plan.soakSeconds {
      text.add(
        "soak", "at the end \(Quantity.seconds(soak)) of each workload on each arm, loaded anew for each")
    }
    if plan.isCold == true {
      text.add("cold", "before every segment its server is restarted and caches are dropped")
    }
    let done = earlier?.roundsDone ?? 0
    if done > 0 { text.add("done", "\(done) rounds are there already") }
    text.add("results", folder)
    let rounds = Double(max(0, plan.plannedBlocks - done))
    var measuring = entries.reduce(0.0) { sum, entry in
      let block = 4 * (plan.segmentSeconds + (plan.isCold == true ? Self.restartSeconds : 0))
      let offered = plan.openLoop.map { $0.secondsPerWorkload + Double($0.blocks * $0.rates.count) } ?? 0
      switch entry.kind {
      case .read: return sum + 1.5 + rounds * (block + Self.leadInsSeconds(plan) + 0.1) + offered
      case .write: return sum + 3 + rounds * (block + 2.5) + offered
      case .load:
        let loaded = catalog.smaller(instructors: plan.mostLoadedInstructors)
        return sum + Double(plan.loads) * (Plan.loadSeconds(request, loaded.records) - 3)
      }
    }
    if length.calibrate {
      text.add(
        "calibration", "each arm against itself first, 6 blocks of each workload, unless that is known")
      measuring +=
        Double(12 * entries.count { $0.kind != .load })
        * (4 * plan.segmentSeconds + Self.leadInsSeconds(plan))
    }
    if let seconds = plan.timeLimitSeconds { measuring = min(measuring, seconds + 30) }
    if let seconds = plan.soakSeconds {
      let soak = 2 * SoakPlan(duration: .seconds(seconds)).totalSeconds
      let load = Plan.loadSeconds(request, catalog.records)
      measuring += Double(entries.count { $0.kind != .load }) * (soak + load)
    }
    text.add(estimatedSeconds: Plan.loadSeconds(request, catalog.records) + 3 + measuring)
    text.print()
  }

  /// Each arm has one in a block.
  private static func leadInsSeconds(_ plan: RecordedPlan) -> Double { 2 * (plan.leadInSeconds ?? 0) }

  private static let restartSeconds = 3.0

  private static func blocks(_ plan: RecordedPlan) -> String {
    let limit =
      plan.timeLimitSeconds.map { ", no new round after \(Quantity.significant($0 / 60)) minutes" } ?? ""
    if let blocks = plan.provisionalBlocks {
      return "\(blocks) of each workload, ABBA or BAAB, no verdicts\(limit)"
    }
    let looks = plan.rule.schedule.looks.prefix(plan.lookCount)
      .map { "after \($0.blocks) blocks at α = \(Quantity.decimal($0.alpha, 2))" }
    return "ABBA or BAAB; verdicts \(looks.joined(separator: ", then ")), Holm over the workloads\(limit)"
  }
}
