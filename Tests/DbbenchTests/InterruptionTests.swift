import Foundation
import Testing

/// What ends a comparison in the middle: it says so in a line, leaves a clean machine and a valid partial report, and can be
/// gone on with.
@Suite(.serialized) struct InterruptionTests {
  enum Interruption: CaseIterable {
    case ctrlC, terminated, killed, postgresKilled, mongoKilled

    var status: Int32 {
      switch self {
      case .ctrlC: 130
      case .terminated: 143
      case .killed: SIGKILL
      case .postgresKilled, .mongoKilled: 69
      }
    }

    /// Part of the one line that says what happened; a program that was killed says nothing.
    var message: String? {
      switch self {
      case .ctrlC: "interrupted (Ctrl-C)"
      case .terminated: "terminated (SIGTERM)"
      case .killed: nil
      case .postgresKilled: "the throwaway postgres server died"
      case .mongoKilled: "the throwaway mongod server died"
      }
    }

    /// As the summary calls it.
    var summaryStatus: String {
      switch self {
      case .ctrlC, .terminated: "interrupted"
      case .killed: "cut off"
      case .postgresKilled, .mongoKilled: "failed"
      }
    }

    /// An open loop of some seconds that follows; once is enough.
    var offered: [String] { self == .ctrlC ? ["--rate", "200", "--duration", "0.25"] : [] }

    func strike(_ program: pid_t, _ servers: String) throws {
      switch self {
      case .ctrlC: kill(program, SIGINT)
      case .terminated: kill(program, SIGTERM)
      case .killed: kill(program, SIGKILL)
      case .postgresKilled: kill(try Self.server("postgres", in: servers), SIGKILL)
      case .mongoKilled: kill(try Self.server("mongo", in: servers), SIGKILL)
      }
    }

    static func server(_ name: String, in folder: String) throws -> pid_t {
      let text = try String(contentsOfFile: "\(folder)/\(name)/pid", encoding: .utf8)
      return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
  }

  private static let rounds = 3
  private static let small = [
    "--instructors", "1000", "--courses", "1000", "--reviewers", "300", "--reviews", "2000",
  ]
  private static let mix = """
    name: mine
    keys: zipfian
    operations:
      instructor-get: 3
      instructor-update: 1
    """

  @Test(arguments: Interruption.allCases)
  func anInterruptedComparisonIsCleanAndCanBeResumed(interruption: Interruption) async throws {
    let folder = Tool.workingDirectory + "/interrupted-\(UUID().uuidString)"
    // The mix is the user's own file, and gone when the run goes on.
    let mixFile = folder + ".yaml"
    try Self.mix.write(toFile: mixFile, atomically: true, encoding: .utf8)
    var sharedMemory: [String] = []
    let output = try await Tool.run(
      [
        "compare", "--provisional", "--blocks", "\(Self.rounds)", "--segment", "0.3", "--mix", mixFile,
        "--output", folder,
      ] + interruption.offered + Self.small, at: "round 1 of \(Self.rounds) done"
    ) { program, progress in
      let servers = try #require(Tool.serverFolder(in: progress))
      sharedMemory = try Self.sharedMemory(program, Interruption.server("postgres", in: servers))
      try interruption.strike(program, servers)
    }
    try FileManager.default.removeItem(atPath: mixFile)

    #expect(output.status == interruption.status, "\(output)")
    if let message = interruption.message {
      #expect(output.errorLines.count == 1 && output.errorLines[0].contains(message), "\(output)")
      #expect(output.standardOutput.contains("PARTIAL"), "\(output)")
      #expect(output.standardOutput.contains("report: \(folder)/report.html"), "\(output)")
      #expect(output.standardError.contains("dbbench compare --resume \(folder)"), "\(output)")
    }
    try await expectNothingLeft(output, sharedMemory)
    try await expectReport(in: folder, status: interruption.summaryStatus, rounds: 1)

    let resumed = try await Tool.run(["compare", "--resume", folder])
    #expect(resumed.status == 0, "\(resumed)")
    #expect(!resumed.standardOutput.contains("PARTIAL"), "\(resumed)")
    #expect(
      !resumed.standardError.contains("round 1 of \(Self.rounds) done"), "what is there is not measured again"
    )
    try await expectNothingLeft(resumed, [])
    let summary = try await expectReport(in: folder, status: "complete", rounds: Self.rounds)
    let loads = summary["openLoop"] as? [[String: Any]] ?? []
    #expect(loads.map { $0["blocks"] as? Int } == (interruption.offered.isEmpty ? [] : [Self.rounds]))
    for arm in loads.first?["arms"] as? [[String: Any]] ?? [] {
      #expect(arm["failed"] as? Int == 0 && arm["scheduled"] as? Int ?? 0 > 100, "\(arm)")
      let latency = try #require(arm["latency"] as? [String: [String: Any]])
      let means = ["lag", "queue", "service"].map { latency[$0]?["mean"] as? Double ?? -1 }
      let response = try #require(latency["response"]?["mean"] as? Double)
      #expect(abs(means.reduce(0, +) - response) < 0.01 * response, "\(latency)")
      #expect(try #require(latency["delivery"]?["p50"] as? Int) > 0)
    }
  }

