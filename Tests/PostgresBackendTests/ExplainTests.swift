import EphemeralServers
import InstructorStore
import Testing

@testable import PostgresBackend

/// What calls send, explained.
@Suite struct ExplainTests {
  private static func withExplainer(_ body: (PostgresExplainer) async throws -> Void) async throws {
    try await PostgresTestServer.withStore { _, schema in
      let explainer = try await PostgresExplainer.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema))
      try await body(explainer)
      await explainer.close()
    }
  }

  @Test("A read is explained as it was prepared, with its parameters, its index and what it cost")
  func read() async throws {
    try await Self.withExplainer { explainer in
      let instructors = explainer.store.instructors
      let grace = try await instructors.create(
        NewInstructor(firstName: "Grace", lastName: "O'Hopper", courses: [.primary(42), .assistant(43)]))
      explainer.beginRecording()
      _ = try await instructors.team(of: 42)
      _ = try await instructors.get([grace.id, InstructorID(7)])
      let explained = try await explainer.explainRecorded {}
      #expect(explained.count == 2)
      #expect(explained[0].parameters == ["42"])
      #expect(explained[1].parameters == ["ARRAY[\(grace.id), 7]::bigint[]"])
      for explanation in explained {
        #expect(explanation.sql.contains("$1"))
        let plan = try #require(explanation.plan)
        #expect(plan.contains("Actual Rows") && plan.contains("Shared Hit Blocks"), "\(plan)")
      }
    }
  }

  @Test("A write is run again with every kind of parameter, and undone")
  func writes() async throws {
    try await Self.withExplainer { explainer in
      let instructors = explainer.store.instructors
      let new = NewInstructor(
        id: InstructorID(1 << 50), firstName: "Grace", lastName: "O'Hopper \\", title: nil,
        organization: "Ünïcode '' $1",
        learners: 5, averageRating: AverageRating(tenths: 45), ratingCount: 3,
        courses: [.primary(42), .assistant(43)])
      explainer.beginRecording()
      let created = try await instructors.create(new)
      let patched = try await instructors.update(
        created.id, InstructorPatch(title: .set("x"), learners: 6), ifVersion: nil)
      let explained = try await explainer.explainRecorded {
        try await instructors.delete(created.id, ifVersion: nil)
      }
      #expect(patched.learners == 6)
      #expect(explained.count >= 2)
      for explanation in explained { #expect(explanation.plan != nil, "\(explanation)") }
      #expect(
        explained.contains { $0.parameters.contains("'Ünïcode '''' $1'") }, "\(explained.map(\.parameters))")
      await #expect(throws: StoreError.self) { try await instructors.get(created.id) }
      // The session is as good as before.
      #expect(try await instructors.create(new).id == created.id)
    }
  }

  @Test("A statement that was run often enough is explained by the plan that its session keeps")
  func genericPlan() async throws {
    try await Self.withExplainer { explainer in
      let instructors = explainer.store.instructors
      let grace = try await instructors.create(NewInstructor(firstName: "Grace", lastName: "Hopper"))
      func explanation() async throws -> PostgresExplanation {
        explainer.beginRecording()
        _ = try await instructors.get(grace.id)
        return try #require(try await explainer.explainRecorded {}.first)
      }
      #expect(try await explanation().isGeneric == false)
      for _ in 0..<6 { _ = try await instructors.get(grace.id) }
      let later = try await explanation()
      #expect(later.isGeneric)
      #expect(later.plan?.contains("$1") == true)
    }
  }

  @Test("The log's counters tell what a write cost once its sessions have ended; sizes count rows")
  func measures() async throws {
    let schema = PostgresTestServer.freshSchemaName()
    let url = try await PostgresTestServer.url()
    let maintenance = PostgresMaintenance(url, schema: schema)
    try await maintenance.create()
    let store = try await PostgresStore.open(url, options: PostgresOptions(schema: schema, connections: 2))
    try await store.migrate()
    let before = try await maintenance.counters()
    for number in 0..<20 {
      _ = try await store.instructors.create(NewInstructor(firstName: "F\(number)", lastName: "L"))
    }
    await store.close()
    try await maintenance.awaitQuiet()
    let after = try await maintenance.counters()
    #expect((after["wal_bytes"] ?? 0) - (before["wal_bytes"] ?? 0) > 20 * 100)
    #expect((after["wal_sync"] ?? 0) > (before["wal_sync"] ?? 0))
    let sizes = try await maintenance.sizes()
    let instructors = try #require(sizes.first { $0.name == "instructors" })
    #expect(instructors.rows == 20 && instructors.tableBytes > 0 && instructors.indexBytes > 0)
    let uncounted = try await maintenance.sizes(countingRows: false)
    #expect(uncounted.map(\.tableBytes) == sizes.map(\.tableBytes))
    #expect(uncounted.allSatisfy { $0.rows == nil })
    let facts = try await maintenance.sessionFacts()
    #expect(facts.usesTLS == false && facts.serverAddress == nil && facts.processID != nil)
    try await maintenance.remove()
  }

  @Test("Binary parameters become literals")
  func literals() {
    let parameters = ParameterBuffer()
    parameters.append(Int64(-5))
    parameters.append(smallint: -2)
    parameters.append(true)
    parameters.append("it's")
    parameters.append(["a", nil, "b'c"] as [String?])
    parameters.append(smallints: [1, nil])
    parameters.append([] as [Int64])
    parameters.append(nil as String?)
    let types = ["bigint", "smallint", "boolean", "text", "text[]", "smallint[]", "bigint[]", "text"]
    let values = zip(parameters.starts, parameters.lengths).map { start, length -> [UInt8]? in
      start < 0 ? nil : Array(parameters.bytes[start..<start + Int(length)])
    }
    #expect(
      zip(values, types).map { ParameterLiteral.text($0, $1) } == [
        "-5", "-2", "true", "'it''s'", "ARRAY['a', NULL, 'b''c']::text[]", "ARRAY[1, NULL]::smallint[]",
        "ARRAY[]::bigint[]", "NULL",
      ])
    #expect(ParameterLiteral.text([1, 2], "polygon") == nil)
  }
}
