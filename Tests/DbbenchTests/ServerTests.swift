import EphemeralServers
import Foundation
import Subprocess
import SystemPackage
import Testing

/// The commands on real servers: started by themselves, or a user's own.
@Suite(.serialized) struct ServerTests {
  private static let small = [
    "--instructors", "2000", "--courses", "2000", "--reviewers", "500", "--reviews", "5000",
  ]

  private struct Load: Decodable {
    struct Phase: Decodable {
      var name: String
      var seconds: Double
    }
    struct Size: Decodable {
      var name: String
      var dataBytes: Int
      var indexBytes: Int
    }
    var backend: String
    var elapsedSeconds: Double
    var phases: [Phase]
    var peakClientBytes: Int?
    var sizes: [Size]
  }

  private func expectNothingLeft(_ output: Tool.Output, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let folder = try #require(output.serverFolder, "\(output)", sourceLocation: sourceLocation)
    #expect(!FileManager.default.fileExists(atPath: folder), sourceLocation: sourceLocation)
    #expect(Tool.processes(naming: folder).isEmpty, sourceLocation: sourceLocation)
  }

  @Test func theComparisonRunsOnBothAndLeavesNothing() async throws {
    let output = try await Tool.run(
      Tool.compare + ["--provisional", "--blocks", "1", "--json", "-"] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    let workloads = try #require(object["workloads"] as? [[String: Any]])
    #expect(workloads.count == 8)
    for workload in workloads {
      for arm in try #require(workload["arms"] as? [[String: Any]]) {
        #expect(arm["failed"] as? Int == 0, "\(workload)")
        let times = try #require(arm["cpuMicrosecondsPerOperation"] as? [String: Double])
        #expect(times["client"] ?? 0 > 0, "\(times)")
      }
    }
    // The group-by with and without what PostgreSQL has and MongoDB has not.
    let reasons = try #require(object["reasons"] as? [[String: Any]])
    let labels = reasons.filter { $0["workload"] as? String == "organization-leaderboard" }.map { record in
      (record["alternatives"] as? [[String: Any]])?.map { $0["label"] as? String ?? "" }
    }
    #expect(
      labels == [
        ["as it is", "without parallel workers", "without JIT", "without either"], ["as it is"],
      ])
    // PostgreSQL's log is told apart in bytes, whole pages and the rest.
    let created = try #require(
      reasons.first { $0["workload"] as? String == "instructor-create" && $0["arm"] as? Int == 0 })
    let evidence = try #require(created["evidence"] as? [String: Any])
    let counted = try #require(evidence["perThousand"] as? [String: Any])
    #expect(
      counted["pageImageBytes"] as? Double ?? -1 >= 0 && evidence["isPageImageEstimate"] == nil, "\(evidence)"
    )
    #expect(evidence["connections"] as? Int ?? 0 > 0, "\(evidence)")
    // What the servers did outside of the segments.
    let maintenance = try #require(object["maintenance"] as? [[String: Any]])
    #expect(maintenance.count == 2)
    for own in maintenance {
      #expect(own["operations"] as? Int ?? 0 > 0, "\(own)")
      for part in ["idle", "atEnd"] {
        let used = try #require(own[part] as? [String: Any])
        #expect(used["seconds"] as? Double ?? 0 > 0 && used["processorSeconds"] != nil, "\(own)")
        #expect(used["writtenBytes"] as? Int ?? -1 >= 0, "\(own)")
      }
    }
    let fingerprint = try #require(object["fingerprint"] as? [String: Any])
    let arms = try #require(fingerprint["arms"] as? [[String: Any]])
    for arm in arms {
      let environment = try #require(arm["environment"] as? [String: String])
      #expect(environment["durability"] == "durable", "\(environment)")
    }
    try expectNothingLeft(output)
  }

  /// Both data models of PostgreSQL, in two places of one server.
  @Test func theControlIsComparedOnOneServer() async throws {
    let output = try await Tool.run(
      Tool.compare + [
        "--provisional", "--blocks", "1", "--backends", "postgres,postgres-jsonb", "--workload",
        "instructor-update", "--json", "-",
      ] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    #expect((object["workloads"] as? [[String: Any]])?.count == 1)
    // What one server does for itself can't be told apart by arm.
    #expect(object["maintenance"] == nil)
    let rows = try #require((object["fairness"] as? [String: Any])?["rows"] as? [[String: Any]])
    let row = try #require(rows.first { $0["name"] as? String == "how far the data compresses" })
    #expect((row["values"] as? [String])?.last?.contains("instructor_documents") == true, "\(row)")
    try expectNothingLeft(output)
  }

  @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount > 1, "one processor"))
  func clientAndServersStayOnTheirProcessors() async throws {
    var restarted: Set<String> = []
    let output = try await Tool.run(
      [
        "compare", "--pin", "--cold", "--provisional", "--blocks", "1", "--segment", "0.1", "--workload",
        "instructor-get", "--json", "-",
      ] + Self.small, at: "round 1 of 1 done"
    ) { _, progress in
      let folder = try #require(Tool.serverFolder(in: progress))
      for name in ["postgres", "mongo"] {
        let pid = try InterruptionTests.Interruption.server(name, in: folder)
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") })
        restarted.insert(String(line.split(separator: "\t")[1]))
      }
    }
    #expect(output.status == 0, "\(output)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    let machine = try #require((object["fingerprint"] as? [String: Any])?["machine"] as? [String: Any])
    let client = try #require(machine["pinning"] as? String)
    let rows = try #require((object["fairness"] as? [String: Any])?["rows"] as? [[String: Any]])
    let servers = try #require(
      rows.first { $0["name"] as? String == "processors of the server" }?["values"] as? [String])
    #expect(servers.count == 2 && servers[0] == servers[1], "\(servers)")
    #expect(
      output.standardError.contains("this program on \(client), the servers on \(servers[0])"), "\(output)")
    #expect(client != servers[0] && !servers[0].contains("all there are"))
    #expect(restarted == [servers[0]], "they were restarted before each segment")
    try expectNothingLeft(output)
  }

  @Test func aServersThatServeUntilCtrlCPrintTheirAddresses() async throws {
    let output = try await Tool.run(["servers"], at: "Ctrl-C stops", signal: SIGINT)
    #expect(output.status == 130, "\(output)")
    #expect(output.standardOutput.contains("postgresql://"))
    #expect(output.standardOutput.contains("mongodb://"))
    #expect(output.errorLines.isEmpty)
  }

  @Test func aKilledLoadIsGoneOnWithAndNoOther() async throws {
    try await EphemeralServers.withServers(EphemeralServerOptions(mongo: false)) { servers in
      let postgres = try #require(servers.postgres)
      let load = ["load", "--backend", "postgres", "--postgres", postgres.tcpURL, "--keep", "--resume"]
      let data = [
        "--instructors", "100000", "--courses", "100000", "--reviewers", "500", "--reviews", "5000",
      ]
      let killed = try await Tool.run(load + data, at: "PostgreSQL: loading") { pid, _ in
        // Two chunks are there; the program is not asked, which might have finished by the time of its answer.
        var chunks = ""
        for _ in 0..<500 where chunks.isEmpty || chunks == "0" || chunks == "1" {
          chunks = try await sql(postgres, "SELECT count(source) FROM dbbench.load_progress")
        }
        kill(pid, SIGKILL)
      }
      #expect(killed.status == SIGKILL, "\(killed)")
      let other = try await Tool.run(load + Self.small)
      #expect(other.status == 64, "\(other)")
      #expect(other.errorLines.first?.contains("the arguments that it was begun with") == true, "\(other)")
      let resumed = try await Tool.run(load + data)
      #expect(resumed.status == 0, "\(resumed)")
      #expect(resumed.standardError.contains("going on to load"), "\(resumed)")
      #expect(resumed.standardOutput.contains("as generated"), "\(resumed)")
      #expect(try await sql(postgres, "SELECT count(*) FROM dbbench.instructors") == "100000")
      #expect(try await sql(postgres, "SELECT to_regclass('dbbench.load_progress') IS NULL") == "t")
    }
  }

  /// A program that kept what it loads would need some 100 MiB for the larger catalog.
  @Test func theMemoryOfALoadDoesNotGrowWithTheCatalog() async throws {
    try await EphemeralServers.withServers(EphemeralServerOptions()) { servers in
      let postgres = try #require(servers.postgres)
      let mongo = try #require(servers.mongo)
      var peaks: [[Int]] = []
      for instructors in ["20000", "200000"] {
        let output = try await Tool.run([
          "load", "--json", "-", "--postgres", postgres.tcpURL, "--mongo", mongo.tcpURL, "--instructors",
          instructors,
          "--courses", "20000", "--reviewers", "1000", "--reviews", "1000",
        ])
        #expect(output.status == 0, "\(output)")
        peaks.append(
          try output.standardOutput.split(separator: "\n").map { line in
            try #require(JSONDecoder().decode(Load.self, from: Data(line.utf8)).peakClientBytes)
          })
      }
      #expect(peaks.map(\.count) == [2, 2], "PostgreSQL's and MongoDB's")
      for (small, large) in zip(peaks[0], peaks[1]) {
        #expect(large < small + 40 << 20, "\(small) bytes for 20,000 instructors, \(large) for 200,000")
      }
    }
  }

  @Test func anOwnServerKeepsNothingOfOursAndAllOfItsOwn() async throws {
    try await EphemeralServers.withServers(EphemeralServerOptions()) { servers in
      let postgres = try #require(servers.postgres)
      let mongo = try #require(servers.mongo)
      let own = ["--postgres", postgres.tcpURL, "--mongo", mongo.tcpURL]
      try await sql(postgres, "CREATE SCHEMA dbbench CREATE TABLE customers (id int)")
      let refused = try await Tool.run(["load"] + own + Self.small)
      #expect(refused.status == 73, "\(refused)")
      #expect(refused.errorLines.first?.contains("customers") == true)
      #expect(try await sql(postgres, "SELECT count(*) FROM dbbench.customers") == "0")

      let elsewhere = own + Self.small + ["--schema", "bench_a"]
      let kept = try await Tool.run(["load", "--keep", "--json", "-"] + elsewhere)
      #expect(kept.status == 0, "\(kept)")
      let loads = try kept.standardOutput.split(separator: "\n").map { line in
        try JSONDecoder().decode(Load.self, from: Data(line.utf8))
      }
      #expect(loads.map(\.backend) == ["postgres", "mongo"])
      for load in loads {
        let phases = load.phases.map(\.name)
        #expect(
          phases.starts(with: ["preparing", "instructors", "reviewers", "reviews", "ratings", "indexes"]))
        #expect(phases.contains("constraints") == (load.backend == "postgres"))
        #expect(phases.last == "finishing")
        #expect(abs(load.phases.reduce(0) { $0 + $1.seconds } - load.elapsedSeconds) < 1e-6)
        let reviews = try #require(load.sizes.first { $0.name == "reviews" })
        #expect(reviews.dataBytes > 0 && reviews.indexBytes > 0)
      }
      #expect(try await sql(postgres, "SELECT count(*) FROM bench_a.instructors") == "2000")

      // What dbbench made itself it replaces, and removes without --keep.
      let compared = try await Tool.run(
        Tool.compare + ["--provisional", "--blocks", "1", "--workload", "instructor-get,bulk-load"]
          + elsewhere)
      #expect(compared.status == 0, "\(compared)")
      #expect(compared.serverFolder == nil)
      #expect(
        try await sql(
          postgres, "SELECT string_agg(nspname, ',') FROM pg_namespace WHERE nspname LIKE '%bench%'")
          == "dbbench")

      // Unlike durability is refused before anything is timed.
      try await sql(postgres, "ALTER SYSTEM SET fsync = off")
      try await sql(postgres, "SELECT pg_reload_conf()")
      let unlike = try await Tool.run(
        Tool.compare + ["--provisional", "--blocks", "1", "--workload", "instructor-get"] + elsewhere)
      #expect(unlike.status == 5, "\(unlike)")
      #expect(unlike.errorLines.first?.contains("fsync off") == true, "\(unlike)")
      let accepted = try await Tool.run(
        Tool.compare + [
          "--provisional", "--blocks", "1", "--workload", "instructor-get", "--accept-differences",
        ]
          + elsewhere)
      #expect(accepted.status == 0, "\(accepted)")
      #expect(accepted.standardOutput.contains("fsync off"), "\(accepted)")

      let database = postgres.tcpURL.replacing(/\/postgres(\?|$)/, with: "/nowhere")
      let missing = try await Tool.run(["run", "--backend", "postgres", "--postgres", database] + Self.small)
      #expect(missing.status == 69, "\(missing)")
      #expect(missing.errorLines.first?.contains("the database does not exist") == true, "\(missing)")

      let many = try await Tool.run(
        ["load", "--backend", "postgres", "--connections", "500", "--postgres", postgres.tcpURL] + Self.small
          + ["--schema", "bench_a"])
      #expect(many.status == 64, "\(many)")
      #expect(many.errorLines.first?.contains("max_connections") == true, "\(many)")

      // Each arm has room by itself, both together have not.
      let arms = [
        "compare", "--backends", "postgres", "--dispatch", "direct,batched", "--connections", "90",
        "--accept-differences", "--provisional", "--blocks", "1", "--workload", "instructor-get",
      ]
      let both = try await Tool.run(arms + elsewhere)
      #expect(both.status == 64, "\(both)")
      #expect(both.errorLines.first?.contains("216 connections") == true, "\(both)")

      let wrong = postgres.tcpURL.replacing(/postgres:[^@]*@/, with: "postgres:wrong@")
      let password = try await Tool.run(["run", "--backend", "postgres", "--postgres", wrong] + Self.small)
      #expect(password.status == 77, "\(password)")
      #expect(!password.standardError.contains("wrong@"))
    }
  }

  @Test func aServerThatDiesIsNamed() async throws {
    // Its own servers can't be reached from here, so the user's server is the one that dies.
    try await EphemeralServers.withServers(EphemeralServerOptions(mongo: false)) { servers in
      let url = try #require(servers.postgres?.tcpURL)
      async let running = Tool.run(
        [
          "compare", "--backends", "memory,postgres", "--postgres", url, "--blocks", "500", "--workload",
          "instructor-get",
        ] + Self.small, at: "round 1 of 500 done", signal: SIGCONT)
      // Until the benchmark has connections open.
      let server = try #require(servers.postgres)
      while Int(try await sql(server, Self.sessions)) ?? 0 < 4 {
        try await Task.sleep(for: .milliseconds(50))
      }
      try await servers.kill(.postgres)
      let output = try await running
      #expect(output.status == 69, "\(output)")
      #expect(output.errorLines.contains { $0.contains("PostgreSQL") })
    }
  }

  private static let sessions = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"

  /// What `psql` answers, without spaces around it.
  @discardableResult
  private func sql(_ server: RunningServer, _ statement: String) async throws -> String {
    let psql = server.binaryPath.split(separator: "/").dropLast().joined(separator: "/")
    let result = try await Subprocess.run(
      .path(FilePath("/\(psql)/psql")),
      arguments: ["--no-psqlrc", "-qtAX", "-d", server.url, "-c", statement], output: .string(limit: 1 << 16))
    return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
