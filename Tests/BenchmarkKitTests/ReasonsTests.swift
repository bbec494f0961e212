import FoundationEssentials
import InstructorStore
import Testing

@testable import BenchmarkKit

@Suite struct ReasonsTests {
  /// As PostgreSQL 15 gives it, shortened.
  private static let postgresPlan = """
    [{"Plan": {"Node Type": "Nested Loop", "Parallel Aware": false, "Join Type": "Inner", "Actual Rows": 20,
      "Actual Loops": 1, "Shared Hit Blocks": 63, "Shared Read Blocks": 2, "Plans": [
      {"Node Type": "Limit", "Parent Relationship": "Outer", "Actual Rows": 20, "Actual Loops": 1,
       "Shared Hit Blocks": 4, "Shared Read Blocks": 0, "Plans": [
        {"Node Type": "Index Scan", "Scan Direction": "Backward", "Index Name": "reviews_by_time",
         "Relation Name": "reviews", "Actual Rows": 20, "Actual Loops": 1, "Index Cond": "(course_id = '5'::bigint)",
         "Rows Removed by Filter": 5, "Filter": "(stars = 3)", "Shared Hit Blocks": 4, "Shared Read Blocks": 0}]},
      {"Node Type": "Index Scan", "Index Name": "reviewer_id", "Relation Name": "reviewers", "Actual Rows": 1,
       "Actual Loops": 20, "Shared Hit Blocks": 59, "Shared Read Blocks": 2}]},
     "Planning Time": 0.1, "Execution Time": 0.2}]
    """

