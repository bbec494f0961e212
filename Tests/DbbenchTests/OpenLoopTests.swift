import Foundation
import TestSupport
import Testing

/// Loads that are offered, capacities, soaks and the doctor, as a user runs them.
@Suite struct OpenLoopTests {
  private static let small = [
    "--instructors", "500", "--courses", "500", "--reviewers", "200", "--reviews", "3000",
  ]

  private static func object(_ output: Tool.Output) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
  }

  @Test func anOfferedLoadIsOneJSONObjectWhoseLedgerBalances() async throws {
    let output = try await Tool.run(
      [
        "run", "--backend", "memory", "--rate", "500", "--arrivals", "constant", "--duration", "1", "--json",
        "-",
      ] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try Self.object(output)
    #expect(object["loop"] as? String == "open")
    #expect(object["scheduled"] as? Int == 500)
    let parts = ["succeeded", "errors", "dropped"].map { object[$0] as? Int ?? -1 }
    #expect(parts.reduce(0, +) == 500)
    let latency = try #require(object["latency"] as? [String: Any])
    #expect(Set(latency.keys) == ["response", "lag", "queue", "service", "delivery"])
    let response = try #require(latency["response"] as? [String: Any])
    #expect(response["p95"] as? Int != nil)
    #expect(response["p99"] is NSNull, "500 operations don't support p99")
  }

  @Test func realServersAnswerAnOfferedLoadAndTheStampsAddUp() async throws {
    let output = try await Tool.run(
      ["run", "--rate", "300", "--duration", "2", "--workload", "instructor-update", "--json", "-"]
        + Self.small)
    #expect(output.status == 0, "\(output)")
    let lines = output.standardOutput.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["errors"] as? Int == 0)
      let latency = try #require(object["latency"] as? [String: [String: Any]])
      let means = ["lag", "queue", "service"].map { latency[$0]?["mean"] as? Double ?? -1 }
      let response = try #require(latency["response"]?["mean"] as? Double)
      #expect(abs(means.reduce(0, +) - response) < 0.01 * response, "\(latency)")
      // The driver's own stamps are there: an answer has some way to go to its caller.
      #expect(try #require(latency["delivery"]?["p50"] as? Int) > 0)
    }
  }

  /// Neither is left out silently.
  @Test func bothModesOfDispatchAreMeasured() async throws {
    for kind in [["--rate", "200", "--duration", "0.5"], ["--soak", "--duration", "0.5"]] {
      let output = try await Tool.run(
        ["run", "--backend", "memory", "--dispatch", "direct,batched", "--json", "-"] + kind + Self.small)
      #expect(output.status == 0, "\(output)")
      let modes = try output.standardOutput.split(separator: "\n").map { line in
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect((object?["traceHash"] as? String)?.utf8.count == 16, "\(line)")
        return object?["dispatch"] as? String
      }
      #expect(modes == ["direct", "batched"], "\(output)")
    }
    let capacity = try await Tool.run([
      "capacity", "--slo", "20ms", "--backends", "mongo", "--dispatch", "direct,batched", "--dry-run",
    ])
    #expect(capacity.standardError.contains("MongoDB direct and MongoDB batched"), "\(capacity)")
    let twoBackends = try await Tool.run(["capacity", "--slo", "20ms", "--dispatch", "direct,batched"])
    #expect(twoBackends.status == 64 && twoBackends.errorLines.count == 1, "\(twoBackends)")
  }

  @Test func wrongUseIsToldInOneLine() async throws {
    for (arguments, text) in [
      (["run", "--rate", "0"], "--rate"), (["run", "--arrivals", "poisson"], "need --rate"),
      (["run", "--rate", "10", "--operations", "5"], "--duration"),
      (["run", "--rate", "10", "--arrivals", "often"], "arrivals"),
      (["run", "--soak", "--operations", "5"], "--soak"), (["capacity", "--slo", "20"], "slo"),
      (["capacity", "--slo", "20ms", "--workload", "bulk-load"], "bulk-load"),
      (["doctor", "--backend", "oracle"], "oracle"),
    ] {
      let output = try await Tool.run(arguments)
      #expect(output.status == 64, "\(arguments): \(output)")
      #expect(output.errorLines.count == 1 && output.errorLines[0].contains(text), "\(arguments): \(output)")
    }
  }

  @Test func aSignalPrintsWhatAnOfferedLoadHasSoFar() async throws {
    let output = try await Tool.run(
      [
        "run", "--backend", "memory", "--rate", "500", "--duration", "600", "--workload",
        "course-team,instructor-get",
      ] + Self.small, at: "offering", signal: SIGINT)
    #expect(output.status == 130, "\(output)")
    #expect(output.standardOutput.contains("instructor-get"))
  }

  @Test func aShortSoakShowsThroughputOverTimeAndWhatCameLater() async throws {
    let output = try await Tool.run(
      [
        "run", "--soak", "--duration", "6", "--backend", "postgres", "--workload", "instructor-update",
        "--json", "-",
      ] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try Self.object(output)
    let windows = try #require(object["windows"] as? [[String: Any]])
    #expect(windows.count >= 6)
    #expect(windows.allSatisfy { ($0["operations"] as? Int ?? 0) > 0 })
    let server = try #require(object["server"] as? [String: Any])
    #expect(try #require(server["processorSeconds"] as? Double) > 0)
    // An update of a row of some 150 bytes: its log record, a page now and then, no more.
    let written = try #require(server["writtenBytes"] as? Int)
    let operations = try #require(object["operations"] as? Int)
    #expect((100..<20_000).contains(written / operations), "\(written) bytes of \(operations) operations")
    #expect(object["maintenanceDebt"] is [String: Any])
  }

  @Test func capacityIsFoundForBoth() async throws {
    let output = try await Tool.run(
      [
        "capacity", "--accept-busy", "--backends", "memory,memory", "--slo", "50ms", "--searches", "1",
        "--workload", "instructor-page", "--json", "-",
      ] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try Self.object(output)
    #expect(object["complete"] as? Bool == true)
    let arms = try #require(object["arms"] as? [[String: Any]])
    for arm in arms {
      #expect(try #require(arm["rates"] as? [Double]).count == 1)
      #expect((arm["traceHash"] as? String)?.utf8.count == 16)
    }
    #expect(arms.map { $0["arm"] as? String } == ["memory-1", "memory-2"])
    #expect(try #require(object["probes"] as? [Any]).count >= 4)
  }

  /// A debug build is bad by itself, so the status is 5; the rest depends on the machine.
  @Test func theDoctorLooksAtEverythingAndSaysWhatToDo() async throws {
    let output = try await Tool.run(["doctor", "--json", "-"])
    #expect(output.status == 5, "\(output)")
    let findings = try #require(try Self.object(output)["findings"] as? [[String: Any]])
    let names = Set(findings.compactMap { $0["name"] as? String })
    #expect(
      names.isSuperset(of: [
        "dbbench", "processors", "neighbours", "steal", "timer", "memory", "open files", "locked memory",
        "huge pages", "governor", "libpq", "libmongoc", "PostgreSQL", "MongoDB", "file system", "flush",
      ]), "\(names)")
    for finding in findings where finding["level"] as? String == "bad" {
      #expect(finding["fix"] as? String != "", "\(finding)")
    }
    #expect(output.errorLines.count == 1)
  }

  /// Real servers, stopped for two seconds: an open loop shows it and a closed one doesn't; known latencies come out.
  @Test func theMeterPassesItsTest() async throws {
    let output = try await Tool.run(
      ["doctor", "--meter", "--backend", isFullTest ? "postgres,mongo" : "postgres", "--json", "-"])
    #expect(output.status == 5, "\(output)")
    let checks = try #require(try Self.object(output)["meter"] as? [[String: Any]])
    #expect(checks.count == (isFullTest ? 11 : 10))
    for check in checks { #expect(check["passed"] as? Bool == true, "\(check)") }
  }
}
