import ArgumentParser
import BenchmarkKit
import InstructorStore

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks that two backends give the same answers; times nothing.",
    discussion: """
      Replays the same seeded operations on both, of every kind and with wrong ones among them, then some of each \
      workload and mix (or of those that you name), and compares every answer in full. Exit status 4 and the first differing operation if there is one.

      Examples:
        dbbench verify
        dbbench verify --steps 5000 --seed 7
        dbbench verify --backends postgres,memory
        dbbench verify --mix my-mix.yaml
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: SmallCatalogOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var workloads: WorkloadOptions

  @Option(help: ArgumentHelp("The two backends to compare.", valueName: "a,b"))
  var backends = "postgres,mongo"

  @Option(help: ArgumentHelp("How many operations of the mixed sequence.", valueName: "n"))
  var steps = 2_000

  @Option(
    help: ArgumentHelp(
      DispatchText.help, valueName: "mode"))
  var dispatch: DispatchMode = .direct

  func validate() throws { try Check.size(steps, "--steps", 1...10_000_000) }

  func run() async throws {
    let entries = try entries()
    let settings = RunSettings(
      catalog: try data.catalog(),
      seed: data.seed, concurrency: 1, options: TargetOptions(dispatch: dispatch))
    let targets = try Lists.pair(backends)
    let request = SessionRequest(
      targets: targets, servers: servers, connections: targets.map { _ in settings.options.connections },
      isSimultaneous: true, isTimed: false)
    let names = request.targets.map(\.displayName).joined(separator: " and ")
    if !output.quiet || output.dryRun {
      var plan = Plan("dbbench verify: \(names)", request, settings.catalog)
      plan.add(
        "operations",
        "\(Quantity.count(steps)) of every kind on instructors, as many on reviews, then some of "
          + entries.map(\.name).joined(separator: ", "))
      plan.add(estimatedSeconds: Plan.loadSeconds(request, settings.catalog.records) + Double(steps) * 0.004)
      plan.print()
    }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    defer { line.finish() }
    let progress = line.sink(isQuiet: output.quiet)
    let passed = try await Session.with(request, progress) { session in
      try await Verification(settings: settings, entries: entries, probeSteps: steps, progress: progress)
        .run(targets: (session.places[0].target, session.places[1].target))
    }
    line.finish()
    if output.printsTable {
      Output.print("\(Quantity.count(passed.operations)) operations on \(names): every answer is the same.")
    }
    try JSONOutput.write(passed, to: output.json)
  }

  private func entries() throws -> [WorkloadEntry] {
    guard workloads.workload != nil || workloads.mix != nil else { return try Verification.allEntries() }
    let chosen = try workloads.entries(default: [], keys: nil).filter { $0.kind != .load }
    guard !chosen.isEmpty else {
      throw BenchmarkFailure(
        .usage, "bulk-load has no operations to compare; 'dbbench load' checks what it loads.")
    }
    return chosen
  }
}

/// What is loaded to compare answers on: less than for timing.
struct SmallCatalogOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many instructors to load.", valueName: "n"))
  var instructors = 10_000

  @Option(help: ArgumentHelp("How many courses they teach.", valueName: "n"))
  var courses = 10_000

  @Option(help: ArgumentHelp("How many reviewers to load.", valueName: "n"))
  var reviewers = 5_000

  @Option(help: ArgumentHelp("How many reviews they wrote.", valueName: "n"))
  var reviews = 20_000

  @Option(help: ArgumentHelp("Decides the data and the operations.", valueName: "n"))
  var seed: UInt64 = 42

  func catalog() throws(BenchmarkFailure) -> BenchmarkCatalog {
    try BenchmarkCatalog(
      seed: seed, instructors: instructors, courses: courses, reviewers: reviewers, reviews: reviews)
  }

  func validate() throws {
    try Check.size(instructors, "--instructors", 1...CatalogOptions.most)
    try Check.size(courses, "--courses", 1...CatalogOptions.most)
    try Check.size(reviewers, "--reviewers", 1...CatalogOptions.most)
    try Check.size(reviews, "--reviews", 1...CatalogOptions.most)
  }
}
