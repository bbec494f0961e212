import ArgumentParser
import BenchmarkKit
import InstructorStore

struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Generates and bulk-loads a catalog, with progress.",
    discussion: """
      Loads the catalog that --seed decides, indexes included, and tells how long each phase of it took, how much memory this \
      program needed and how large it is on disk. Then it looks whether all is there: the counts, records of every kind as generated, and ratings \
      equal to a recount of their reviews. What was loaded is removed again unless --keep is given with a server of your own.

      Examples:
        dbbench load --instructors 1000000 --courses 1000000
        dbbench load --reviewers 200000 --reviews 2000000
        dbbench load --backend mongo --instructors 10000
        dbbench load --backend postgres --postgres postgres://me@localhost/test --keep
        dbbench load --postgres postgres://me@localhost/test --mongo 'mongodb://localhost/?replicaSet=rs0' --keep --resume
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: CatalogOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  @Option(
    help: ArgumentHelp(
      "postgres, postgres-jsonb, mongo or memory. Default: postgres and mongo, one after the other.",
      valueName: "name"))
  var backend: String?

  @Option(help: ArgumentHelp("Connections to load over.", valueName: "n"))
  var connections = 4

  @Flag(
    help: ArgumentHelp(
      "Let an interrupted load stay, and go on with it when the same command is given again.",
      discussion: "Needs --keep and servers of your own. Until it is finished nobody can read what is there.")
  )
  var resume = false

  func validate() throws {
    try Check.size(connections, "--connections", 1...512)
    let names = Lists.split(backend ?? "postgres,mongo")
    guard !resume || (servers.keep && names.allSatisfy { servers.url(for: $0) != nil }) else {
      throw ValidationError("--resume needs --keep and a server of yours for every backend that is loaded.")
    }
  }

  func run() async throws {
    let targets = try Lists.split(backend ?? "postgres,mongo").map(Targets.named)
    let request = SessionRequest(
      targets: targets, servers: servers, connections: targets.map { _ in connections })
    let catalog = try data.catalog()
    if !output.quiet || output.dryRun {
      var plan = Plan("dbbench load", request, catalog)
      plan.add(estimatedSeconds: Plan.loadSeconds(request, catalog.records))
      plan.print()
    }
    if output.dryRun { return }
    try JSONOutput.check(output.json)
    let line = ProgressLine()
    let progress = line.sink(isQuiet: output.quiet)
    let loader = Loader(
      catalog: catalog, options: TargetOptions(connections: connections), progress: progress,
      resumes: resume)
    let reports = Collected<LoadReport>()
    let outcome: Result<Void, any Error>
    do {
      try await Session.with(request, progress) { session in
        for place in session.places {
          reports.add(try await loader.loadAndCheck(place.target))
        }
      }
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    line.finish()
    if resume, case .failure(let error) = outcome, (error as? BenchmarkFailure)?.status != .usage {
      Output.note("give the same command again to go on")
    }
    if !reports.all.isEmpty {
      if output.printsTable {
        Output.print(table: Tables.load(reports.all))
        for table in [Tables.phases(reports.all), Tables.sizes(reports.all)] where !table.isEmpty {
          Output.print([""])
          Output.print(table: table)
        }
        Output.print(Tables.checks(reports.all))
      }
      try JSONOutput.write(each: reports.all, to: output.json)
    }
    try outcome.get()
  }
}
