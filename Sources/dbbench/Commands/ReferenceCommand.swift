import ArgumentParser
import BenchmarkKit
import InstructorStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct ReferenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Compares the library with pgbench and with plain C loops, on the same servers and data.",
    discussion: """
      Loads a catalog, then lets the library and other clients do the same work in turn: the library's own statements in \
      pgbench, one command per call in C loops over libpq and libmongoc, \\copy and insert_many for whole loads. The loops \
      are part of this program. Every round runs all of them; the ratio is that of the medians.

      Exit status 3: some measure is below its bar. A program built for debugging misses most of them.

      Measures: \(ReferenceMeasure.all.map(\.name).joined(separator: ", ")).

      Examples:
        dbbench reference --measure postgres-get,mongo-get
        dbbench reference --measure load --instructors 100000
        dbbench reference --rounds 9 --json -
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  @Option(
    help: ArgumentHelp(
      "How many instructors to load, and as many courses (for review-create as many reviewers, and a tenth as many reviews).",
      valueName: "n"))
  var instructors = 1_000_000

  @Option(help: ArgumentHelp("Decides the data and the library's operations.", valueName: "n"))
  var seed: UInt64 = 42

  @Option(help: ArgumentHelp("How often everything is measured.", valueName: "n"))
  var rounds = 5

  @Option(help: ArgumentHelp("Of each timed segment; pgbench takes whole seconds.", valueName: "seconds"))
  var seconds = 2.0

  @Option(
    help: ArgumentHelp(
      "Measures, backends (postgres, mongo) or operations (get, load, …), separated by commas. Default: all.",
      valueName: "a,b"))
  var measure: String?

  @Option(
    help: ArgumentHelp(
      """
      Cache of each throwaway server, in MiB. Default: a fifth of this machine's memory, at least 1024 and at most 4096, so that \
      the data is in memory with all that the writes change: with less, how soon mongod has to write changed pages decides the \
      figures of its writes, on either side.
      """, valueName: "MiB"))
  var serverCache: Int?

  private static var defaultServerCache: Int {
    min(max(1_024, Int(ProcessInfo.processInfo.physicalMemory >> 20) / 5), 4_096)
  }

  /// Of the widest measure, with those of the other side beside it.
  private static let mostConnections = 90

  func validate() throws {
    try Check.size(instructors, "--instructors", 1_000...CatalogOptions.most)
    try Check.size(rounds, "--rounds", 1...1_000)
    if let serverCache { try Check.size(serverCache, "--server-cache", 256...1_048_576) }
    guard seconds >= 0.1, seconds <= 600 else {
      throw ValidationError("--seconds must be from 0.1 to 600, not \(seconds).")
    }
  }

  func run() async throws {
    let measures = try ReferenceMeasure.select(measure.map(Lists.split) ?? [])
    let targets = try Targets.all.filter { known in measures.contains { $0.backend == known.name } }
      .map { try Targets.named($0.name) }
    let request = SessionRequest(
      targets: targets, servers: servers, needsScratch: measures.contains(where: \.isTime),
      connections: targets.map { _ in Self.mostConnections }, isSimultaneous: true,
      serverCache: serverCache ?? Self.defaultServerCache)
    // Reviewers, and ratings to be changed, where reviews are written; they cost time to load.
    let hasReviews = measures.contains { $0.operation == .reviewCreate }
    let catalog = try BenchmarkCatalog(
      seed: seed, instructors: instructors, courses: instructors, reviewers: hasReviews ? instructors : 0,
      reviews: hasReviews ? instructors / 10 : 0)
    if !output.quiet || output.dryRun { describe(request, measures, catalog) }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    let progress = line.sink(isQuiet: output.quiet)
    let rows = Collected<ReferenceRow>()
    let environments = Collected<(String, [String: String])>()
    let outcome: Result<Void, any Error>
    do {
      try await Session.with(request, progress) { session in
        var places: [String: ReferencePlace] = [:]
        do {
          for place in session.places {
            let loader = Loader(catalog: catalog, options: TargetOptions(connections: 4), progress: progress)
            let (arm, _) = try await loader.load(place.target)
            environments.add((arm.name, arm.environment))
            places[arm.name] = ReferencePlace(
              arm: arm, side: try await side(place, arm, catalog, session.temporaryFolder),
              scratch: place.scratch.map { ($0, place.schema + PlacedTarget.scratchSuffix) })
          }
          let run = ReferenceRun(
            catalog: catalog, seed: seed, rounds: rounds, seconds: seconds, progress: progress)
          try await run.run(measures, on: places) { $0.forEach(rows.add) }
        } catch {
          for place in places.values { await place.arm.store.close() }
          throw error
        }
        for place in places.values { await place.arm.store.close() }
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    line.finish()
    let result = ReferenceResult(
      rows: rows.all, instructors: instructors, courses: instructors, seed: seed, segmentSeconds: seconds,
      environments: Dictionary(environments.all) { first, _ in first })
    if !result.rows.isEmpty {
      if output.printsTable {
        Output.print(table: Tables.reference(result.rows))
        Output.print("Medians over \(rounds) rounds; \(ReferenceResult.method).")
      }
      try JSONOutput.write(result, to: output.json)
    }
    try outcome.get()
    guard result.missed.isEmpty else {
      throw BenchmarkFailure(
        .assertionMissed,
        "below the bar: "
          + result.missed.map { "\($0.measure.name) (\($0.best.text))" }.joined(separator: "; "),
        advice: "Build with -c release and give it a machine to itself before you look further.")
    }
  }

  private func side(_ place: PlacedTarget, _ arm: Arm, _ catalog: BenchmarkCatalog, _ folder: String)
    async throws -> any ReferenceSide
  {
    arm.name == "mongo"
      ? MongoReference(url: place.url, database: place.schema, catalog: catalog, folder: folder)
      : try await PostgresReference(
        url: place.url, schema: place.schema, environment: arm.environment, catalog: catalog, folder: folder)
  }

  private func describe(
    _ request: SessionRequest, _ measures: [ReferenceMeasure], _ catalog: BenchmarkCatalog
  ) {
    var text = Plan("dbbench reference: \(measures.map(\.name).joined(separator: ", "))", request, catalog)
    if request.targets.contains(where: { servers.url(for: $0.name) == nil }), let cache = request.serverCache
    {
      text.add("cache", "\(cache) MiB for each throwaway server")
    }
    text.add("rounds", "\(rounds) of \(Quantity.significant(seconds)) s for each program of each measure")
    let loads = Double(measures.count(where: \.isTime) * 2 * rounds)
    let segments = measures.filter { !$0.isTime }.reduce(0) { sum, measure in
      sum + 1 + measure.references.reduce(0) { $0 + $1.programs.count }
    }
    text.add(
      estimatedSeconds: Plan.loadSeconds(request, catalog.records) + Plan.loadSeconds(request, instructors)
        * loads / 2
        + Double(segments * (rounds + 1)) * (seconds + 0.5))
    text.print()
  }
}
