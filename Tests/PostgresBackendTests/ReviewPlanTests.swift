import DriverKit
import InstructorStore
import Testing

@testable import PostgresBackend

/// How the server runs the reads of reviews, on a course with many and some with few.
struct ReviewPlanTests {
  private static let hotCourse = 1
  private static let rows = """
    INSERT INTO reviews (id, version, course_id, reviewer_id, created_at, helpful, reported, stars, comment)
      SELECT n, 1, CASE WHEN n % 10 = 0 THEN \(hotCourse) ELSE 2 + n % 1500 END, 1 + n, n * 1000, n % 40, 0,
          CASE WHEN n % 1500 = 0 THEN 3 ELSE 10 END, 'Comment ' || n
        FROM generate_series(1, 30000) n
    """

  private static func withReviews(_ body: @Sendable (PostgresStore) async throws -> Void) async throws {
    try await PostgresTestServer.withStore { store, schema in
      let fill = [
        "INSERT INTO reviewers SELECT n, 1, 0, 0, 'R' || n, NULL FROM generate_series(1, 30001) n", rows,
        "INSERT INTO course_ratings (course_id) SELECT DISTINCT course_id FROM reviews",
        "VACUUM ANALYZE reviewers", "VACUUM ANALYZE reviews", "VACUUM ANALYZE course_ratings",
      ]
      for statement in fill { try await PostgresTestServer.execute(statement, schema: schema) }
      try await body(store)
    }
  }

  @Test("A page walks its index from its place on, sorts nothing and looks at no row it doesn't return")
  func pages() async throws {
    try await Self.withReviews { store in
      for order in ReviewOrder.allCases {
        for stars in [nil, Stars(halves: 3)] {
          for hasCursor in [false, true] {
            let listing = ReviewListing.page(CourseID(Int64(Self.hotCourse)), order, stars)
            let shape = ReviewReads.Shape(listing, hasCursor: hasCursor)
            let rank = order == .newest ? "10000000" : "20"
            let arguments =
              ["\(Self.hotCourse)", "11"] + (stars == nil ? [] : ["3"]) + (hasCursor ? [rank, "9000"] : [])
            for isGeneric in [true, false] {
              let plan = try await PostgresTestServer.plan(
                ReviewReads.list(shape), arguments.joined(separator: ", "), isGeneric: isGeneric, store)
              let index = order == .newest ? "reviews_by_time" : "reviews_by_helpful"
              #expect(plan.contains("Index Scan using \(index)"), "\(plan)")
              #expect(plan.contains("Index Scan using reviewer_id on reviewers"), "\(plan)")
              for bad in ["Sort", "Seq Scan", "Bitmap", "Rows Removed", "Hash"] {
                #expect(!plan.contains(bad), "\(bad) in\n\(plan)")
              }
            }
          }
        }
      }
    }
  }

  @Test("A search walks the course's reviews in order, a summary reads one page")
  func searchAndSummary() async throws {
    try await Self.withReviews { store in
      let search = ReviewReads.Shape(.search(1, "x"), hasCursor: false)
      for isGeneric in [true, false] {
        let plans = [
          try await PostgresTestServer.plan(
            ReviewReads.list(search), "1, 11, 'comment 119'", isGeneric: isGeneric, store),
          try await PostgresTestServer.plan(ReviewReads.summary, "1, 11", isGeneric: isGeneric, store),
        ]
        for plan in plans {
          #expect(plan.contains("Index Scan using reviews_by_time"), "\(plan)")
          for bad in ["Seq Scan", "Bitmap", "Hash"] { #expect(!plan.contains(bad), "\(bad) in\n\(plan)") }
        }
      }
    }
  }

  @Test("Single rows are found by key, and a recompute by the course")
  func keys() async throws {
    try await Self.withReviews { store in
      let keys = "ARRAY[7, 8, 9]::bigint[]"
      let byKey = [
        (ReviewReads.get.one, "7"), (RatingReads.get.one, "7"), (ReviewerStatements.get.one, "7"),
        (ReviewReads.get.many, keys), (RatingReads.get.many, keys), (ReviewerStatements.get.many, keys),
      ]
      for (statement, arguments) in byKey {
        let plan = try await PostgresTestServer.plan(statement, arguments, isGeneric: true, store)
        #expect(!plan.contains("Seq Scan"), "\(plan)")
      }
      let plan = try await PostgresTestServer.plan(RatingWrites.recompute, "1", isGeneric: true, store)
      #expect(plan.contains("reviews_by_"), "\(plan)")
      for (statement, arguments) in [
        (ReviewWrites.update, "7, NULL, 4, NULL"), (ReviewWrites.delete, "7, NULL"),
        (ReviewWrites.create, "50000, 1, 7, 8, 'x', 0"), (ReviewerStatements.deleteReviews, "7, NULL"),
      ] {
        let plan = try await PostgresTestServer.plan(statement, arguments, isGeneric: true, store)
        #expect(!plan.contains("Seq Scan"), "\(plan)")
      }
    }
  }
}
