import InstructorStore

/// Each change is one statement on one document. Absent values have no field, and an array that would be empty has none
/// either. That a course has one primary is the promise of a trigger: see `PostgresSchema`.
extension InstructorWrites {
  private static let fields = InstructorFields.document

  static let document = InstructorWrites(
    .document,
    insert: """
      INSERT INTO instructor_documents (id, document)
        VALUES ($1::bigint, jsonb_strip_nulls(jsonb_build_object('version', 1, 'firstName', $2::text,
          'middleInitial', $3::text, 'lastName', $4::text, 'academicTitle', $5::text, 'title', $6::text,
          'organization', $7::text, 'learners', $8::bigint, 'averageRatingTenths', $9::smallint,
          'ratingCount', $10::bigint, 'primaryOf', $11::bigint[], 'assists', $12::bigint[])))
      """,
    claimCourses: "SELECT claim_courses($1::bigint[])",
    update: """
      UPDATE instructor_documents i SET document = \(next(
        """
        'firstName', coalesce($3::text, i.document->>'firstName'),
        'lastName', coalesce($4::text, i.document->>'lastName'),
        'learners', coalesce($5::bigint, \(fields.learners)),
        'ratingCount', coalesce($6::bigint, (i.document->'ratingCount')::bigint),
        'middleInitial', CASE WHEN $7::boolean THEN $8::text ELSE i.document->>'middleInitial' END,
        'academicTitle', CASE WHEN $9::boolean THEN $10::text ELSE i.document->>'academicTitle' END,
        'title', CASE WHEN $11::boolean THEN $12::text ELSE i.document->>'title' END,
        'organization', CASE WHEN $13::boolean THEN $14::text ELSE i.document->>'organization' END,
        'averageRatingTenths', CASE WHEN $15::boolean THEN $16::smallint
          ELSE (i.document->'averageRatingTenths')::smallint END
        """))
        WHERE \(isWanted(version: "$2")) RETURNING \(fields.all)
      """,
    assign: [
      """
      UPDATE instructor_documents i SET document = \(next("\(chosen), coalesce(i.document->\(chosen), '[]') || \(course)"))
        WHERE \(isWanted(version: "$4")) AND NOT coalesce(\(has("primaryOf")), false)
          AND NOT coalesce(\(has("assists")), false)
          AND coalesce(jsonb_array_length(i.document->'primaryOf'), 0)
            + coalesce(jsonb_array_length(i.document->'assists'), 0) < \(Limits.coursesPerInstructor)
        RETURNING \(fields.all)
      """
    ],
    unassign: [
      """
      UPDATE instructor_documents i
        SET document = \(next("'primaryOf', \(without("primaryOf")), 'assists', \(without("assists"))"))
        WHERE \(isWanted(version: "$3")) AND (\(has("primaryOf")) OR \(has("assists")))
        RETURNING \(fields.all)
      """
    ],
    lockPrimaries: """
      SELECT \(fields.all) FROM instructor_documents i
        WHERE i.id = $2::bigint OR \(CourseIndex.finds("$1::bigint", in: "primaryOf"))
        ORDER BY i.id FOR NO KEY UPDATE
      """,
    currentPrimary:
      "SELECT i.id FROM instructor_documents i WHERE \(CourseIndex.finds("$1::bigint", in: "primaryOf"))",
    promote: [
      """
      UPDATE instructor_documents i SET document = \(next(
        "'primaryOf', coalesce(i.document->'primaryOf', '[]') || \(course), 'assists', \(without("assists"))"))
        WHERE i.id = $1::bigint
      """
    ])

  private static let course = "to_jsonb($2::bigint)"
  private static let chosen = "CASE WHEN $3::boolean THEN 'primaryOf' ELSE 'assists' END"

  /// The document's next version: with these fields, and without those of them that are null.
  private static func next(_ changed: String) -> String {
    """
    jsonb_strip_nulls(i.document
      || jsonb_build_object('version', \(fields.version) + 1, \(changed)))
    """
  }

  private static func isWanted(version: String) -> String {
    "i.id = $1::bigint AND (\(version)::bigint IS NULL OR \(fields.version) = \(version)::bigint)"
  }

  /// Null where there is no such array.
  private static func has(_ field: String) -> String { "i.document->'\(field)' @> \(course)" }

  /// The array without the course; null where nothing is left.
  private static func without(_ field: String) -> String {
    "(SELECT jsonb_agg(e) FROM jsonb_array_elements(i.document->'\(field)') e WHERE e <> \(course))"
  }
}
