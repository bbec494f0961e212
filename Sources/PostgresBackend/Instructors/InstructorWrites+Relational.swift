import InstructorStore

/// Where a unit has two statements, the second brings `course_instructors` in line with the arrays that the first
/// has left in the instructor's row. It starts with a snapshot of its own after the first has locked that row, so
/// it sees what a concurrent writer committed meanwhile; and if the first changed nothing, neither does it.
extension InstructorWrites {
  private static let columns = InstructorFields.relational.all

  static let relational = InstructorWrites(
    .relational,
    insert: """
      INSERT INTO instructors (id, version, first_name, middle_initial, last_name, academic_title, title,
          organization, learners, average_rating_tenths, rating_count, primary_of, assists)
        VALUES ($1::bigint, 1, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::bigint,
          $9::smallint, $10::bigint, $11::bigint[], $12::bigint[])
      """,
    insertMany: """
      INSERT INTO instructors (id, version, first_name, middle_initial, last_name, academic_title, title,
          organization, learners, average_rating_tenths, rating_count, primary_of, assists)
        SELECT n.id, 1, n.first_name, n.middle_initial, n.last_name, n.academic_title, n.title, n.organization,
            n.learners, n.average_rating_tenths, n.rating_count, n.primary_of::bigint[], n.assists::bigint[]
          FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::bigint[], $9::smallint[], $10::bigint[], $11::text[], $12::text[])
          n (id, first_name, middle_initial, last_name, academic_title, title, organization, learners,
            average_rating_tenths, rating_count, primary_of, assists)
      """,
    insertCourses: """
      INSERT INTO course_instructors (course_id, instructor_id, is_primary)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::boolean[])
      """,
    update: """
      UPDATE instructors i SET version = i.version + 1,
          first_name = coalesce($3::text, i.first_name),
          last_name = coalesce($4::text, i.last_name),
          learners = coalesce($5::bigint, i.learners),
          rating_count = coalesce($6::bigint, i.rating_count),
          middle_initial = CASE WHEN $7::boolean THEN $8::text ELSE i.middle_initial END,
          academic_title = CASE WHEN $9::boolean THEN $10::text ELSE i.academic_title END,
          title = CASE WHEN $11::boolean THEN $12::text ELSE i.title END,
          organization = CASE WHEN $13::boolean THEN $14::text ELSE i.organization END,
          average_rating_tenths = CASE WHEN $15::boolean THEN $16::smallint ELSE i.average_rating_tenths END
        WHERE i.id = $1::bigint AND ($2::bigint IS NULL OR i.version = $2::bigint)
        RETURNING \(columns)
      """,
    assign: [
      """
      UPDATE instructors i SET version = i.version + 1,
          primary_of = CASE WHEN $3::boolean THEN array_append(i.primary_of, $2::bigint) ELSE i.primary_of END,
          assists = CASE WHEN $3::boolean THEN i.assists ELSE array_append(i.assists, $2::bigint) END
        WHERE i.id = $1::bigint AND ($4::bigint IS NULL OR i.version = $4::bigint)
          AND $2::bigint <> ALL (coalesce(i.primary_of, '{}')) AND $2::bigint <> ALL (coalesce(i.assists, '{}'))
          AND coalesce(cardinality(i.primary_of), 0) + coalesce(cardinality(i.assists), 0)
            < \(Limits.coursesPerInstructor)
        RETURNING \(columns)
      """,
      """
      INSERT INTO course_instructors (course_id, instructor_id, is_primary)
        SELECT $2::bigint, i.id, $3::boolean FROM instructors i
          WHERE i.id = $1::bigint AND $2::bigint = ANY (CASE WHEN $3::boolean THEN i.primary_of ELSE i.assists END)
        ON CONFLICT (course_id, instructor_id) DO NOTHING
      """,
    ],
    unassign: [
      """
      UPDATE instructors i SET version = i.version + 1,
          primary_of = nullif(array_remove(i.primary_of, $2::bigint), '{}'),
          assists = nullif(array_remove(i.assists, $2::bigint), '{}')
        WHERE i.id = $1::bigint AND ($3::bigint IS NULL OR i.version = $3::bigint)
          AND ($2::bigint = ANY (i.primary_of) OR $2::bigint = ANY (i.assists))
        RETURNING \(columns)
      """,
      """
      DELETE FROM course_instructors t USING instructors i
        WHERE t.course_id = $2::bigint AND t.instructor_id = $1::bigint AND i.id = $1::bigint
          AND $2::bigint <> ALL (coalesce(i.primary_of, '{}')) AND $2::bigint <> ALL (coalesce(i.assists, '{}'))
      """,
    ],
    lockPrimaries: """
      SELECT \(columns) FROM instructors i
        WHERE i.id = $2::bigint
          OR i.id = (SELECT instructor_id FROM course_instructors WHERE course_id = $1::bigint AND is_primary)
        ORDER BY i.id FOR NO KEY UPDATE
      """,
    currentPrimary:
      "SELECT instructor_id FROM course_instructors WHERE course_id = $1::bigint AND is_primary",
    promote: [
      """
      UPDATE instructors i SET version = i.version + 1, primary_of = array_append(i.primary_of, $2::bigint),
          assists = nullif(array_remove(i.assists, $2::bigint), '{}')
        WHERE i.id = $1::bigint
      """,
      """
      INSERT INTO course_instructors (course_id, instructor_id, is_primary) VALUES ($2::bigint, $1::bigint, true)
        ON CONFLICT (course_id, instructor_id) DO UPDATE SET is_primary = true
      """,
    ])
}
