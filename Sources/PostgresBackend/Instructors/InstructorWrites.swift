import InstructorStore

/// The statements that change instructors and their courses.
///
/// Where a unit has two statements, the second brings `course_instructors` in line with the arrays that the first
/// has left in the instructor's row. It starts with a snapshot of its own after the first has locked that row, so
/// it sees what a concurrent writer committed meanwhile; and if the first changed nothing, neither does it.
enum InstructorWrites {
  private static let columns = InstructorRow.columns

  static let insert = Statement(
    """
    INSERT INTO instructors (id, version, first_name, middle_initial, last_name, academic_title, title,
        organization, learners, average_rating_tenths, rating_count, primary_of, assists)
      VALUES ($1::bigint, 1, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::bigint,
        $9::smallint, $10::bigint, $11::bigint[], $12::bigint[])
    """)

  static func bindInsert(_ new: NewInstructor, _ id: Int64, _ parameters: ParameterBuffer) {
    parameters.append(id)
    parameters.append(new.firstName)
    parameters.append(new.middleInitial)
    parameters.append(new.lastName)
    parameters.append(new.academicTitle)
    parameters.append(new.title)
    parameters.append(new.organization)
    parameters.append(new.learners)
    parameters.append(smallint: new.averageRating?.tenths)
    parameters.append(new.ratingCount)
    parameters.append(nullIfEmpty: new.courseIDs(.primary))
    parameters.append(nullIfEmpty: new.courseIDs(.assistant))
  }

  static let insertCourses = Statement(
    """
    INSERT INTO course_instructors (course_id, instructor_id, is_primary)
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::boolean[])
    """)

  static let update = Statement(
    """
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
    """)

  static func bindUpdate(_ id: InstructorID, _ patch: InstructorPatch, _ version: Int64?, _ parameters: ParameterBuffer) {
    parameters.append(id.rawValue)
    parameters.append(version)
    parameters.append(patch.firstName)
    parameters.append(patch.lastName)
    parameters.append(patch.learners)
    parameters.append(patch.ratingCount)
    for text in [patch.middleInitial, patch.academicTitle, patch.title, patch.organization] {
      parameters.append(text.isChange)
      parameters.append(text.applied(to: nil))
    }
    parameters.append(patch.averageRating.isChange)
    parameters.append(smallint: patch.averageRating.applied(to: nil)?.tenths)
  }

  /// The foreign key's cascade takes the courses away.
  static let delete = Statement(
    "DELETE FROM instructors WHERE id = $1::bigint AND ($2::bigint IS NULL OR version = $2::bigint)")

  static let assign = Statement(
    """
    UPDATE instructors i SET version = i.version + 1,
        primary_of = CASE WHEN $3::boolean THEN array_append(i.primary_of, $2::bigint) ELSE i.primary_of END,
        assists = CASE WHEN $3::boolean THEN i.assists ELSE array_append(i.assists, $2::bigint) END
      WHERE i.id = $1::bigint AND ($4::bigint IS NULL OR i.version = $4::bigint)
        AND $2::bigint <> ALL (coalesce(i.primary_of, '{}')) AND $2::bigint <> ALL (coalesce(i.assists, '{}'))
        AND coalesce(cardinality(i.primary_of), 0) + coalesce(cardinality(i.assists), 0)
          < \(Limits.coursesPerInstructor)
      RETURNING \(columns)
    """)
  static let assignRelation = Statement(
    """
    INSERT INTO course_instructors (course_id, instructor_id, is_primary)
      SELECT $2::bigint, i.id, $3::boolean FROM instructors i
        WHERE i.id = $1::bigint AND $2::bigint = ANY (CASE WHEN $3::boolean THEN i.primary_of ELSE i.assists END)
      ON CONFLICT (course_id, instructor_id) DO NOTHING
    """)

  static let unassign = Statement(
    """
    UPDATE instructors i SET version = i.version + 1,
        primary_of = nullif(array_remove(i.primary_of, $2::bigint), '{}'),
        assists = nullif(array_remove(i.assists, $2::bigint), '{}')
      WHERE i.id = $1::bigint AND ($3::bigint IS NULL OR i.version = $3::bigint)
        AND ($2::bigint = ANY (i.primary_of) OR $2::bigint = ANY (i.assists))
      RETURNING \(columns)
    """)
  static let unassignRelation = Statement(
    """
    DELETE FROM course_instructors t USING instructors i
      WHERE t.course_id = $2::bigint AND t.instructor_id = $1::bigint AND i.id = $1::bigint
        AND $2::bigint <> ALL (coalesce(i.primary_of, '{}')) AND $2::bigint <> ALL (coalesce(i.assists, '{}'))
    """)

  // The steps of replacePrimary, in one transaction.

  /// Replacements of one course's primary take turns. The key is the course's id with a bit no other lock here has.
  static let lockCourse = Statement("SELECT pg_advisory_xact_lock($1::bigint | (1::bigint << 62))")
  /// Locks the new primary and the present one, in the order of their ids so that no two transactions wait for each
  /// other.
  static let lockPrimaries = Statement(
    """
    SELECT \(columns) FROM instructors i
      WHERE i.id = $2::bigint
        OR i.id = (SELECT instructor_id FROM course_instructors WHERE course_id = $1::bigint AND is_primary)
      ORDER BY i.id FOR NO KEY UPDATE
    """)
  static let currentPrimary = Statement(
    "SELECT instructor_id FROM course_instructors WHERE course_id = $1::bigint AND is_primary")
  static let promote = Statement(
    """
    UPDATE instructors i SET version = i.version + 1, primary_of = array_append(i.primary_of, $2::bigint),
        assists = nullif(array_remove(i.assists, $2::bigint), '{}')
      WHERE i.id = $1::bigint
    """)
  static let promoteRelation = Statement(
    """
    INSERT INTO course_instructors (course_id, instructor_id, is_primary) VALUES ($2::bigint, $1::bigint, true)
      ON CONFLICT (course_id, instructor_id) DO UPDATE SET is_primary = true
    """)
}

extension FieldPatch {
  var isChange: Bool {
    if case .keep = self { return false }
    return true
  }
}
