import EphemeralServers
import Foundation
import Testing

/// `dbbench` on real servers, one of whose backends sends statements with a mistake in them.
@Suite(.serialized) struct BrokenBackendTests {
  /// A mistake somebody could make in the PostgreSQL backend.
  enum Mistake: CaseIterable {
    case none, forgottenOrder, roundedAverage, swallowedConflict

    @Sendable func made(in statement: String) -> String {
      switch self {
      case .none: statement
      case .forgottenOrder: statement.replacing("ORDER BY i.last_name, i.first_name, i.id", with: "")
      case .roundedAverage:
        statement.replacing(
          "i.average_rating_tenths, i.first_name",
          with: "(10 * round(i.average_rating_tenths / 10.0))::smallint, i.first_name")
      case .swallowedConflict:
        statement.hasPrefix("INSERT INTO instructors ") ? statement + " ON CONFLICT DO NOTHING" : statement
      }
    }

    /// The operation whose answers differ, and the right answer or a part of it.
    var expected: (operation: String, answer: String) {
      switch self {
      case .none: ("", "")
      case .forgottenOrder: ("list(", "[instructor ")
      case .roundedAverage: ("get", "rating ")
      case .swallowedConflict: ("create(", "error conflict [instructor_id]")
      }
    }
  }

  @Test(arguments: Mistake.allCases)
  func aMistakeIsFoundAndItsOperationNamed(mistake: Mistake) async throws {
    try await EphemeralServers.withServers(EphemeralServerOptions()) { servers in
      let postgres = try #require(servers.postgres)
      let mongo = try #require(servers.mongo)
      let proxy = try StatementProxy(serverPort: postgres.port, rewrite: mistake.made)
      defer { proxy.stop() }
      let url = postgres.tcpURL.replacing(":\(postgres.port)/", with: ":\(proxy.port)/")
      let output = try await Tool.run([
        "verify", "--postgres", url, "--mongo", mongo.tcpURL, "--steps", "200", "--instructors", "500",
        "--courses", "500", "--reviewers", "100", "--reviews", "1000",
      ])
      guard mistake != .none else {
        #expect(output.status == 0, "\(output)")
        #expect(proxy.changedStatements == 0)
        return
      }
      #expect(output.status == 4, "\(output)")
      #expect(proxy.changedStatements > 0)
      let lines = output.standardError.split(separator: "\n").map { $0.drop { $0 == " " } }
      #expect(output.errorLines.first?.contains("the backends are not equivalent") == true, "\(output)")
      let asked = try #require(lines.first { $0.hasPrefix("asked ") }, "\(output)")
      #expect(asked.contains(mistake.expected.operation), "\(output)")
      let answers = ["postgres ", "mongo "].compactMap { name in
        lines.first { $0.hasPrefix(name) }?.dropFirst(name.utf8.count)
      }
      #expect(answers.count == 2 && answers[0] != answers[1], "\(output)")
      #expect(answers.last?.contains(mistake.expected.answer) == true, "\(output)")
    }
  }

  /// One answer in twenty is wrong, but only once the timing is under way: all that came before, and the gate, find nothing.
  @Test func aWrongAnswerThatOnlyTimedCallsGetIsFound() async throws {
    let flag = Tool.workingDirectory + "/lies-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: flag) }
    try await EphemeralServers.withServers(EphemeralServerOptions()) { servers in
      let postgres = try #require(servers.postgres)
      let mongo = try #require(servers.mongo)
      // The server itself looks whether the file is there.
      let proxy = try StatementProxy(serverPort: postgres.port) { statement in
        statement.replacing(
          "i.average_rating_tenths, i.first_name",
          with: """
            (CASE WHEN i.id % 20 = 0 AND (pg_stat_file('\(flag)', true)).size IS NOT NULL THEN 1 \
            ELSE i.average_rating_tenths END)::smallint, i.first_name
            """)
      }
      defer { proxy.stop() }
      let url = postgres.tcpURL.replacing(":\(postgres.port)/", with: ":\(proxy.port)/")
      let output = try await Tool.run(
        Tool.compare + [
          "--postgres", url, "--mongo", mongo.tcpURL, "--provisional", "--blocks", "3", "--workload",
          "instructor-get", "--instructors", "2000", "--courses", "2000", "--reviewers", "100", "--reviews",
          "1000",
        ], at: "round 1 of 3 done"
      ) { _, _ in #expect(FileManager.default.createFile(atPath: flag, contents: nil)) }
      #expect(output.status == 4, "\(output)")
      let lines = output.standardError.split(separator: "\n").map { $0.drop { $0 == " " } }
      let error = try #require(output.errorLines.first, "\(output)")
      #expect(
        error.contains("different answers") && error.contains("of workload instructor-get"), "\(output)")
      #expect(lines.contains { $0.hasPrefix("asked ") && $0.contains("get(") }, "\(output)")
      #expect(lines.contains { $0.hasPrefix("postgres ") && $0.contains("rating 0.1/") }, "\(output)")
      #expect(output.standardOutput.contains("VOID: "), "\(output)")
    }
  }
}
