import InstructorStore

/// The columns of a course's rating, and the way to and from a model.
///
/// Each step of stars has a column of its own for the reviews and another for the imported base: `reviews_4_5` is how
/// many reviews give 4½. Adding to a `bigint` in place is the cheapest update there is, and people who write SQL can
/// read it.
enum RatingRow {
  /// Ascending by stars, as in `StarCounts.steps`.
  static let reviewColumns = steps(of: "reviews")
  static let baseColumns = steps(of: "base")

  private static func steps(of prefix: String) -> [String] {
    Stars.allSteps.map { stars in
      "\(prefix)_\(stars.halves / 2)" + (stars.halves.isMultiple(of: 2) ? "" : "_5")
    }
  }

  /// Of a table called `c`: version, the base, the reviews.
  static let columns = (["version"] + baseColumns + reviewColumns).map { "c.\($0)" }.joined(separator: ", ")
  static let columnCount = 1 + 2 * Limits.starHalves.count

  /// Whether a row says no more than that there is no rating: version 0 means that there is no base.
  static let isZero = (["version"] + reviewColumns).map { "\($0) = 0" }.joined(separator: " AND ")

  /// - Parameter first: The column where ``columns`` begin.
  static func decode(
    _ result: borrowing PostgresResult, _ row: Int = 0, of course: CourseID, from first: Int = 0
  ) throws(DecodingFailure) -> CourseRating {
    let steps = Limits.starHalves.count
    return CourseRating(
      courseID: course, version: try result.integer(row, first),
      base: result.isNull(row, first + 1) ? nil : try counts(result, row, from: first + 1),
      reviews: try counts(result, row, from: first + 1 + steps))
  }

  static func decodeFirst(
    _ result: borrowing PostgresResult, of course: CourseID
  ) throws(DecodingFailure) -> CourseRating? {
    result.rowCount == 0 ? nil : try decode(result, of: course)
  }

  static func counts(
    _ result: borrowing PostgresResult, _ row: Int, from first: Int
  ) throws(DecodingFailure) -> StarCounts {
    var steps: [Int64] = []
    steps.reserveCapacity(Limits.starHalves.count)
    for column in first..<first + Limits.starHalves.count { steps.append(try result.integer(row, column)) }
    guard let counts = StarCounts(steps: steps) else { throw DecodingFailure() }
    return counts
  }
}
