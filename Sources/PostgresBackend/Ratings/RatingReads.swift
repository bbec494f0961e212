import InstructorStore

/// The statements that read ratings. A course without a row has the zero rating.
enum RatingReads {
  static let get = Lookup(
    one: get(courses: "= $1::bigint"), many: get(courses: "= ANY($1::bigint[])"),
    keyColumn: RatingRow.columnCount
  ) { result, rows, course throws(DecodingFailure) -> CourseRating? in
    try rows.first.map { (row) throws(DecodingFailure) in
      try RatingRow.decode(result, row, of: CourseID(course))
    }
  }

  private static func get(courses condition: String) -> Statement {
    Statement("SELECT \(RatingRow.columns), c.course_id FROM course_ratings c WHERE c.course_id \(condition)")
  }

  /// The sum of what is shown, in one row.
  static let histogram = Statement(
    """
    SELECT \(zip(RatingRow.baseColumns, RatingRow.reviewColumns).map { base, reviews in
      "coalesce(sum(coalesce(\(base), 0) + \(reviews)), 0)::bigint"
    }.joined(separator: ", "))
      FROM course_ratings WHERE course_id = ANY ($1::bigint[])
    """)
}
