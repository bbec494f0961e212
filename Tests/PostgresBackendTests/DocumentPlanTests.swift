import InstructorStore
import Testing

@testable import PostgresBackend

/// How the server runs the reads of instructors as documents.
struct DocumentPlanTests {
  private static let rows = """
    INSERT INTO instructor_documents SELECT n, jsonb_build_object('version', 1, 'firstName', 'F' || n, 'lastName',
        'L' || n % 1000, 'organization', 'O' || n % 7, 'learners', n, 'ratingCount', 0, 'primaryOf', ARRAY[n],
        'assists', ARRAY[n + 1, n + 2])
      FROM generate_series(1, 30000) n
    """

  private static func withDocuments(_ body: @Sendable (PostgresStore) async throws -> Void) async throws {
    try await PostgresTestServer.withStore(PostgresOptions(dataModel: .document)) { store, schema in
      // As a bulk load does it.
      let fill = [
        "ALTER TABLE instructor_documents DISABLE TRIGGER claims_of_new", rows,
        "ALTER TABLE instructor_documents ENABLE TRIGGER claims_of_new",
        "VACUUM ANALYZE instructor_documents",
      ]
      try await withStoreTimeout(.seconds(60)) {
        for statement in fill { try await PostgresTestServer.execute(statement, schema: schema) }
      }
      try await body(store)
    }
  }

  @Test("Whoever is on a course is found through the indexes on the arrays, whatever plan it is")
  func courses() async throws {
    try await Self.withDocuments { store in
      let (reads, writes) = (InstructorReads.document, InstructorWrites.document)
      let several = "ARRAY[77, 78, 79]::bigint[]"
      for isGeneric in [true, false] {
        for (statement, arguments, indexes) in [
          (reads.team.one, "77", ["primary_of_course", "assists_on_course"]),
          (reads.primary.one, "77", ["primary_of_course"]),
          (reads.team.many, "\(several), 99", ["primary_of_course", "assists_on_course"]),
          (reads.primary.many, several, ["primary_of_course"]),
          (writes.currentPrimary, "77", ["primary_of_course"]),
          (writes.lockPrimaries, "77, 99", ["primary_of_course", "instructor_id"]),
        ] {
          let plan = try await PostgresTestServer.plan(statement, arguments, isGeneric: isGeneric, store)
          for index in indexes { #expect(plan.contains("Bitmap Index Scan on \(index)"), "\(plan)") }
          #expect(!plan.contains("Seq Scan"), "\(plan)")
        }
      }
    }
  }

  @Test("A list walks an index from its place on and sorts nothing")
  func lists() async throws {
    try await Self.withDocuments { store in
      for (organization, prefix) in [(nil, nil), ("O3", nil), (nil, "L77"), ("O3", "L7")]
        as [(String?, String?)]
      {
        let upperBound = prefix.map { _ in "L78" }
        let filter = InstructorFilter(organization: organization, lastNamePrefix: prefix)
        for hasCursor in [false, true] {
          let shape = InstructorReads.Shape(filter, upperBound: upperBound, hasCursor: hasCursor)
          let arguments =
            ["11"] + [organization, prefix, upperBound].compactMap { $0.map { "'\($0)'" } }
            + (hasCursor ? ["'L77'", "'F5'", "5"] : [])
          let index = organization == nil ? "instructors_by_name" : "instructors_by_organization"
          for isGeneric in [true, false] {
            let plan = try await PostgresTestServer.plan(
              InstructorReads.document.list(shape), arguments.joined(separator: ", "), isGeneric: isGeneric,
              store)
            #expect(plan.contains("Index Scan") && plan.contains(index), "\(plan)")
            // Where it knows that few rows are left, the server may well sort those.
            for bad in isGeneric ? ["Sort", "Seq Scan", "Bitmap"] : ["Seq Scan"] {
              #expect(!plan.contains(bad), "\(bad) in\n\(plan)")
            }
          }
        }
      }
    }
  }

  @Test("A change finds its document by the key")
  func keys() async throws {
    try await Self.withDocuments { store in
      let writes = InstructorWrites.document
      for (statement, arguments) in [
        (InstructorReads.document.get.one, "7"), (InstructorReads.document.get.many, "ARRAY[7, 8]::bigint[]"),
        (writes.delete, "7, NULL"),
        (writes.assign[0], "8, 99999, true, NULL"),
        (writes.unassign[0], "9, 9, NULL"), (writes.promote[0], "10, 99998"),
      ] {
        let plan = try await PostgresTestServer.plan(statement, arguments, isGeneric: true, store)
        #expect(plan.contains("Index Scan using instructor_id"), "\(plan)")
      }
    }
  }
}
