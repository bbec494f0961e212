import InstructorStore

/// The statements that change ratings, and the order in which every write of reviews takes its locks.
///
/// **Lock order: reviewer, review, rating; several of a kind by id.** Who writes takes row locks in this order only, so no two
/// wait for each other:
///
/// - A new review counts itself with its reviewer, is inserted, then counts in the rating. (The foreign key's
///   check locks the reviewer again, which this unit has.)
/// - An edit of the stars locks the review, then the rating; any other edit and a vote the review alone.
/// - Deleting a review looks up who wrote it, which never changes, locks the reviewer, then the review, then the rating.
/// - Deleting a reviewer locks the reviewer, so that no review of theirs comes or goes, then all of those reviews, then the
///   ratings in the order of courses. Others hold one review at the most while they wait, and no two such units want the
///   same review.
/// - Renaming a reviewer locks the reviewer; `put`, `delete` and `recompute` lock the rating.
///
/// The rating comes last because it is the row that everybody wants: a popular course's is locked from there to the end of
/// the unit, for little more than the commit takes.
///
/// Counts are added to in place (`x = x + 1`), so it is the row as it is once the lock was waited for that counts, not the
/// statement's older snapshot. They have no lower bound: loaded data may come with too few, which `recompute` mends, and
/// until then reviews must still be deletable.
enum RatingWrites {
  /// Adds to the ratings of courses, in the order of the rows of `source`, which have a `course_id`.
  ///
  /// - Parameter change: What to add to a step's count, given its stars in halves.
  static func add(from source: String, _ change: (_ halves: Int) -> String) -> String {
    let columns = RatingRow.reviewColumns
    return """
      INSERT INTO course_ratings (course_id, \(columns.joined(separator: ", ")))
        SELECT course_id, \(Limits.starHalves.map(change).joined(separator: ", ")) FROM \(source)
        ON CONFLICT (course_id) DO UPDATE
          SET \(columns.map { "\($0) = course_ratings.\($0) + excluded.\($0)" }.joined(separator: ", "))
      """
  }

  private static let baseParameters = (3..<3 + Limits.starHalves.count).map { "$\($0)::bigint" }

  /// A version of 0 is what a course without a row has. Rows are never deleted, so the condition on the row's
  /// existence can't be overtaken.
  static let put = Statement(
    """
    INSERT INTO course_ratings AS c (course_id, version, \(RatingRow.baseColumns.joined(separator: ", ")))
      SELECT $1::bigint, 1, \(baseParameters.joined(separator: ", "))
        WHERE $2::bigint IS NULL OR $2::bigint = 0
          OR EXISTS (SELECT FROM course_ratings WHERE course_id = $1::bigint)
      ON CONFLICT (course_id) DO UPDATE SET version = c.version + 1,
          \(RatingRow.baseColumns.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
        WHERE $2::bigint IS NULL OR c.version = $2::bigint
      RETURNING \(RatingRow.columns)
    """)

  static let deleteBase = Statement(
    """
    UPDATE course_ratings c SET version = c.version + 1,
        \(RatingRow.baseColumns.map { "\($0) = NULL" }.joined(separator: ", "))
      WHERE c.course_id = $1::bigint AND \(RatingRow.baseColumns.map { "c.\($0)" }[0]) IS NOT NULL
        AND ($2::bigint IS NULL OR c.version = $2::bigint)
      RETURNING \(RatingRow.columns)
    """)

  // The steps of recompute, one unit. Counting starts with a snapshot of its own after the row was locked: a
  // review that isn't in it is counted later, by its own unit, which waits for the lock.

  /// So that there is a row to lock. It stays, as zeros, where nothing was counted.
  static let makeRow = Statement(
    "INSERT INTO course_ratings (course_id) VALUES ($1::bigint) ON CONFLICT (course_id) DO NOTHING")
  static let lock = Statement(
    "SELECT FROM course_ratings WHERE course_id = $1::bigint FOR NO KEY UPDATE")
  static let recompute = Statement(
    """
    UPDATE course_ratings c
      SET \(RatingRow.reviewColumns.map { "\($0) = n.\($0)" }.joined(separator: ", "))
      FROM (
        SELECT \(zip(RatingRow.reviewColumns, Limits.starHalves).map { column, halves in
          "count(*) FILTER (WHERE stars = \(halves)) AS \(column)"
        }.joined(separator: ", "))
        FROM reviews WHERE course_id = $1::bigint) n
      WHERE c.course_id = $1::bigint
      RETURNING \(RatingRow.columns)
    """)
}
