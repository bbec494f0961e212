import EphemeralServers
import Foundation
import Testing

/// Statements, plans and promises, on real servers.
@Suite(.serialized) struct ExplainTests {
  private static let small = [
    "--instructors", "2000", "--courses", "2000", "--reviewers", "500", "--reviews", "5000",
  ]

  private struct Found: Decodable {
    struct Explanation: Decodable {
      struct Shape: Decodable {
        struct Statement: Decodable {
          var text: String
          var plan: [String]
          var indexes: [String]
        }
        var statement: Statement
      }
      var shapes: [Shape]
      var rowsReturnedPerOperation: Double
    }
    var workload: String
    var backend: String
    var explanation: Explanation
  }

  @Test func readsWritesTransactionsAndGroupingsAreExplainedOnBoth() async throws {
    let workloads = [
      "course-team", "organization-leaderboard", "instructor-create", "instructor-update",
      "instructor-delete",
      "review-page-newest", "review-create", "review-delete",
    ]
    let output = try await Tool.run(
      ["explain", workloads.joined(separator: ","), "--json", "-"] + Self.small)
    #expect(output.status == 0, "\(output)")
    let found = try JSONDecoder().decode([Found].self, from: Data(output.standardOutput.utf8))
    for workload in workloads {
      let both = found.filter { $0.workload == workload }
      #expect(both.map(\.backend) == ["postgres", "mongo"], "\(workload)")
      for one in both {
        #expect(!one.explanation.shapes.isEmpty, "\(one)")
        #expect(one.explanation.shapes.allSatisfy { !$0.statement.text.isEmpty }, "\(one)")
        // An insert into MongoDB has no plan; everything of PostgreSQL has one.
        if one.backend == "postgres" {
          #expect(one.explanation.shapes.allSatisfy { !$0.statement.plan.isEmpty }, "\(one)")
        }
      }
    }
    func indexes(_ workload: String, _ backend: String) -> [String] {
      found.first { $0.workload == workload && $0.backend == backend }?.explanation.shapes
        .flatMap(\.statement.indexes) ?? []
    }
    #expect(indexes("review-page-newest", "postgres").contains("reviews_by_time"))
    #expect(indexes("course-team", "mongo").contains("primary_of_course"))
  }

  @Test func itIsReadableAndNamesTheNearestWorkload() async throws {
    let output = try await Tool.run(["explain", "instructor-get", "--backends", "postgres"] + Self.small)
    #expect(output.status == 0, "\(output)")
    for text in [
      "instructor-get: Read one instructor", "SELECT", "$1 = ", "Index Scan using", "rows looked at",
    ] {
      #expect(output.standardOutput.contains(text), "\(text)\n\(output)")
    }
    let wrong = try await Tool.run(["explain", "instructor-gte", "--quiet"])
    #expect(wrong.status == 64 && wrong.standardError.contains("did you mean 'instructor-get'?"), "\(wrong)")
    let none = try await Tool.run(["explain", "bulk-load", "--quiet"])
    #expect(none.status == 64 && none.errorLines.count == 1, "\(none)")
  }

  @Test func aRelaxedComparisonRunsOnRelaxedServersAndSaysWhy() async throws {
    let folder = NSTemporaryDirectory() + "relaxed-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = try await Tool.run(
      Tool.compare + [
        "--provisional", "--blocks", "1", "--workload", "instructor-get,instructor-create",
        "--durability",
        "relaxed", "--output", folder,
      ] + Self.small)
    #expect(output.status == 0, "\(output)")
    #expect(output.standardOutput.contains("synchronous_commit off"), "\(output)")
    #expect(output.standardOutput.contains("w: 1, j: false"), "\(output)")
    #expect(output.standardOutput.contains("CPU per operation"), "\(output)")
    let report = try String(contentsOfFile: folder + "/report.md", encoding: .utf8)
    for text in [
      "flushes of the log per 1,000 operations", "INSERT INTO", "insert: \"instructors\"", "## Size on disk",
      "## What both sides ran with", "one flush to the disk",
    ] { #expect(report.contains(text), "\(text)\n\(report)") }
  }

