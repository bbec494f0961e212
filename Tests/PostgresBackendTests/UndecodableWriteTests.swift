import InstructorStore
import Testing

@testable import PostgresBackend

/// Writes that the server applies and whose answer this code can't make sense of, because somebody else has written to the
/// row.
@Suite struct UndecodableWriteTests {
  /// Makes a row unreadable: the store writes arrays of one dimension.
  private func spoil(_ id: InstructorID, schema: String) async throws {
    try await PostgresTestServer.execute(
      "UPDATE instructors SET assists = '{{1,2},{3,4}}' WHERE id = \(id.rawValue)", schema: schema)
  }

  private func learners(schema: String) async throws -> [Int64] {
    try await PostgresTestServer.integers("SELECT learners FROM instructors ORDER BY id", schema: schema)
  }

  private func versions(schema: String) async throws -> [Int64] {
    try await PostgresTestServer.integers("SELECT version FROM instructors ORDER BY id", schema: schema)
  }

  @Test func inAGroupItIsAppliedOnceAndUnknown() async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      let ids = try await store.instructors.createMany(
        (0..<5).map { _ in NewInstructor(firstName: "Grace", lastName: "Hopper") }
      ).map(\.id)
      try await spoil(ids[1], schema: schema)
      let before = store.statistics().exchanges
      let results = try await together(5, on: store) { number throws(StoreError) in
        // The last one changes nothing, and asks why.
        try await store.instructors.update(
          ids[number], InstructorPatch(learners: 7), ifVersion: number == 4 ? 9 : 1)
      }
      #expect(store.statistics().exchanges == before + 2)
      #expect(results[1].failure?.code == .corruptData)
      #expect(results[1].failure?.outcome == .unknown)
      #expect(results[4].failure?.constraint == .version)
      for number in [0, 2, 3] { #expect(results[number].success?.learners == 7) }
      #expect(try await versions(schema: schema) == [2, 2, 2, 2, 1])
      #expect(try await learners(schema: schema) == [7, 7, 7, 7, 0])
    }
  }

  @Test func inAGroupThatFailsItIsAppliedOnceWhenTheGroupRunsAgain() async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      let ids = try await store.instructors.createMany(
        (0..<4).map { _ in NewInstructor(firstName: "Grace", lastName: "Hopper") }
      ).map(\.id)
      try await spoil(ids[1], schema: schema)
      try await PostgresTestServer.execute(
        "ALTER TABLE instructors ADD CHECK (learners < 100)", schema: schema)
      let results = try await together(4, on: store) { number throws(StoreError) in
        try await store.instructors.update(
          ids[number], InstructorPatch(learners: number == 3 ? 100 : 7), ifVersion: nil)
      }
      #expect(results[1].failure?.code == .corruptData)
      #expect(results[1].failure?.outcome == .unknown)
      #expect(results[3].failure?.outcome == .notApplied)
      #expect(try await versions(schema: schema) == [2, 2, 2, 1])
    }
  }

  @Test(arguments: DispatchMode.allCases) func aloneItIsAppliedOnceAndUnknown(dispatch: DispatchMode)
    async throws
  {
    try await PostgresTestServer.withStore(PostgresOptions(dispatch: dispatch)) { store, schema in
      let id = try await store.instructors.create(NewInstructor(firstName: "Grace", lastName: "Hopper")).id
      try await spoil(id, schema: schema)
      let update = await Task {
        try await store.instructors.update(id, InstructorPatch(learners: 7), ifVersion: 1)
      }.result
      #expect((update.failure as? StoreError)?.code == .corruptData)
      #expect((update.failure as? StoreError)?.outcome == .unknown)
      #expect(try await versions(schema: schema) == [2])
      // One that changes nothing is known to have changed nothing, even where the reason can't be read.
      let stale = await Task {
        try await store.instructors.update(id, InstructorPatch(learners: 8), ifVersion: 1)
      }.result
      #expect((stale.failure as? StoreError)?.code == .corruptData)
      #expect((stale.failure as? StoreError)?.outcome == .notApplied)
    }
  }

  /// Its last step would have come after the answer that can't be read: all of it is rolled back.
  @Test func inAnExplicitTransactionNothingIsApplied() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let pair = try await store.instructors.createMany(
        (0..<2).map { _ in NewInstructor(firstName: "Grace", lastName: "Hopper") }
      ).map(\.id)
      try await store.instructors.replacePrimary(of: 7, with: pair[0])
      try await spoil(pair[1], schema: schema)
      let replacement = await Task { try await store.instructors.replacePrimary(of: 7, with: pair[1]) }.result
      #expect((replacement.failure as? StoreError)?.code == .corruptData)
      #expect((replacement.failure as? StoreError)?.outcome == .notApplied)
      #expect(try await store.instructors.primary(of: 7)?.id == pair[0])
    }
  }
}
