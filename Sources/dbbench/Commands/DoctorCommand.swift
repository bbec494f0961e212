import ArgumentParser
import BenchmarkKit
import EphemeralServers
import MongoBackend
import PostgresBackend

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Looks for what would spoil a measurement on this machine.",
    discussion: """
      Looks for ten seconds at the processors and who else uses them, timers, memory, limits, the disk under the \
      servers' data, and the versions of everything, and says for each thing that is wrong how to mend it. Exit status 5 \
      if figures from this machine would mislead as it is now.

      With --meter it also holds dbbench's own meter against known truth, for about a minute: a backend that does \
      nothing (what the loops cost, and that they allocate nothing), backends with known latencies (p50 and p99 must come out within 2%), the same while \
      Swift's threads are kept busy, and throwaway servers that are stopped for two seconds, which an open loop must show.

      Examples:
        dbbench doctor
        dbbench doctor --meter
        dbbench doctor --json - | jq -r '.findings[] | select(.fix != "") | .fix'
      """)

  @OptionGroup(title: "Servers") var servers: ServerOptions

  @Option(
    help: ArgumentHelp(
      "postgres, mongo or both, separated by a comma; 'memory' for no server.", valueName: "name"))
  var backend = "postgres,mongo"

  @Flag(help: "Also test the meter itself.")
  var meter = false

  @Option(
    help: ArgumentHelp(
      "Write the result as JSON to a file, or to standard output with '-'.", valueName: "file|-"))
  var json: String?

  @Flag(help: "No progress.")
  var quiet = false

  func run() async throws {
    let targets = try Lists.split(backend).map(Targets.named)
    try JSONOutput.check(json)
    let line = ProgressLine()
    defer { line.finish() }
    let progress = line.sink(isQuiet: quiet)
    var report = DoctorReport()
    progress.update("looking at the machine")
    report.findings = try await Doctor().machine()
    report.findings += [
      Finding("libpq", PostgresClientLibrary.version), Finding("libmongoc", MongoClientLibrary.version),
    ]
    do {
      report.add(try await serverPart(targets, progress))
    } catch let error as EphemeralServersError where error.code != .cancelled {
      report.findings.append(
        Finding(
          "servers", error.description, .bad,
          fix: "run scripts/setup, or name servers with --postgres and --mongo"))
    } catch let error as BenchmarkFailure where error.status != .interrupted {
      report.findings.append(Finding("servers", error.message, .bad, fix: error.advice))
    }
    if meter {
      try await MeterSelfTest.run(progress: progress) { report.meter.append($0) }
      progress.update("meter: what the loops allocate")
      report.meter.append(try await allocations())
    }
    line.finish()
    if json != "-" { Output.print(report.lines) }
    try JSONOutput.write(report, to: json)
    try report.requireHealth()
  }

  /// In a process of its own, under the library that counts: nothing that is timed pays for it.
  private func allocations() async throws -> MeterCheck {
    do {
      return MeterSelfTest.allocations(try await CountedProgram.countNullBackend())
    } catch let error as BenchmarkFailure where error.status == .unavailable {
      return MeterSelfTest.uncounted(error.description)
    }
  }

  /// What takes servers: their versions, the disk under their data, how the meter sees one stop.
  private func serverPart(_ targets: [KnownTarget], _ progress: ProgressSink) async throws -> DoctorReport {
    let request = SessionRequest(
      targets: targets, servers: servers, connections: targets.map { _ in 4 }, isTimed: false)
    return try await Session.with(request, progress) { session in
      var report = DoctorReport()
      for place in session.places {
        let settings = try await place.target.environment()
        report.findings.append(
          Finding(
            place.target.displayName,
            "\(settings["version"] ?? settings["server_version"] ?? "unknown version"), durability \(settings[Durability.levelKey] ?? "unknown")"
          ))
      }
      if let folder = session.directory {
        progress.update("looking at the disk")
        report.findings += Doctor().disk(folder, type: session.fileSystemType)
      } else if targets.contains(where: { $0.server != nil }) {
        report.findings.append(Finding("disk", "your own servers': not visible from here", .unknown))
      }
      guard meter else { return report }
      let settings = RunSettings(
        catalog: try BenchmarkCatalog(
          seed: 1, instructors: 1_000, courses: 1_000, reviewers: 1_000, reviews: 1_000), seed: 1,
        concurrency: 4,
        options: TargetOptions(connections: 4))
      for (known, place) in zip(targets, session.places) where place.isThrowaway {
        guard let kind = known.server else { continue }
        let test = StallTest(
          settings: settings, pause: { try await session.pause(kind) }, resume: { try session.resume(kind) })
        report.meter.append(try await test.run(on: place.target, progress: progress))
      }
      return report
    }
  }
}
