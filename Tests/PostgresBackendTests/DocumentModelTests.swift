import InstructorStore
import Testing

@testable import PostgresBackend

/// Instructors as documents: what the contract's own tests don't see.
struct DocumentModelTests {
  private static let documents = PostgresOptions(dataModel: .document)

  private static func record(_ id: Int64, courses: [CourseAssignment]) -> NewInstructor {
    NewInstructor(
      id: InstructorID(id), firstName: "\u{1}\t\u{1f} \"quoted\" back\\slash", middleInitial: "/",
      lastName: "Ωé\u{301}😀\u{2028}", title: "{\"a\": [1]}", organization: "\\u0000",
      learners: 1_000_000_000_000,
      averageRating: AverageRating(tenths: 47), ratingCount: 3, courses: courses)
  }

  @Test(arguments: PostgresDataModel.allCases)
  func aSchemaOfOneModelRefusesAStoreOfTheOther(model: PostgresDataModel) async throws {
    try await PostgresTestServer.withStore(PostgresOptions(dataModel: model)) { store, schema in
      for other in PostgresDataModel.allCases where other != model {
        let stranger = try await PostgresStore.open(
          try await PostgresTestServer.url(), options: PostgresOptions(schema: schema, dataModel: other))
        await Self.expectRefused { try await stranger.ping() }
        await Self.expectRefused { try await stranger.migrate() }
        await Self.expectRefused { _ = try await stranger.instructors.list(limit: 1) }
        await Self.expectRefused { _ = try await stranger.reviews.summary(of: 1, limit: 1) }
        await Self.expectRefused { _ = try await stranger.bulkLoad(BulkLoad()) }
        await stranger.close()
      }
      try await store.ping()
    }
  }

  private static func expectRefused(_ call: () async throws -> Void) async {
    do {
      try await call()
      Issue.record("a store of the other model was served")
    } catch {
      let error = error as? StoreError
      #expect(error?.code == .schemaMismatch)
      for name in PostgresDataModel.allCases { #expect(error?.reason.contains("'\(name.rawValue)'") == true) }
    }
  }

  @Test func aLoadedDocumentIsTheOneThatACreateWrites() async throws {
    try await PostgresTestServer.withStore(Self.documents) { store, schema in
      let courses: [CourseAssignment] = [
        .assistant(7), .primary(9), .assistant(CourseID(Limits.identifiers.upperBound)),
      ]
      let loaded = Self.record(1, courses: courses)
      _ = try await store.bulkLoad(BulkLoad(instructors: BulkSource(count: 1) { _ in [loaded] }))
      let stored = try await store.instructors.get(1)
      #expect(stored == Instructor(loaded, id: 1))
      let document = "SELECT document::text FROM instructor_documents"
      let ofLoad = try await PostgresTestServer.texts(document, schema: schema)
      try await store.instructors.delete(1)
      _ = try await store.instructors.create(loaded)
      #expect(try await PostgresTestServer.texts(document, schema: schema) == ofLoad)
      #expect(ofLoad.count == 1)
    }
  }

  @Test func whatIsAbsentHasNoField() async throws {
    try await PostgresTestServer.withStore(Self.documents) { store, schema in
      let created = try await store.instructors.create(Self.record(1, courses: [.primary(9), .assistant(7)]))
      var patch = InstructorPatch()
      patch.title = .clear
      patch.middleInitial = .clear
      patch.organization = .clear
      patch.averageRating = .clear
      _ = try await store.instructors.update(created.id, patch)
      _ = try await store.instructors.unassign(9, from: created.id)
      _ = try await store.instructors.unassign(7, from: created.id)
      let fields =
        "SELECT f FROM instructor_documents, jsonb_object_keys(document) f ORDER BY f COLLATE \"C\""
      #expect(
        try await PostgresTestServer.texts(fields, schema: schema) == [
          "firstName", "lastName", "learners", "ratingCount", "version",
        ])
    }
  }

