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
    let settings = RunSettings(
      catalog: try data.catalog(),
      seed: data.seed, concurrency: concurrency, options: TargetOptions(connections: min(8, concurrency)))
    if output.dryRun { return Output.note("would run \(runs * 3 * targets.count) comparisons") }
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    defer { line.finish() }
    let progress = line.sink(isQuiet: output.quiet)
    var results: [SensitivityValidation.Result] = []
    for target in targets {
      let request = SessionRequest(targets: [target, target], servers: servers)
      let (runs, segment) = (runs, segment)
      results += try await Session.with(request, progress) { session in
        try await SensitivityValidation(
          settings: settings, segmentSeconds: segment, servers: session.processGroups(request),
          progress: progress
        ).run((session.places[0].target, session.places[1].target), runs: runs)
      }
    }
    line.finish()
    if output.printsTable { Output.print(table: Tables.validation(results)) }
    try JSONOutput.write(results, to: output.json)
    let missed = results.count { !$0.isMet }
    guard missed == 0 else {
      throw BenchmarkFailure(.assertionMissed, "\(missed) of \(results.count) limits missed.")
    }
  }
}
