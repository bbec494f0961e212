import InstructorStore

/// The statements that change reviews: each a unit of its own that changes the review and both counts. For the order
/// of their locks see `RatingWrites`. The steps of each follow the order of its data: a step that reads another's rows
/// can't run before it.
enum ReviewWrites {
  private static let columns = ReviewRow.columns

  /// Inserts nothing where the reviewer does not exist. The name returned is the one the reviewer has until the unit ends,
  /// as the count's lock keeps it.
  static let create = Statement(
    """
    WITH author AS (
      UPDATE reviewers r SET review_count = r.review_count + 1 WHERE r.id = $3::bigint
        RETURNING r.id, r.name, r.picture),
    stored AS (
      INSERT INTO reviews (id, version, course_id, reviewer_id, stars, comment, created_at, helpful, reported)
        SELECT $1::bigint, 1, $2::bigint, id, $4::smallint, $5::text, $6::bigint, 0, 0 FROM author
        RETURNING course_id, stars),
    rated AS (\(RatingWrites.add(from: "stored") { "(stars = \($0))::int" }))
    SELECT name, picture FROM author
    """)

  static func bindCreate(_ new: NewReview, _ id: ReviewID, _ parameters: ParameterBuffer) {
    parameters.append(id.rawValue)
    parameters.append(new.courseID.rawValue)
    parameters.append(new.reviewerID.rawValue)
    parameters.append(smallint: new.stars.halves)
    parameters.append(new.comment)
    parameters.append(new.createdAt.milliseconds)
  }

  /// The old stars come from the row as it is once locked, not from the statement's snapshot: of two edits at once, the
  /// second moves the rating from where the first has left it.
  static let update = Statement(
    """
    WITH old AS (
      SELECT v.id, v.stars FROM reviews v
        WHERE v.id = $1::bigint AND ($2::bigint IS NULL OR v.version = $2::bigint) FOR NO KEY UPDATE),
    changed AS (
      UPDATE reviews v SET version = v.version + 1, stars = coalesce($3::smallint, v.stars),
          comment = coalesce($4::text, v.comment)
        FROM old WHERE v.id = old.id
        RETURNING \(ReviewRow.storedColumns.map { "v.\($0)" }.joined(separator: ", ")), old.stars AS was),
    rated AS (
      \(RatingWrites.add(from: "changed WHERE stars <> was") { "(stars = \($0))::int - (was = \($0))::int" }))
    SELECT \(columns) FROM changed v JOIN reviewers r ON r.id = v.reviewer_id
    """)

  static func bindUpdate(
    _ id: ReviewID, _ patch: ReviewPatch, _ version: Int64?, _ parameters: ParameterBuffer
  ) {
    parameters.append(id.rawValue)
    parameters.append(version)
    parameters.append(smallint: patch.stars?.halves)
    parameters.append(patch.comment)
  }

  /// The row deleted is the one as it is once locked, whatever the snapshot: its last stars are taken out.
  static let delete = Statement(
    """
    WITH author AS (
      SELECT r.id FROM reviews v JOIN reviewers r ON r.id = v.reviewer_id
        WHERE v.id = $1::bigint FOR NO KEY UPDATE OF r),
    gone AS (
      DELETE FROM reviews v USING author
        WHERE v.id = $1::bigint AND v.reviewer_id = author.id AND ($2::bigint IS NULL OR v.version = $2::bigint)
        RETURNING v.course_id, v.reviewer_id, v.stars),
    counted AS (
      UPDATE reviewers r SET review_count = r.review_count - 1 FROM gone WHERE r.id = gone.reviewer_id)
    \(RatingWrites.add(from: "gone") { "-(stars = \($0))::int" })
    """)

  static let markHelpful = vote("helpful")
  static let report = vote("reported")

  private static func vote(_ column: String) -> Statement {
    Statement(
      """
      UPDATE reviews SET \(column) = \(column) + 1
        WHERE id = $1::bigint AND \(column) < \(Limits.counters.upperBound) RETURNING \(column)
      """)
  }
}
