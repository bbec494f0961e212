import InstructorStore

/// The columns of a review with its author's name and picture, and the way to a model.
enum ReviewRow {
  static let storedColumns = [
    "id", "version", "course_id", "reviewer_id", "created_at", "helpful", "reported", "stars", "comment",
  ]
  /// Of a row of reviews called `v` and its reviewer called `r`.
  static let columns =
    (storedColumns.map { "v.\($0)" } + ["r.name", "r.picture"]).joined(separator: ", ")

  /// - Parameter first: The column where ``columns`` begin.
  static func decode(
    _ result: borrowing PostgresResult, _ row: Int = 0, from first: Int = 0
  ) throws(DecodingFailure) -> Review {
    Review(
      id: ReviewID(try result.integer(row, first)),
      version: try result.integer(row, first + 1),
      courseID: CourseID(try result.integer(row, first + 2)),
      reviewerID: ReviewerID(try result.integer(row, first + 3)),
      reviewerName: try result.text(row, first + 9),
      reviewerPicture: try result.optionalText(row, first + 10),
      stars: Stars(halves: Int(try result.integer(row, first + 7))),
      comment: try result.text(row, first + 8),
      createdAt: Timestamp(milliseconds: try result.integer(row, first + 4)),
      helpful: try result.integer(row, first + 5),
      reported: try result.integer(row, first + 6))
  }

  static func decodeFirst(_ result: borrowing PostgresResult) throws(DecodingFailure) -> Review? {
    result.rowCount == 0 ? nil : try decode(result)
  }

  static func decodeAll(_ result: borrowing PostgresResult) throws(DecodingFailure) -> [Review] {
    var reviews: [Review] = []
    reviews.reserveCapacity(result.rowCount)
    for row in 0..<result.rowCount { reviews.append(try decode(result, row)) }
    return reviews
  }
}
