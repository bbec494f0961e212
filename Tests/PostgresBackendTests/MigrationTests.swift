import InstructorStore
import Testing

@testable import PostgresBackend

struct MigrationTests {
  /// A schema of version 1 with a row in it.
  private static func withFirstVersion(_ body: (_ schema: String) async throws -> Void) async throws {
    let schema = PostgresTestServer.freshSchemaName()
    let maintenance = PostgresMaintenance(try await PostgresTestServer.url(), schema: schema)
    try await maintenance.create()
    for statement in PostgresSchema.migrations(.relational)[0] {
      try await PostgresTestServer.execute(statement, schema: schema)
    }
    try await PostgresTestServer.execute(
      "INSERT INTO schema_state (version, oldest_code) VALUES (1, 1)", schema: schema)
    try await PostgresTestServer.execute(
      "INSERT INTO instructors (id, version, learners, rating_count, first_name, last_name) VALUES (5, 1, 0, 0, 'A', 'B')",
      schema: schema)
    try await body(schema)
    try await maintenance.remove()
  }

  @Test func theFirstVersionIsBroughtForwardByManyAtOnce() async throws {
    try await Self.withFirstVersion { schema in
      let url = try await PostgresTestServer.url()
      let store = try await PostgresStore.open(url, options: PostgresOptions(schema: schema))
      do throws(StoreError) {
        try await store.ping()
        Issue.record("the schema is older than the code")
      } catch { #expect(error.code == .schemaMismatch) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          group.addTask {
            let other = try await PostgresStore.open(
              url, options: PostgresOptions(schema: schema, connections: 1))
            try await other.migrate()
            await other.close()
          }
        }
        try await group.waitForAll()
      }
      try await store.ping()
      #expect(try await store.instructors.get(5).firstName == "A")
      let author = try await store.reviewers.create(NewReviewer(name: "Ada"))
      let review = try await store.reviews.create(.sample(3, by: author.id))
      #expect(try await store.reviews.summary(of: 3, limit: 5).reviews.items == [review])
      await store.close()
    }
  }

  @Test func codeOfTheFirstVersionIsStillServed() async throws {
    try await PostgresTestServer.withStore { store, schema in
      #expect(
        try await PostgresTestServer.integers("SELECT version FROM schema_state", schema: schema) == [3])
      #expect(
        try await PostgresTestServer.integers("SELECT oldest_code FROM schema_state", schema: schema) == [1])
      try await PostgresTestServer.execute(
        "UPDATE schema_state SET version = 9, oldest_code = 2", schema: schema)
      try await store.migrate()
      try await PostgresTestServer.execute("UPDATE schema_state SET oldest_code = 9", schema: schema)
      do throws(StoreError) {
        try await store.migrate()
        Issue.record("the schema serves no code as old as this")
      } catch { #expect(error.code == .schemaMismatch) }
    }
  }
}
