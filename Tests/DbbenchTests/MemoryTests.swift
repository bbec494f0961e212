import Foundation
import TestSupport
import Testing

/// The commands end to end on the in-memory backend, which needs no server.
@Suite struct MemoryTests {
  private static let small = [
    "--instructors", "500", "--courses", "500", "--reviewers", "200", "--reviews", "3000",
  ]

  @Test func aRunIsOneJSONObjectOnStandardOutput() async throws {
    let output = try await Tool.run(
      ["run", "--backend", "memory", "--operations", "2000", "--json", "-"] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "backend", "workload", "dispatch", "durability", "concurrency", "connections", "seed", "operations",
        "errors",
        "elapsedSeconds", "throughputPerSecond", "latency", "traceHash", "recount", "runner", "environment",
      ])
    #expect(object["operations"] as? Int == 2_000)
    #expect(object["runner"] is NSNull, "it is what was measured")
    let latency = try #require(object["latency"] as? [String: Any])
    #expect(Set(latency.keys) == ["response", "queue", "service", "lag", "delivery"])
    let response = try #require(latency["response"] as? [String: Any])
    #expect(response["p50"] as? Int != nil)
    #expect(response["p99"] is NSNull, "2,000 operations don't support p99")
  }

  @Test func severalResultsAreJSONLines() async throws {
    let output = try await Tool.run(
      ["run", "--backend", "memory", "--operations", "300", "--workload", "all", "--json", "-", "--quiet"]
        + Self.small)
    let lines = output.standardOutput.split(separator: "\n")
    #expect(lines.count == 17)
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    #expect(output.standardError.isEmpty, "\(output.standardError)")
  }

  @Test func theTraceHashIsTheSameForAnyConcurrency() async throws {
    var hashes: Set<String> = []
    for concurrency in ["1", "7", "32"] {
      let output = try await Tool.run(
        [
          "run", "--backend", "memory", "--operations", "5000", "--concurrency", concurrency, "--json", "-",
          "--workload", "instructor-update",
        ] + Self.small)
      let object = try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any]
      hashes.insert(try #require(object?["traceHash"] as? String))
    }
    #expect(hashes.count == 1)
  }

  @Test func aComparisonOfTheSameBackendEndsWell() async throws {
    let output = try await Tool.run(
      Tool.compare + [
        "--backends", "memory,memory", "--provisional", "--blocks", "1", "--json", "-",
        "--workload",
        "instructor-get,instructor-update,review-create,bulk-load",
      ] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    #expect(object["status"] as? String == "complete")
    let workloads = try #require(object["workloads"] as? [[String: Any]])
    #expect(workloads.count == 3)
    for workload in workloads {
      let arms = try #require(workload["arms"] as? [[String: Any]])
      #expect(arms.count == 2)
      #expect(arms[0]["traceHash"] as? String == arms[1]["traceHash"] as? String)
      for arm in arms {
        let counts = ["scheduled", "succeeded", "failed", "dropped"].map { arm[$0] as? Int ?? -1 }
        #expect(counts[0] == counts[1] + counts[2] + counts[3])
        #expect(counts[2] == 0)
      }
    }
    #expect(object["bulkLoad"] is [String: Any])
    let last = try #require(output.standardError.split(separator: "\n").last)
    #expect(last.hasPrefix("report: "), "\(last)")
  }

  /// One workload, the fewest blocks that can decide it.
  @Test func aRunThatIsInterruptedIsResumedAndCanBeRenderedAgain() async throws {
    let folder = Tool.workingDirectory + "/resumed-\(UUID().uuidString)"
    let compare =
      Tool.compare + [
        "--backends", "memory,memory", "--workload", "instructor-get", "--blocks", "8",
        "--accept-busy",
        "--output", folder,
      ] + Self.small
    let interrupted = try await Tool.run(compare, at: "round 1 of 8 done", signal: SIGINT)
    #expect(interrupted.status == 130, "\(interrupted)")
    #expect(interrupted.standardOutput.contains("PARTIAL"))
    #expect(interrupted.standardOutput.contains("no verdict yet"))
    #expect(try await Tool.run(compare).status == 66, "results are not overwritten")

    let resumed = try await Tool.run(["compare", "--resume", folder])
    #expect(resumed.status == 0, "\(resumed)")
    #expect(!resumed.standardOutput.contains("PARTIAL"))
    #expect(!resumed.standardError.contains("round 1 of 8 done"), "what is there is not measured again")
    let lastLine = try #require(resumed.standardOutput.split(separator: "\n").last)
    #expect(lastLine == "report: \(folder)/report.html")
    let report = try #require(FileManager.default.contents(atPath: "\(folder)/report.md"))
    #expect(String(decoding: report, as: UTF8.self).contains("## Verdicts"))

    let before = try await Tool.run(["report", folder, "--format", "json"])
    let again = try await Tool.run(["report", folder, "--recompute", "--format", "json"])
    #expect(before.status == 0 && again.status == 0, "\(again)")
    #expect(before.standardOutput == again.standardOutput, "the raw blocks give the same")
    let csv = try await Tool.run(["report", folder, "--format", "csv"])
    #expect(csv.standardOutput.hasPrefix("workload,arm,"))
    for (format, file) in [("html", "report.html"), ("markdown", "report.md"), ("md", "report.md")] {
      let rendered = try await Tool.run(["report", folder, "--format", format])
      let written = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      #expect(rendered.status == 0, "\(rendered.standardError)")
      #expect(rendered.standardOutput == written, "\(format)")
    }

    let done = try await Tool.run(["compare", "--resume", folder])
    #expect(done.status == 0 && done.standardError.contains("nothing to go on with"), "\(done)")
    let missed = try await Tool.run([
      "compare", "--resume", folder, "--assert", "ratio.instructor-get.throughput.lower>100",
    ])
    #expect(missed.status == 3, "\(missed)")
    #expect(missed.errorLines.count == 1)
    for (bound, status) in [("100", 3), ("0", 0)] as [(String, Int32)] {
      let report = try await Tool.run([
        "report", folder, "--assert", "ratio.instructor-get.throughput.estimate>\(bound)",
      ])
      #expect(report.status == status, "\(report)")
      #expect(report.standardOutput.contains("instructor-get"))
    }
  }

  /// A thread of this test is what else is running.
  @Test func aRunThatWasVoidIsTakenAfterwards() async throws {
    let isOver = Flag()
    let busy = Thread { while !isOver.isRaised {} }
    busy.start()
    defer { isOver.raise() }
    let folder = Tool.workingDirectory + "/void-\(UUID().uuidString)"
    let void = try await Tool.run(
      [
        "compare", "--segment", "0.05", "--backends", "memory,memory", "--workload", "instructor-get",
        "--blocks",
        "8", "--output", folder,
      ] + Self.small)
    isOver.raise()
    #expect(void.status == 5, "\(void)")
    #expect(void.standardOutput.contains("VOID: machine too busy"))
    #expect(try await Tool.run(["compare", "--resume", folder]).status == 5)

    let taken = try await Tool.run(["compare", "--resume", folder, "--accept-busy"])
    #expect(taken.status == 0, "\(taken)")
    #expect(!taken.standardOutput.contains("VOID"))
    #expect(taken.standardOutput.contains("Something else was running"))
    let report = try String(contentsOfFile: "\(folder)/report.md", encoding: .utf8)
    #expect(!report.contains("VOID"))
    // What was accepted stays so.
    #expect(try await Tool.run(["compare", "--resume", folder]).status == 0)
    let again = try await Tool.run(["report", folder, "--recompute"])
    #expect(again.status == 0 && !again.standardOutput.contains("VOID"), "\(again)")
  }

  @Test func aRunCanBeAssertedOn() async throws {
    let run = ["run", "--backend", "memory", "--operations", "300"] + Self.small
    let fine = try await Tool.run(run + ["--assert", "memory.instructor-get.throughput.mean>1"])
    #expect(fine.status == 0, "\(fine)")
    let missed = try await Tool.run(run + ["--assert", "memory.instructor-get.errors.count>5"])
    #expect(missed.status == 3 && missed.errorLines.count == 1, "\(missed)")
    #expect(missed.standardOutput.contains("instructor-get"), "what was measured is shown all the same")
  }

  @Test func theTableIsPlainTextWhereItIsPiped() async throws {
    let output = try await Tool.run(
      ["run", "--backend", "memory", "--operations", "300"] + Self.small)
    #expect(output.standardOutput.hasPrefix("workload "))
    #expect(!(output.standardOutput + output.standardError).contains("\u{1B}"))
  }

  @Test func loadAndVerifyEndWell() async throws {
    let load = try await Tool.run(["load", "--backend", "memory"] + Self.small)
    #expect(load.status == 0, "\(load)")
    #expect(load.standardOutput.contains("rows/s"))
    let lines = load.standardOutput.split(separator: "\n")
    for phase in ["instructors", "reviewers", "reviews", "ratings", "then checking"] {
      #expect(lines.contains { $0.hasPrefix("\(phase) ") }, "\(phase): \(load)")
    }
    let verify = try await Tool.run(["verify", "--backends", "memory,memory", "--steps", "100"] + Self.small)
    #expect(verify.status == 0, "\(verify)")
    #expect(verify.standardOutput.contains("every answer is the same"))
  }

  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func aSignalPrintsWhatIsThereAndEnds(signal: Int32, status: Int32) async throws {
    let output = try await Tool.run(
      Tool.compare + [
        "--backends", "memory,memory", "--blocks", "1000", "--workload", "instructor-get",
        "--accept-busy",
      ] + Self.small, at: "round 1 of 1000 done", signal: signal)
    #expect(output.status == status, "\(output)")
    #expect(output.standardOutput.contains("instructor-get"))
    #expect(output.standardOutput.contains("PARTIAL"))
    #expect(output.errorLines.count == 1)
  }

  @Test func aMixEndsWithARecount() async throws {
    let output = try await Tool.run(
      ["run", "--backend", "memory", "--mix", "review-storm", "--concurrency", "64", "--duration", "1"]
        + Self.small)
    #expect(output.status == 0, "\(output)")
    #expect(output.standardOutput.contains("review-storm on Memory: every one of"), "\(output)")
    #expect(output.standardOutput.contains("equals a recount of"), "\(output)")
  }

  @Test func reviewsAreComparedToo() async throws {
    let output = try await Tool.run(
      Tool.compare + [
        "--backends", "memory,memory", "--provisional", "--accept-busy", "--blocks", "1",
        "--workload",
        "review-create,review-search",
      ]
        + Self.small)
    #expect(output.status == 0, "\(output)")
    #expect(output.standardOutput.contains("review-search"))
  }

  @Test func aLoadIsComparedWithWhatWasGenerated() async throws {
    let output = try await Tool.run(["load", "--backend", "memory"] + Self.small)
    #expect(output.status == 0, "\(output)")
    #expect(output.standardOutput.contains("Memory: as generated: 500 instructors"), "\(output)")
    #expect(output.standardOutput.contains("500 ratings add up"), "\(output)")
  }
}
