import ArgumentParser
import BenchmarkKit
import InstructorStore

/// Hidden: for those who work on the backends.
struct AllocationsCommand: AsyncParsableCommand {
  static let name = "allocations"
  static let nullBackend = "null"

  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Counts what calls allocate on the heap; needs Linux with glibc.",
    discussion: """
      Makes --calls calls of each workload under a library that counts malloc and its kin in this program (a build of the \
      whole package makes it), and twice as many; shows what the difference comes to per call. The backend 'null' \
      does nothing: what the loops themselves allocate.

      Examples:
        dbbench allocations
        dbbench allocations --backend postgres,mongo --instructors 20000 --concurrency 1
        dbbench allocations --backend postgres,mongo --instructors 20000 --concurrency 64 --dispatch batched
      """,
    shouldDisplay: false)

  @OptionGroup(title: "Servers") var servers: ServerOptions
  @OptionGroup(title: "Data") var data: CatalogOptions
  @OptionGroup(title: "Load") var loop: LoopOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var workloads: WorkloadOptions

  @Option(help: ArgumentHelp("Backends separated by commas, or 'null'.", valueName: "name"))
  var backend = AllocationsCommand.nullBackend

  @Option(help: ArgumentHelp("Calls that the mean is of.", valueName: "n"))
  var calls = AllocationRun.defaultCalls

  func validate() throws {
    try Check.size(calls, "--calls", 1_000...10_000_000)
  }

  func run() async throws {
    guard let counter = AllocationCounter.current else { throw CountedProgram.problem }
    let run = AllocationRun(counter, calls: calls)
    if backend == Self.nullBackend {
      try JSONOutput.check(output.json)
      let counts = try await run.nullBackend(concurrency: loop.concurrency)
      if output.printsTable { Output.print(table: Tables.allocations(counts)) }
      return try JSONOutput.write(each: counts, to: output.json)
    }
    let targets = try Lists.split(backend).map(Targets.named)
    let entries = try workloads.entries(default: ["instructor-get"], keys: loop.keys).filter {
      $0.kind != .load
    }
    let settings = RunSettings(
      catalog: try data.catalog(), keys: loop.keys ?? .uniform, seed: data.seed,
      concurrency: loop.concurrency, options: loop.targetOptions)
    let request = SessionRequest(
      targets: targets, servers: servers, connections: targets.map { _ in loop.targetOptions.connections },
      isTimed: false)
    let measurement = Measurement<AllocationCount>(
      request: request, output: output, table: Tables.allocations, footer: { _ in [] })
    try await measurement.run { session, progress, each in
      for place in session.places {
        try await run.run(
          settings.prepared(entries), settings, on: place.target, progress: progress, each: each)
      }
    }
  }
}