  @Test func aPlanOfPostgreSQLIsCountedAndShown() throws {
    let plan = try #require(PostgresPlan(Self.postgresPlan))
    let statement = plan.statement("SELECT $1", parameters: ["5"], isGeneric: true)
    // 20 + 5 of the first scan, 20 × 1 of the second.
    #expect(statement.rowsExamined == 45)
    #expect(statement.rowsReturned == 20)
    #expect(statement.blocksHit == 63 && statement.blocksRead == 2)
    #expect(statement.indexes == ["reviews_by_time", "reviewer_id"])
    #expect(statement.note?.contains("generic") == true)
    #expect(
      statement.plan == [
        "Nested Loop  (rows 20, blocks 63 cached, 2 read)", "  Limit  (rows 20, blocks 4 cached)",
        "    Index Scan Backward using reviews_by_time on reviews  (rows 20, looked at and left out 5, blocks 4 cached)",
        "        Index Cond: (course_id = '5'::bigint)", "        Filter: (stars = 3)",
        "  Index Scan using reviewer_id on reviewers  (rows 1, loops 20, blocks 59 cached, 2 read)",
      ])
    #expect(PostgresPlan("nonsense") == nil)
    #expect(PostgresPlan("[]") == nil)
  }

  @Test func aWriteOfPostgreSQLCountsTheRowsItChanged() throws {
    let plan = try #require(
      PostgresPlan(
        """
        [{"Plan": {"Node Type": "ModifyTable", "Operation": "Update", "Relation Name": "instructors", "Actual Rows": 0,
          "Actual Loops": 1, "Plans": [{"Node Type": "Index Scan", "Index Name": "instructors_pkey",
          "Relation Name": "instructors", "Actual Rows": 1, "Actual Loops": 1}]}}]
        """))
    let statement = plan.statement("UPDATE", parameters: [], isGeneric: false)
    #expect(statement.rowsExamined == 1 && statement.rowsReturned == 1)
    #expect(statement.plan.first == "Update on instructors  (rows 0)")
  }

  @Test func aPlanOfMongoDBIsShownFromTheOutsideIn() {
    let statement = ExplainedStatement(
      mongo: """
        { "find" : "reviews", "filter" : { "courseId" : 5 }, "limit" : 21, "lsid" : { "id" : 1 }, "$db" : "x" }
        """,
      operation: "query", collection: "reviews", commonFields: ["lsid", "$db"],
      plan: """
        { "stage" : "LIMIT", "nReturned" : 20, "limitAmount" : 21, "inputStage" : { "stage" : "FETCH", "nReturned" : 20,
          "docsExamined" : 20, "inputStage" : { "stage" : "IXSCAN", "nReturned" : 20, "indexName" : "by_newest",
          "direction" : "forward", "keysExamined" : 20, "indexBounds" : { "courseId" : [ "[5, 5]" ] } } } }
        """)
    #expect(statement.text == "{ find: \"reviews\", filter: { courseId: 5 }, limit: 21 }")
    #expect(statement.indexes == ["by_newest"])
    #expect(
      statement.plan == [
        "LIMIT  (returned 20)", "    limitAmount: 21", "  FETCH  (returned 20, documents 20)",
        "    IXSCAN using by_newest  (returned 20, keys 20)",
        "        indexBounds: { courseId: [\"[5, 5]\"] }",
      ])
    let write = ExplainedStatement(
      mongo: "{ \"q\" : { \"_id\" : 1 }, \"u\" : { \"$inc\" : { \"n\" : 1 } } }", operation: "update",
      collection: "reviewers", commonFields: [], plan: nil)
    #expect(write.text == "update of reviewers: { q: { _id: 1 }, u: { $inc: { n: 1 } } }")
    #expect(write.plan.isEmpty)
  }

  @Test func anExplainedAggregationOfMongoDBIsShownStageByStage() {
    let plan = MongoPlan(
      """
      { "explainVersion" : "2", "stages" : [ { "$cursor" : { "queryPlanner" : { "winningPlan" : { "queryPlan" : {
        "stage" : "GROUP", "inputStage" : { "stage" : "COLLSCAN", "direction" : "forward" } }, "slotBasedPlan" : { "stages" : "x" } },
        "rejectedPlans" : [] }, "executionStats" : { "executionStages" : { "stage" : "mkobj" } } } },
        { "$sort" : { "sortKey" : { "n" : -1 } }, "nReturned" : 10 } ], "ok" : 1 }
      """)
    #expect(plan.lines == ["$sort  (returned 10)", "  GROUP", "    COLLSCAN"])
  }

  @Test func longCommandsAreBrokenAndLongTextsCut() throws {
    let long = String(repeating: "word ", count: 100)
    let numbers = (1...40).map(String.init).joined(separator: ", ")
    let tree = try #require(JSONTree("{ \"a\" : \"\(long)\", \"b\" : [ \(numbers) ], \"c d\" : true }"))
    let lines = tree.lines(width: 80)
    #expect(lines.first == "{" && lines.last == "}")
    #expect(lines[1].hasPrefix("  a: \"word word") && lines[1].hasSuffix("…\","))
    #expect(lines.contains("  b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, … 28 more],"))
    #expect(lines.contains("  \"c d\": true"))
  }

  @Test func statementsThatDifferInTheirValuesOnlyAreOfOneKind() {
    func statement(_ text: String, examined: Int, returned: Int, keys: Int? = nil) -> ExplainedStatement {
      var statement = ExplainedStatement(text: text, rowsExamined: examined, rowsReturned: returned)
      statement.keysExamined = keys
      return statement
    }
    let explanation = WorkloadExplanation([
      [statement("{ find: \"a\", id: 5 }", examined: 3, returned: 1, keys: 3)],
      [
        statement("{ insert: \"b\" }", examined: 0, returned: 1),
        statement("{ find: \"a\", id: -7712 }", examined: 5, returned: 1, keys: 5),
      ],
    ])
    #expect(explanation.operations == 2)
    #expect(explanation.shapes.map(\.occurrences) == [2, 1])
    #expect(explanation.shapes.first?.statement.text == "{ find: \"a\", id: 5 }")
    #expect(explanation.rowsExaminedPerOperation == 4 && explanation.keysExaminedPerOperation == 4)
    #expect(explanation.rowsReturnedPerOperation == 1.5)
    #expect(explanation.rowsExaminedPerRow == 4 / 1.5)
    #expect(
      explanation.lines.first
        == "for each operation 4 rows looked at, 4 index entries, 1.5 handed over or changed; no index used")
  }

  @Test func countersAreGivenForAThousandOperations() {
    var before = ServerCounters()
    var after = ServerCounters()
    (before.logBytes, after.logBytes) = (1_000, 51_000)
    (before.logSyncs, after.logSyncs) = (7, 9)
    after.pageImages = 5
    let counters = ServerCounters.perThousand(before, after, operations: 500)
    #expect(counters.logBytes == 100_000 && counters.logSyncs == 4)
    #expect(counters.pageImages == nil && counters.transactions == nil)
  }

  @Test func aLostRowIsFoundUnlessItMayBe() {
    func record(_ moment: StorageRecord.Moment, _ rows: Int) -> StorageRecord {
      StorageRecord(
        arm: 0, moment: moment,
        sizes: [
          StorageSize(name: "reviews", rows: rows, dataBytes: 1, indexBytes: 1),
          StorageSize(name: "ratings", rows: rows, dataBytes: 1, indexBytes: 1, keepsRows: false),
        ])
    }
    #expect(record(.afterwards, 10).difference(from: record(.loaded, 10)) == nil)
    #expect(record(.afterwards, 9).difference(from: record(.loaded, 10)) == "'reviews' has 9 rows, not 10")
  }

  @Test func reasonsSizesAndSwitchesGoThroughTheFileIntoTheReports() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let file = try ResultsFile.create(in: folder.path)
    let plan = Fixture.plan(["instructor-get"])
    var record = Fixture.record(plan, ratios: [Fixture.ratios(2)])
    var counters = ServerCounters()
    counters.logSyncs = 12
    let shown = ExplainedStatement(text: "SELECT <1>", rowsExamined: 3, rowsReturned: 1)
    for arm in 0...1 {
      record.add(
        .reasons(
          ReasonsRecord(
            workload: "instructor-get", arm: arm, explanation: WorkloadExplanation([[shown]]),
            evidence: ServerEvidence(operations: 500, perThousand: counters, elapsedSeconds: 2.5))))
      record.add(
        .storage(
          StorageRecord(
            arm: arm, moment: .loaded,
            sizes: [StorageSize(name: "table\(arm)", rows: 300, dataBytes: 1 << 20, indexBytes: 1 << 10)])))
    }
    record.add(
      .fairness(
        FairnessRecord([
          [.cache: .readBack("1 GiB"), .encryption: .readBack("off"), .justInTime: .readBack("on")],
          [.cache: .readBack("2 GiB"), .encryption: .set("off"), .justInTime: .design("none")],
        ])))
    for line in [ResultLine.fairness(try #require(record.fairness))] + record.reasons.map(ResultLine.reasons)
      + record.storage.map(ResultLine.storage)
    {
      try file.append(line)
    }
    let read = try ResultsFile.read(from: folder.path)
    #expect(
      read.fairness == record.fairness && read.reasons == record.reasons && read.storage == record.storage)
    let summary = try #require(ComparisonSummary(record))
    let markdown = MarkdownReport.text(summary)
    for text in [
      "CPU per operation", "flushes of the log per 1,000 operations, the server's own included | 12 | 12",
      "operations that were counted | 500 in 2.50 s | 500 in 2.50 s", "What a server does by itself",
      "SELECT <1>", "table1",
      "≠ server's own cache",
      "### Read back", "### Set, or by design", "| TLS | off (read back) | off |",
      "| ≠ just-in-time compilation | on (read back) | none |",
    ] { #expect(markdown.contains(text), "\(text)\n\(markdown)") }
    let html = try #require(HTMLReport.text(summary, record))
    for text in [
      "SELECT &lt;1&gt;", "What one does", "What a server does by itself", "Size on disk",
      "What both sides ran with: Read back",
      "What both sides ran with: Set, or by design",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(
      record.fairness?.groups.map { $0.rows.map(\.name) } == [
        ["server's own cache"], ["just-in-time compilation", "TLS"],
      ])
    #expect(
      FairnessRecord([[.cache: .readBack("1 GiB")], [:]]).rows.map(\.differs) == [true])
  }

  @Test func aNoteIsShownBesideItsValueAndIsNoDifference() throws {
    let record = FairnessRecord([
      [.diagnostics: .design("off").noted("it has none"), .checksums: .readBack("on")],
      [.diagnostics: .readBack("off"), .checksums: .readBack("on").noted("of files")],
    ])
    #expect(record.rows.allSatisfy { !$0.differs })
    let decoded = try JSONDecoder().decode(FairnessRecord.self, from: try JSONEncoder().encode(record))
    #expect(decoded == record)
    #expect(
      record.lines(["a", "b"]) == [
        "Read back: what differs  a  b", "the same: data checksums: on / on; of files",
        "Set, or by design: what differs  a  b",
        "the same: diagnostic data on disk: off; it has none / off (read back)",
      ])
  }

  /// Results of before it was kept how a value is known claim nothing about it.
  @Test func fairnessOfEarlierResultsIsNotParted() throws {
    let text = """
      {"rows":[{"name":"TLS","values":["off","off"],"differs":false,"meaning":"costs"}]}
      """
    let record = try JSONDecoder().decode(FairnessRecord.self, from: Data(text.utf8))
    #expect(record.groups.map(\.title) == ["Not told apart"])
    #expect(record.lines(["a", "b"]).last == "the same: TLS: off")
  }

  @Test func theProfileOfEachServerIsReadBack() async throws {
    let settings = [
      DurabilitySetting("fsync", "off", durable: ["on"], relaxed: ["on"]),
      DurabilitySetting("synchronous_commit", "off", durable: ["on", "remote_write"], relaxed: ["off"]),
    ]
    #expect(Durability.level(of: settings) == "neither")
    #expect(Durability.level(of: [settings[1]]) == "relaxed")
    #expect(settings[0].difference(from: .durable) == "fsync off (durable needs on)")
    #expect(settings[1].difference(from: .relaxed) == nil)
    #expect(
      DurabilitySetting(fileSystem: "tmpfs").difference(from: .durable)
        == "data on tmpfs (durable needs a disk)")
    #expect(DurabilitySetting(fileSystem: "tmpfs").difference(from: .relaxed) == nil)
    #expect(DurabilitySetting(fileSystem: "ext4").difference(from: .durable) == nil)
    #expect(
      DurabilitySetting("journal", nil, durable: ["on"], relaxed: ["on"]).difference(from: .durable) != nil)
    try await Durability.require(.durable, of: [FakeTarget()])
  }

  /// The group-by as it is and without what may make it faster, each with its own settings; of other workloads nothing.
  @Test func aLongQueryIsTimedUnderEveryAlternative() async throws {
    let alternatives = [QueryAlternative.asItIs, QueryAlternative("without JIT", ["jit": "off"])]
    let target = FakeTarget("one", alternatives: alternatives)
    let plan = Fixture.plan(["instructor-get", "organization-leaderboard"], provisional: 1)
    let outcome = try await Fixture.comparison(plan).run(
      targets: (target, FakeTarget("two")), scratch: [], journal: Fixture.journal()
    ) { _ in }
    #expect(outcome.failure == nil)
    let record = outcome.record
    let shown = record.reasons.filter { $0.alternatives != nil }
    #expect(shown.map(\.workload) == ["organization-leaderboard"] && shown.map(\.arm) == [0])
    let figures = try #require(shown.first?.alternatives)
    #expect(figures.map(\.label) == ["as it is", "without JIT"])
    #expect(figures.map(\.settings) == [[:], ["jit": "off"]])
    #expect(
      figures.allSatisfy { $0.throughputPerSecond > 0 && $0.aloneNanoseconds != nil && $0.callers == 4 })
    #expect(target.calls.count { $0 == "open jit=off" } == AlternativesRun.rounds)
    let summary = try #require(ComparisonSummary(record))
    let rows = MarkdownReport.text(summary).split(separator: "\n").filter {
      $0.contains("one caller alone / 4 callers")
    }
    #expect(rows.count == 2 && rows.allSatisfy { $0.contains(" a second | – |") }, "\(rows)")
  }

  @Test func theDataOfBothArmsHasOneHash() async throws {
    let plan = Fixture.plan(["instructor-update"], provisional: 1)
    let outcome = try await Fixture.comparison(plan).run(
      targets: (FakeTarget(), FakeTarget()), scratch: [], journal: Fixture.journal()
    ) { _ in }
    #expect(outcome.failure == nil)
    let hashes = outcome.record.invariants.map(\.contentHash)
    #expect(hashes.count == 2 && hashes[0] == hashes[1] && hashes[0]?.utf8.count == 16)
    let summary = try #require(ComparisonSummary(outcome.record))
    let coverage = try #require(summary.contentHashCoverage)
    #expect(coverage.records == 2_600 && coverage.total == 2_600 && !coverage.isSampled)
    #expect(ComparisonTables.notes(summary).contains { $0.hasSuffix("of all 2,600 records.") })
    #expect(outcome.record.reasons.map(\.workload) == ["instructor-update", "instructor-update"])
  }
}