  @Test(
    "The server itself refuses what this library would not have written",
    arguments: [
      "document || '{\"primaryOf\": []}'", "document - 'lastName'", "document || '{\"title\": 7}'",
      "document || '{\"averageRatingTenths\": 51}'", "document || '{\"version\": 0}'", "'[]'",
    ])
  func documentsAreChecked(change: String) async throws {
    try await PostgresTestServer.withStore(Self.documents) { store, schema in
      _ = try await store.instructors.create(Self.record(1, courses: []))
      await #expect(throws: StoreError.self) {
        try await PostgresTestServer.execute(
          "UPDATE instructor_documents SET document = \(change)", schema: schema)
      }
    }
  }

  @Test func aLoadBesideOtherRowsFindsTheCoursesThatAreTaken() async throws {
    try await PostgresTestServer.withStore(Self.documents) { store, _ in
      func load(_ ids: ClosedRange<Int64>, course: @escaping @Sendable (Int64) -> Int64)
        async throws(StoreError)
      {
        _ = try await store.bulkLoad(
          BulkLoad(
            instructors: BulkSource(count: ids.count) { range in
              range.map { index in
                let id = ids.lowerBound + Int64(index)
                return NewInstructor(
                  id: InstructorID(id), firstName: "F", lastName: "L",
                  courses: [.primary(CourseID(course(id)))])
              }
            }))
      }
      try await load(1...100) { $0 }
      // More than one chunk, so that two sessions load at once.
      try await load(101...20_500) { $0 }
      #expect(try await store.instructors.primary(of: 20_500)?.id == 20_500)
      do throws(StoreError) {
        try await load(30_001...30_010) { $0 == 30_010 ? 20_500 : $0 }
        Issue.record("a course has two primary instructors")
      } catch { #expect(error.constraint == .primaryOfCourse) }
      #expect(try await store.instructors.primary(of: 20_500)?.id == 20_500)
    }
  }

  @Test func someoneElsesSQLCantMakeASecondPrimaryEither() async throws {
    try await PostgresTestServer.withStore(Self.documents) { store, schema in
      _ = try await store.instructors.create(Self.record(1, courses: [.primary(9)]))
      _ = try await store.instructors.create(Self.record(2, courses: [.primary(10)]))
      for statement in [
        "UPDATE instructor_documents SET document = document || '{\"primaryOf\": [9, 10]}' WHERE id = 2",
        "UPDATE instructor_documents SET document = document || '{\"primaryOf\": [11]}'",
        """
        INSERT INTO instructor_documents SELECT id + 10, document || '{\"primaryOf\": [12]}' FROM instructor_documents
        """,
      ] {
        do {
          try await PostgresTestServer.execute(statement, schema: schema)
          Issue.record("\(statement) was taken")
        } catch { #expect((error as? StoreError)?.constraint == .primaryOfCourse) }
      }
      // Both at once is fine.
      try await PostgresTestServer.execute(
        "UPDATE instructor_documents SET document = document || jsonb_build_object('primaryOf', ARRAY[id + 20])",
        schema: schema)
      #expect(try await store.instructors.primary(of: 22)?.id == 2)
    }
  }

  /// Of two that write each other's courses in opposite orders, none may wait for the other for ever.
  @Test func manyBatchesWithTheSameTurnsInOppositeOrders() async throws {
    try await PostgresTestServer.withStore(PostgresOptions(dataModel: .document, timeout: .seconds(60))) {
      store, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for batch in 0..<4 as Range<Int64> {
          group.addTask {
            // Courses of all turns, in this order or the other.
            let courses = (0..<1_000 as Range<Int64>).map { 1 + batch * 1_024 + $0 }
            let items = (batch % 2 == 0 ? courses : courses.reversed()).map { course in
              NewInstructor(firstName: "F", lastName: "L", courses: [.primary(CourseID(course))])
            }
            _ = try await store.instructors.createMany(items)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await store.instructors.count(.all, upTo: 10_000) == 4_000)
    }
  }
}