  /// Statements and plans are long; the page must not be wider for it.
  @Test(.enabled(if: Browser.path != nil, "no Chromium on PATH"))
  func aPageWithPlansFitsItsWindow() async throws {
    let folder = NSTemporaryDirectory() + "plans-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let output = try await Tool.run(
      Tool.compare + [
        "--provisional", "--blocks", "1", "--workload", "instructor-get,instructor-create",
        "--output", folder,
      ]
        + Self.small)
    #expect(output.status == 0, "\(output)")
    let views = [390, 1_280].map { Browser.View(file: folder + "/report.html", width: $0) }
    for page in try await Browser.look(at: views, in: folder) {
      #expect(page.problems(charts: 5) == [], "\(page)")
      #expect(
        page.headings.contains("What both sides ran with: Read back")
          && page.headings.contains("Size on disk"))
    }
  }

  @Test func aServerThatIsNotAsDurableAsAskedForIsRefusedByEveryCommandThatTimes() async throws {
    let options = EphemeralServerOptions(mongo: false, postgresSettings: ["full_page_writes": "off"])
    try await EphemeralServers.withServers(options) { servers in
      let url = try #require(servers.postgres?.tcpURL)
      let run = ["run", "--backend", "postgres", "--postgres", url, "--operations", "100"] + Self.small
      let refused = try await Tool.run(run)
      #expect(refused.status == 5, "\(refused)")
      #expect(refused.errorLines.count == 1, "\(refused)")
      #expect(refused.standardError.contains("full_page_writes off (durable needs on)"), "\(refused)")
      let accepted = try await Tool.run(run + ["--accept-differences"])
      #expect(accepted.status == 0, "\(accepted)")
    }
    #if os(Linux)
      // Whatever its settings say.
      let inMemory = EphemeralServerOptions(postgres: false, temporaryDirectory: "/dev/shm")
      try await EphemeralServers.withServers(inMemory) { servers in
        let url = try #require(servers.mongo?.tcpURL)
        let refused = try await Tool.run(
          ["run", "--backend", "mongo", "--mongo", url, "--operations", "100"] + Self.small)
        #expect(refused.status == 5, "\(refused)")
        #expect(refused.standardError.contains("data on tmpfs (durable needs a disk)"), "\(refused)")
      }
    #endif
  }

  @Test func aColdComparisonRestartsItsServersAndNobodyElses() async throws {
    let output = try await Tool.run(
      Tool.compare + [
        "--cold", "--provisional", "--blocks", "1", "--workload",
        "instructor-get,instructor-delete", "--json",
        "-",
      ] + Self.small)
    #expect(output.status == 0, "\(output)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(output.standardOutput.utf8)) as? [String: Any])
    let fairness = try #require(object["fairness"] as? [String: Any])
    let rows = try #require(fairness["rows"] as? [[String: Any]])
    // What can be asked of a server is, on both sides.
    for name in [
      "server version", "isolation of reads", "server's own cache", "transport", "TLS", "compression on disk",
      "how far the data compresses", "checkpoints", "order of the rows on disk", "connections",
      "isolation of writes", "data checksums", "huge pages",
    ] {
      let row = try #require(rows.first { $0["name"] as? String == name }, "\(name)")
      #expect(row["sources"] as? [String] == ["read back", "read back"], "\(row)")
    }
    let checksums = try #require(rows.first { $0["name"] as? String == "data checksums" })
    #expect(checksums["values"] as? [String] == ["on", "on"], "\(checksums)")
    let writes = try #require(rows.first { $0["name"] as? String == "isolation of writes" })
    #expect(writes["values"] as? [String] == ["read committed", "snapshot in transactions"], "\(writes)")
    let diagnostics = try #require(rows.first { $0["name"] as? String == "diagnostic data on disk" })
    #expect(diagnostics["differs"] as? Bool == false, "\(diagnostics)")
    let connections = try #require(rows.first { $0["name"] as? String == "connections" })
    let lanes = try #require(connections["notes"] as? [String])
    #expect(lanes.first?.contains("short reads over ") == true, "\(connections)")
    let caches = try #require(rows.first { $0["name"] as? String == "caches before a segment" })
    #expect(
      (caches["values"] as? [String])?.allSatisfy { $0.hasPrefix("cold: the server restarted") } == true)
    for workload in try #require(object["workloads"] as? [[String: Any]]) {
      for arm in try #require(workload["arms"] as? [[String: Any]]) {
        #expect(arm["failed"] as? Int == 0, "\(workload)")
        let times = try #require(arm["cpuMicrosecondsPerOperation"] as? [String: Double])
        // Of the processes of the server as it is after its restart.
        #expect(times.count == 3 && times.values.contains { $0 > 0 }, "\(times)")
      }
    }
    let own = try await Tool.run(["compare", "--cold", "--postgres", "postgres://nowhere/x", "--quiet"])
    #expect(own.status == 64 && own.standardError.contains("PostgreSQL is yours"), "\(own)")
  }
}