  /// Before there is anything to report: while the servers start, while they are loaded, while their answers are compared.
  @Test(arguments: ["starting ", "MongoDB: loading", "MongoDB: durability"])
  func aSignalBeforeTheMeasurementLeavesNothing(marker: String) async throws {
    // Of this run alone, so that whatever it leaves shows, by any name.
    let temporary = "/tmp/dbt-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    let output = try await Tool.run(
      ["compare", "--provisional", "--output", temporary + "-results"] + Self.small,
      environment: ["TMPDIR": temporary], at: marker, signal: SIGINT)
    defer { try? FileManager.default.removeItem(atPath: temporary + "-results") }
    #expect(output.status == 130, "\(output)")
    #expect(
      output.errorLines.count == 1 && output.errorLines[0].contains("interrupted (Ctrl-C)"), "\(output)")
    #expect(output.standardOutput.isEmpty, "\(output)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: temporary) == [])
    #expect(Tool.processes(naming: temporary + "/") == [])
    let results = temporary + "-results"
    // A machine that is slow to deliver the signal may have begun to load by then: that run can be gone on with.
    guard FileManager.default.contents(atPath: results + "/results.jsonl")?.isEmpty == true else { return }
    // Nothing was written that the next run would have to be kept from.
    let resumed = try await Tool.run(["compare", "--resume", results])
    #expect(
      resumed.status == 66 && resumed.errorLines.first?.contains("start it again") == true, "\(resumed)")
    let again = try await Tool.run(
      [
        "compare", "--provisional", "--backends", "memory,memory", "--blocks", "1", "--segment", "0.05",
        "--workload", "instructor-get", "--output", results,
      ] + Self.small)
    #expect(again.status == 0, "\(again)")
  }

  /// The report made anew from the raw blocks is what is expected, and what was written at the end if anything was.
  @discardableResult
  private func expectReport(in folder: String, status: String, rounds: Int) async throws -> [String: Any] {
    let path = folder + "/summary.json"
    let written = FileManager.default.contents(atPath: path)
    let recomputed = try await Tool.run(["report", folder, "--recompute", "--format", "json"])
    #expect(recomputed.status == 0, "\(recomputed)")
    let summary = try #require(
      try JSONSerialization.jsonObject(with: Data(recomputed.standardOutput.utf8)) as? [String: Any])
    #expect(summary["status"] as? String == status)
    let workloads = try #require(summary["workloads"] as? [[String: Any]])
    #expect(workloads.map { $0["workload"] as? String } == ["mine"])
    // The second round may have come as far as its block.
    let blocks = try #require(workloads.first?["blocks"] as? Int)
    #expect(blocks == rounds || (status != "complete" && blocks == rounds + 1))
    let page = try #require(FileManager.default.contents(atPath: folder + "/report.html"))
    #expect(String(decoding: page, as: UTF8.self).contains("mine"))
    if let written, status != "cut off" {
      #expect(String(decoding: written, as: UTF8.self) == recomputed.standardOutput)
    }
    return summary
  }

  /// Awaits what a program that was killed could not do itself: the servers' guardian does it.
  private func expectNothingLeft(_ output: Tool.Output, _ sharedMemory: [String]) async throws {
    let folder = try #require(output.serverFolder, "\(output)")
    func left() -> [String] {
      (sharedMemory + [folder]).filter { FileManager.default.fileExists(atPath: $0) }
        + Tool.processes(naming: folder)
    }
    if output.status == SIGKILL {
      for _ in 0..<150 where !left().isEmpty { try await Task.sleep(for: .milliseconds(100)) }
    }
    #expect(left() == [])
  }

  /// Files in shared memory that the program and the PostgreSQL server have open, or would have by their names.
  private static func sharedMemory(_ program: pid_t, _ postgres: pid_t) throws -> [String] {
    let maps = try String(contentsOfFile: "/proc/\(postgres)/maps", encoding: .utf8)
    let open = maps.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
      .filter { $0.hasPrefix("/dev/shm/") }
    return Set(open).sorted() + ["/dev/shm/mongoc-\(program)"]
  }
}
