import InstructorStore
import Testing

@testable import PostgresBackend

/// What dbbench may and may not remove on somebody's server.
struct MaintenanceTests {
  @Test func aMarkedSchemaIsMadeAndRemoved() async throws {
    let maintenance = PostgresMaintenance(
      try await PostgresTestServer.url(), schema: PostgresTestServer.freshSchemaName())
    #expect(try await maintenance.state() == .absent)
    try await maintenance.create()
    #expect(try await maintenance.state() == .marked)
    try await maintenance.create()
    try await maintenance.remove()
    #expect(try await maintenance.state() == .absent)
    try await maintenance.remove()
  }

  @Test func anUnmarkedSchemaIsForeign() async throws {
    let schema = PostgresTestServer.freshSchemaName()
    try await PostgresTestServer.execute("CREATE SCHEMA \(schema)")
    try await PostgresTestServer.execute("CREATE TABLE instructors (id int)", schema: schema)
    let maintenance = PostgresMaintenance(try await PostgresTestServer.url(), schema: schema)
    #expect(try await maintenance.state() == .foreign(["instructors"]))
    await #expect(throws: StoreError.self) { try await maintenance.create() }
    await #expect(throws: StoreError.self) { try await maintenance.remove() }
    #expect(try await maintenance.state() == .foreign(["instructors"]))
  }

  @Test func somebodysTableInAMarkedSchemaIsLeftAlone() async throws {
    let schema = PostgresTestServer.freshSchemaName()
    let maintenance = PostgresMaintenance(try await PostgresTestServer.url(), schema: schema)
    try await maintenance.create()
    try await PostgresTestServer.execute("CREATE TABLE mine (id int)", schema: schema)
    #expect(try await maintenance.state() == .foreign(["mine"]))
    await #expect(throws: StoreError.self) { try await maintenance.remove() }
    await #expect(throws: StoreError.self) { try await maintenance.create() }
    try await PostgresTestServer.execute("DROP TABLE mine", schema: schema)
    try await maintenance.remove()
  }

  @Test func theServerTellsHowSessionsAndRowsAre() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let maintenance = PostgresMaintenance(try await PostgresTestServer.url(), schema: schema)
      for number in 1...200 {
        _ = try await store.instructors.create(
          NewInstructor(
            id: InstructorID(Int64(number)), firstName: "Grace", lastName: "Hopper",
            organization: "Navy of the United States"))
      }
      try await maintenance.settle()
      let facts = try await maintenance.sessionFacts()
      #expect(facts.isolation == "read committed" && facts.usesTLS == false)
      #expect(try await maintenance.openSessions() >= 1)
      let order = try await maintenance.idOrder()
      #expect(order.contains { $0.table == "instructors" && $0.correlation == 1 }, "\(order)")
      let samples = try await maintenance.compressibility()
      let instructors = try #require(samples.first { $0.table == "instructors" })
      // The rows are alike.
      #expect(instructors.plainBytes > 3 * instructors.compressedBytes && instructors.compressedBytes > 0)
    }
  }

  /// The first change of a page after a checkpoint logs all of it; later ones don't.
  @Test func wholePagesInTheLogAreCountedInBytesAndNothingStays() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let maintenance = PostgresMaintenance(try await PostgresTestServer.url(), schema: schema)
      let grace = try await store.instructors.create(NewInstructor(firstName: "Grace", lastName: "Hopper"))
      func logged() async throws -> (all: Int64, images: Int64) {
        let before = try #require(try await maintenance.counters()["wal_position"])
        var patch = InstructorPatch()
        patch.learners = 1
        _ = try await store.instructors.update(grace.id, patch)
        let after = try #require(try await maintenance.counters()["wal_position"])
        let images = try #require(try await maintenance.imageBytes(from: before, to: after))
        return (after - before, images)
      }
      try await maintenance.settle()
      let first = try await logged()
      #expect(first.images > 0 && first.images < first.all, "\(first)")
      #expect(try await maintenance.imageBytes(from: 5, to: 5) == 0)
      // Gone with its transaction: it can be made.
      try await PostgresTestServer.execute(
        "DO $$ BEGIN IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_walinspect') THEN RAISE 'there'; END IF; END $$"
      )
    }
  }

  @Test func somebodysViewOnATableKeepsIt() async throws {
    let schema = PostgresTestServer.freshSchemaName()
    let url = try await PostgresTestServer.url()
    let maintenance = PostgresMaintenance(url, schema: schema)
    try await maintenance.create()
    let store = try await PostgresStore.open(url, options: PostgresOptions(schema: schema))
    try await store.migrate()
    let grace = try await store.instructors.create(NewInstructor(firstName: "Grace", lastName: "Hopper"))
    try await PostgresTestServer.execute(
      "CREATE VIEW public.view_of_\(schema) AS SELECT * FROM \(schema).instructors")
    do {
      try await maintenance.remove()
      Issue.record("the view's table was removed")
    } catch let error {
      #expect(error.code == .conflict)
    }
    #expect(try await store.instructors.get(grace.id) == grace)
    await store.close()
    try await PostgresTestServer.execute("DROP VIEW public.view_of_\(schema)")
    try await maintenance.remove()
  }
}
