import DriverKit
import InstructorStore
import Testing

@testable import PostgresBackend

extension PostgresTestServer {
  /// What a query says, as whole numbers; asked in a session of its own.
  static func integers(_ sql: String, schema: String) async throws -> [Int64] {
    let store = try await PostgresStore.open(
      try await url(), options: PostgresOptions(schema: schema, connections: 1))
    let numbers = try await store.pool.lease(store.call("test"), .read) {
      (connection, call) throws(StoreError) in
      var numbers: [Int64] = []
      try connection.text(call, sql) { result in
        for row in 0..<result.rowCount { numbers.append((try? result.integer(row, 0)) ?? .min) }
      }
      return numbers
    }
    await store.close()
    return numbers
  }

  /// The first column of a query.
  static func texts(_ sql: String, schema: String) async throws -> [String] {
    let store = try await PostgresStore.open(
      try await url(), options: PostgresOptions(schema: schema, connections: 1))
    let texts = try await store.pool.lease(store.call("test"), .read) {
      (connection, call) throws(StoreError) in
      var texts: [String] = []
      try connection.text(call, sql) { result in
        for row in 0..<result.rowCount { texts.append((try? result.text(row, 0)) ?? "null") }
      }
      return texts
    }
    await store.close()
    return texts
  }

  /// The courses whose rating, and the reviewers whose count, are not those of their reviews.
  static func inexactAggregates(schema: String) async throws -> (courses: [Int64], reviewers: [Int64]) {
    let counts = zip(RatingRow.reviewColumns, Limits.starHalves).map { column, halves in
      "coalesce(c.\(column), 0) <> coalesce(n.\(column), 0)"
    }
    let recount = zip(RatingRow.reviewColumns, Limits.starHalves).map { column, halves in
      "count(*) FILTER (WHERE stars = \(halves)) AS \(column)"
    }
    let courses = try await integers(
      """
      SELECT course_id FROM course_ratings c FULL JOIN
        (SELECT course_id, \(recount.joined(separator: ", ")) FROM reviews GROUP BY course_id) n USING (course_id)
        WHERE \(counts.joined(separator: " OR ")) ORDER BY 1
      """, schema: schema)
    let reviewers = try await integers(
      """
      SELECT id FROM reviewers r
        WHERE review_count <> (SELECT count(*) FROM reviews v WHERE v.reviewer_id = r.id) ORDER BY 1
      """, schema: schema)
    return (courses, reviewers)
  }
}

extension NewReview {
  static func sample(_ course: CourseID, by reviewer: ReviewerID, halves: Int = 9, id: ReviewID? = nil)
    -> NewReview
  {
    NewReview(
      id: id, courseID: course, reviewerID: reviewer, stars: Stars(halves: halves),
      comment: "Clear and short.",
      createdAt: Timestamp(milliseconds: 1_700_000_000_000))
  }
}
