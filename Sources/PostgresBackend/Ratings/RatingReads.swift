import InstructorStore

/// The statements that read ratings. A course without a row has the zero rating.
enum RatingReads {
  static let get = Statement(
    "SELECT \(RatingRow.columns) FROM course_ratings c WHERE c.course_id = $1::bigint")

  /// The sum of what is shown, in one row.
  static let histogram = Statement(
    """
    SELECT \(zip(RatingRow.baseColumns, RatingRow.reviewColumns).map { base, reviews in
      "coalesce(sum(coalesce(\(base), 0) + \(reviews)), 0)::bigint"
    }.joined(separator: ", "))
      FROM course_ratings WHERE course_id = ANY ($1::bigint[])
    """)
}
