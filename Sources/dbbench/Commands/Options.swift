public import ArgumentParser
public import BenchmarkKit
public import InstructorStore

/// What is loaded.
struct CatalogOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many instructors to load.", valueName: "n"))
  var instructors = 100_000

  @Option(help: ArgumentHelp("How many courses they teach.", valueName: "n"))
  var courses = 100_000

  @Option(help: ArgumentHelp("How many reviewers to load.", valueName: "n"))
  var reviewers = 100_000

  @Option(
    help: ArgumentHelp("How many reviews they wrote; the most popular courses have most.", valueName: "n"))
  var reviews = 500_000

  @Option(help: ArgumentHelp("Decides the data, the operations and the order of the blocks.", valueName: "n"))
  var seed: UInt64 = 42

  static let most = 1_000_000_000

  func catalog() throws(BenchmarkFailure) -> BenchmarkCatalog {
    try BenchmarkCatalog(
      seed: seed, instructors: instructors, courses: courses, reviewers: reviewers, reviews: reviews)
  }

  func validate() throws {
    try Check.size(instructors, "--instructors", 1...Self.most)
    try Check.size(courses, "--courses", 1...Self.most)
    try Check.size(reviewers, "--reviewers", 1...Self.most)
    try Check.size(reviews, "--reviews", 1...Self.most)
  }
}

/// How calls are made.
struct LoopOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many calls are under way at a time.", valueName: "n"))
  var concurrency = 16

  @Option(
    help: ArgumentHelp(
      "Connections of each store. Default: as many as --concurrency, at most 8.", valueName: "n"))
  var connections: Int?

  @Option(
    help: ArgumentHelp(
      DispatchText.help + " Both, separated by a comma, are compared.", valueName: "mode"))
  var dispatch = DispatchModes.direct

  @Option(
    help: ArgumentHelp(
      "How the records are chosen: uniform, zipfian, latest or hotspot. Default: uniform; a mix has its own.",
      valueName: "distribution"))
  var keys: KeyDistribution?

  @Flag(
    help: ArgumentHelp(
      "Keep this program on one half of the processors and the throwaway servers on the other (Linux). Unlike results without."
    ))
  var pin = false

  /// With the first of the modes.
  var targetOptions: TargetOptions {
    TargetOptions(
      connections: connections ?? min(Self.mostConnectionsByDefault, concurrency), dispatch: dispatch.modes[0]
    )
  }

  var keysText: String { keys.map { "\($0.rawValue) keys" } ?? "uniform keys, or the mix's" }

  /// On few cores more connections only compete: calls beyond it wait in the store's queue, which is cheaper.
  private static let mostConnectionsByDefault = 8

  var text: String {
    "closed, \(concurrency) calls under way over \(targetOptions.connections) connections, \(dispatch.defaultValueDescription), "
      + keysText
  }

  func validate() throws {
    try Check.size(concurrency, "--concurrency", 1...4_096)
    if let connections { try Check.size(connections, "--connections", 1...512) }
  }
}

/// What is said about `--dispatch`.
enum DispatchText {
  static let help: String =
    "direct: one call, one exchange. batched: calls that wait share one, as they do by default in a service."
}

/// What is printed.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write the result as JSON to a file, or to standard output with '-'.", valueName: "file|-"))
  var json: String?

  @Flag(help: "No plan and no progress.")
  var quiet = false

  @Flag(help: "Print the plan and do nothing.")
  var dryRun = false

  /// Whether standard output is for people.
  var printsTable: Bool { json != "-" }
}

/// Which workloads.
struct WorkloadOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Names separated by commas, or 'all'; see 'dbbench workloads'.", valueName: "a,b|all"))
  var workload: String?

  @Option(
    help: ArgumentHelp(
      "A blend of workloads: a name that 'dbbench workloads' lists, or a file like those it shows.",
      valueName: "name|file"))
  var mix: String?

  /// The mix, where one was asked for.
  var chosenMix: Mix? {
    get throws { try mix.map { try MixLibrary.find($0) } }
  }

  /// - Parameter keys: What the user asked for.
  func entries(default names: [String], keys: KeyDistribution?) throws -> [WorkloadEntry] {
    guard let mix = try chosenMix else {
      return try WorkloadRegistry.select(workload.map(Lists.split) ?? names)
    }
    return [mix.entry(keys: keys)]
  }

  func validate() throws {
    if mix != nil, workload != nil { throw ValidationError("give --workload or --mix, not both.") }
  }
}

enum Lists {
  /// The parts between commas, without spaces around them and without empty ones.
  static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
  }

  /// The two backends that `--backends` names.
  static func pair(_ text: String) throws -> [KnownTarget] {
    let names = split(text)
    guard names.count == 2 else {
      throw BenchmarkFailure(
        .usage, "--backends takes two names separated by a comma, for example postgres,mongo.")
    }
    return try names.map(Targets.named)
  }
}

enum Check {
  static func size(_ value: Int, _ option: String, _ range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ValidationError(
        "\(option) must be from \(range.lowerBound) to \(Quantity.count(range.upperBound)), not \(value).")
    }
  }
}

extension DispatchMode: ExpressibleByArgument {}
extension KeyDistribution: ExpressibleByArgument {}
