import InstructorStore

extension CopyBuffer {
  static let reviewersCommand = """
    COPY reviewers (id, version, courses_taken, review_count, name, picture) FROM STDIN (FORMAT binary)
    """
  static let reviewsCommand =
    "COPY reviews (\(ReviewRow.storedColumns.joined(separator: ", "))) FROM STDIN (FORMAT binary)"
  static let ratingsCommand = """
    COPY course_ratings (course_id, version, \
    \((RatingRow.baseColumns + RatingRow.reviewColumns).joined(separator: ", "))) FROM STDIN (FORMAT binary)
    """

  func append(_ reviewer: Reviewer) {
    beginRow(fields: 6)
    field(reviewer.id.rawValue)
    field(reviewer.version)
    field(reviewer.coursesTaken)
    field(reviewer.reviewCount)
    field(reviewer.name)
    field(reviewer.picture)
  }

  /// The reviewer's name and picture are with the reviewer.
  func append(_ review: Review) {
    beginRow(fields: 9)
    field(review.id.rawValue)
    field(review.version)
    field(review.courseID.rawValue)
    field(review.reviewerID.rawValue)
    field(review.createdAt.milliseconds)
    field(review.helpful)
    field(review.reported)
    field(smallint: review.stars.halves)
    field(review.comment)
  }

  func append(_ rating: CourseRating) {
    let steps = Limits.starHalves.count
    beginRow(fields: Int16(2 + 2 * steps))
    field(rating.courseID.rawValue)
    field(rating.version)
    if let base = rating.base {
      for count in base.steps { field(count) }
    } else {
      for _ in 0..<steps { null() }
    }
    for count in rating.reviews.steps { field(count) }
  }
}
