import InstructorStore

/// The statements of reviewers.
enum ReviewerStatements {
  static let columns = "r.id, r.version, r.name, r.picture, r.courses_taken, r.review_count"

  static func decodeFirst(_ result: borrowing PostgresResult) throws(DecodingFailure) -> Reviewer? {
    result.rowCount == 0 ? nil : try decode(result, 0)
  }

  private static func decode(
    _ result: borrowing PostgresResult, _ row: Int
  ) throws(DecodingFailure) -> Reviewer {
    Reviewer(
      id: ReviewerID(try result.integer(row, 0)), version: try result.integer(row, 1),
      name: try result.text(row, 2),
      picture: try result.optionalText(row, 3), coursesTaken: try result.integer(row, 4),
      reviewCount: try result.integer(row, 5))
  }

  static let get = Lookup(
    one: get(ids: "= $1::bigint"), many: get(ids: "= ANY($1::bigint[])"), keyColumn: 0
  ) { result, rows, _ throws(DecodingFailure) -> Reviewer? in
    try rows.first.map { (row) throws(DecodingFailure) in try decode(result, row) }
  }

  private static func get(ids condition: String) -> Statement {
    Statement("SELECT \(columns) FROM reviewers r WHERE r.id \(condition)")
  }

  static let insert = Statement(
    """
    INSERT INTO reviewers (id, version, name, picture, courses_taken, review_count)
      VALUES ($1::bigint, 1, $2::text, $3::text, $4::bigint, 0)
    """)

  /// A new name or picture is one row here, whatever the reviewer has written. Where it is many documents there is a
  /// limit, and stores must not differ in what they refuse.
  static let update = Statement(
    """
    UPDATE reviewers r SET version = r.version + 1,
        name = coalesce($3::text, r.name),
        picture = CASE WHEN $4::boolean THEN $5::text ELSE r.picture END,
        courses_taken = coalesce($6::bigint, r.courses_taken)
      WHERE r.id = $1::bigint AND ($2::bigint IS NULL OR r.version = $2::bigint)
        AND (r.review_count <= \(Limits.reviewsPerCascade)
          OR (coalesce($3::text, r.name) = r.name
            AND (NOT $4::boolean OR $5::text IS NOT DISTINCT FROM r.picture)))
      RETURNING \(columns)
    """)

  static func bindUpdate(
    _ id: ReviewerID, _ patch: ReviewerPatch, _ version: Int64?, _ parameters: ParameterBuffer
  ) {
    parameters.append(id.rawValue)
    parameters.append(version)
    parameters.append(patch.name)
    parameters.append(patch.picture.isChange)
    parameters.append(patch.picture.applied(to: nil))
    parameters.append(patch.coursesTaken)
  }

  // The steps of delete, one unit. From the first on nobody writes a review of this reviewer, nor deletes one; the later
  // ones start with a snapshot that has all there are.

  static let lock = Statement("SELECT FROM reviewers r WHERE r.id = $1::bigint FOR UPDATE")
  /// Takes nothing where there are too many: the last step sees that something is left.
  static let deleteReviews = Statement(
    """
    WITH gone AS (
      DELETE FROM reviews v WHERE v.reviewer_id = $1::bigint
        AND EXISTS (
          SELECT FROM reviewers r WHERE r.id = $1::bigint AND ($2::bigint IS NULL OR r.version = $2::bigint))
        AND (SELECT count(*) FROM (
          SELECT FROM reviews WHERE reviewer_id = $1::bigint LIMIT \(Limits.reviewsPerCascade + 1)) counted)
          <= \(Limits.reviewsPerCascade)
        RETURNING v.course_id, v.stars)
    \(RatingWrites.add(from: "gone GROUP BY course_id ORDER BY course_id") { "-count(*) FILTER (WHERE stars = \($0))" })
    """)
  static let delete = Statement(
    """
    DELETE FROM reviewers r WHERE r.id = $1::bigint AND ($2::bigint IS NULL OR r.version = $2::bigint)
      AND NOT EXISTS (SELECT FROM reviews v WHERE v.reviewer_id = r.id)
    """)

  /// Whether more reviews than `Limits.reviewsPerCascade` are left.
  static let hasTooMany = Statement(
    """
    SELECT EXISTS (
      SELECT FROM reviews WHERE reviewer_id = $1::bigint OFFSET \(Limits.reviewsPerCascade))
    """)
}
