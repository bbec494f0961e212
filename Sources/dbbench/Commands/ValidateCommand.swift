import ArgumentParser
import BenchmarkKit

/// Hidden: for those who doubt the verdicts.
struct ValidateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Tries the verdicts on real servers with differences of known size.",
    discussion: """
      Compares instructor-get with itself on each DBMS, 20 times: as it is (at most 2 may call one side faster), with every \
      tenth operation executed twice on one side (found in at least 18), with every second (found in all). Ends with 3 if \
      one is missed. Takes about 40 minutes; --runs 4 shortens it.
      """,
    shouldDisplay: false)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: SmallCatalogOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  @Option(help: ArgumentHelp("The backends to try, separated by commas.", valueName: "a,b"))
  var backends = "postgres,mongo"

  @Option(help: ArgumentHelp("Runs of each of the three.", valueName: "n"))
  var runs = SensitivityValidation.runs

  @Option(help: ArgumentHelp("Seconds of a segment, on average.", valueName: "seconds"))
  var segment = 0.3

  @Option(help: ArgumentHelp("How many calls are under way at a time.", valueName: "n"))
  var concurrency = 16

  func validate() throws {
    try Check.size(runs, "--runs", 1...1_000)
    try Check.size(concurrency, "--concurrency", 1...4_096)
    guard segment >= 0.001, segment <= 60 else {
      throw ValidationError("--segment must be from 0.001 to 60, not \(segment).")
    }
  }

  func run() async throws {
    let targets = try Lists.split(backends).map(Targets.named)
    guard !targets.isEmpty else { throw BenchmarkFailure(.usage, "--backends names none.") }
    let settings = RunSettings(
      catalog: try data.catalog(),
      seed: data.seed, concurrency: concurrency, options: TargetOptions(connections: min(8, concurrency)))
    let places = targets.flatMap { [$0, $0] }
    let request = SessionRequest(
      targets: places, servers: servers, connections: places.map { _ in settings.options.connections },
      isSimultaneous: true)
    if !output.quiet || output.dryRun { describe(targets, request, settings.catalog) }
    if output.dryRun { return }
    let measurement = Measurement<SensitivityValidation.Result>(
      request: request, output: output, table: Tables.validation, footer: Tables.footer)
    let (runs, segment) = (runs, segment)
    var missed = 0
    try await measurement.run { session, progress, each in
      let validation = SensitivityValidation(
        settings: settings, segmentSeconds: segment, servers: session.processGroups(request),
        progress: progress)
      for first in stride(from: 0, to: session.places.count, by: 2) {
        let pair = (session.places[first].target, session.places[first + 1].target)
        try await validation.run(pair, runs: runs) { result in
          if !result.isMet { missed += 1 }
          each(result)
        }
      }
    }
    guard missed == 0 else {
      throw BenchmarkFailure(
        .assertionMissed,
        "\(missed) of \(targets.count * SensitivityValidation.scenarios.count) limits missed.")
    }
  }

  /// Between a look and two.
  private static let typicalBlocks = 1.5 * Double(LookSchedule.defaultBlocks)

  private func describe(_ targets: [KnownTarget], _ request: SessionRequest, _ catalog: BenchmarkCatalog) {
    let names = targets.map(\.displayName).joined(separator: " and ")
    var text = Plan("dbbench validate: \(names), each with itself", request, catalog)
    let scenarios = SensitivityValidation.scenarios
    text.add(
      "comparisons",
      "\(runs) of each, for each backend: \(scenarios.map(\.name).joined(separator: ", "))")
    text.add(
      estimatedSeconds: Plan.loadSeconds(request, catalog.records)
        + Double(runs * scenarios.count * targets.count) * (0.5 + Self.typicalBlocks * 4 * segment))
    text.print()
  }
}
