import BenchmarkKit
import InstructorStore
import PostgresBackend

/// The backend's statements as pgbench scripts: `$1` becomes a variable, which `-M prepared` sends as a parameter.
///
/// pgbench can't send a null or an array: these stand in the statement itself, as `NULL` and `ARRAY[…]`.
struct PostgresScripts: Sendable {
  let catalog: BenchmarkCatalog

  /// One transaction of pgbench: `batch` operations in one pipeline, or one.
  func script(_ operation: ReferenceOperation, batch: Int) -> String {
    let one = operationScript(operation)
    guard batch > 1 else { return one }
    return "\\startpipeline\n" + String(repeating: one, count: batch) + "\\endpipeline\n"
  }

  private func operationScript(_ operation: ReferenceOperation) -> String {
    switch operation {
    case .get: "\\set id random(1, \(catalog.instructors))\n" + bound(ReferenceSQL.get, [":id"])
    case .team: "\\set course random(1, \(catalog.courses))\n" + bound(ReferenceSQL.team, [":course"])
    case .create: Self.nextRecord + insert(courses: nil)
    case .createWithCourses:
      // Both statements in one pipeline: one round trip, one implicit transaction, as the backend sends them.
      Self.nextRecord + """
        \\set course :first_course + (:number * \(ReferenceRecords.scatter)) % \(ReferenceRecords.coursesPerSegment)
        \\set shared \(ReferenceRecords.firstSharedCourse) + random(0, \(ReferenceRecords.sharedCourses - 1))
        \\startpipeline

        """ + insert(courses: ("ARRAY[:course]", "ARRAY[:shared]"))
        + bound(
          ReferenceSQL.insertCourses, ["ARRAY[:course, :shared]", "ARRAY[:id, :id]", "ARRAY[true, false]"])
        + "\\endpipeline\n"
    case .update:
      """
      \\set id random(1, \(catalog.instructors))
      \\set learners random(0, 999999)
      \\set tenths random(0, 50)
      \\set count random(0, 99999)

      """
        + bound(
          ReferenceSQL.update,
          [
            ":id", "NULL", "NULL", "NULL", ":learners", ":count", "false", "NULL", "false", "NULL", "true",
            ":new_title", "false", "NULL", "true", ":tenths",
          ])
    case .delete: Self.nextRecord + bound(ReferenceSQL.delete, [":id", "NULL"])
    case .reviewCreate:
      Self.nextRecord + """
        \\set course random(1, \(catalog.courses))
        \\set reviewer random(1, \(catalog.reviewers))
        \\set stars random(\(Limits.starHalves.lowerBound), \(Limits.starHalves.upperBound))
        \\set created \(Self.firstMoment) + :own

        """
        + bound(
          ReferenceSQL.createReview, [":id", ":course", ":reviewer", ":stars", ":comment", ":created"])
    // psql does it.
    case .load: ""
    }
  }

  /// Of the reviews that are made: later than those of the catalog.
  private static let firstMoment = 1_800_000_000_000

  /// A variable keeps its value from one transaction of a client to the next.
  private static let nextRecord = """
    \\set own :own + 1
    \\set number :client_id * \(ReferenceRecords.perClient) + :own
    \\set id :first + :number

    """

  private func insert(courses: (primary: String, assists: String)?) -> String {
    bound(
      ReferenceSQL.insert,
      [
        ":id", ":first_name", optional("middle_initial", typical.middleInitial), ":last_name",
        optional("academic_title", typical.academicTitle), optional("title", typical.title),
        optional("organization", typical.organization), "0", "NULL", "0", courses?.primary ?? "NULL",
        courses?.assists ?? "NULL",
      ])
  }

  private var typical: NewInstructor { catalog.typicalInstructor }
  /// Nobody can review anything in a catalog without reviewers.
  private var comment: String? { catalog.reviewers > 0 ? catalog.typicalComment : nil }

  private func optional(_ name: String, _ value: String?) -> String { value == nil ? "NULL" : ":\(name)" }

  func variables(segment: Int) -> [(String, String)] {
    let texts = [
      ("first_name", typical.firstName), ("middle_initial", typical.middleInitial),
      ("last_name", typical.lastName),
      ("academic_title", typical.academicTitle), ("title", typical.title),
      ("organization", typical.organization),
      ("new_title", "Director of Studies"), ("comment", comment),
    ]
    return [
      ("own", "0"), ("first", "\(ReferenceRecords.firstID(segment: segment))"),
      ("first_course", "\(ReferenceRecords.firstCourse(segment: segment))"),
    ] + texts.compactMap { name, text in text.map { (name, $0) } }
  }

  /// The records that the script of `delete` deletes, with two courses each.
  func makeRecords(segment: Int, clients: Int, each: Int) -> String {
    let course =
      "\(ReferenceRecords.firstCourse(segment: segment)) + "
      + "(number * \(ReferenceRecords.scatter)) % \(ReferenceRecords.coursesPerSegment)"
    return """
      CREATE TEMPORARY TABLE made AS
        SELECT \(ReferenceRecords.firstID(segment: segment)) + number AS id, \(course) AS course,
          \(ReferenceRecords.firstSharedCourse) + number % \(ReferenceRecords.sharedCourses) AS shared,
          1 + number % \(catalog.instructors) AS model
        FROM (SELECT client * \(ReferenceRecords.perClient)::bigint + own AS number
          FROM generate_series(0, \(clients - 1)) client, generate_series(1, \(each)) own) numbers;
      INSERT INTO instructors (id, version, first_name, middle_initial, last_name, academic_title, title,
          organization, learners, average_rating_tenths, rating_count, primary_of, assists)
        SELECT made.id, 1, first_name, middle_initial, last_name, academic_title, title, organization, learners,
          average_rating_tenths, rating_count, ARRAY[course], ARRAY[shared]
        FROM made JOIN instructors ON instructors.id = model;
      INSERT INTO course_instructors (course_id, instructor_id, is_primary)
        SELECT course, id, true FROM made UNION ALL SELECT shared, id, false FROM made;

      """
  }

  var removeRecords: String {
    """
    DELETE FROM course_instructors WHERE instructor_id > \(catalog.instructors);
    DELETE FROM instructors WHERE id > \(catalog.instructors);
    VACUUM instructors, course_instructors;

    """
  }

  /// Takes them out of the ratings and of the reviewers' counts first.
  var removeReviews: String {
    let new = "FROM reviews WHERE id > \(catalog.reviews)"
    let columns = ReferenceSQL.ratingColumns
    let counts = columns.map { "count(*) FILTER (WHERE stars = \($0.halves)) AS \($0.name)" }
    return """
      BEGIN;
      UPDATE reviewers r SET review_count = r.review_count - n.count
        FROM (SELECT reviewer_id, count(*) \(new) GROUP BY reviewer_id) n WHERE r.id = n.reviewer_id;
      UPDATE course_ratings c SET \(columns.map { "\($0.name) = c.\($0.name) - n.\($0.name)" }.joined(separator: ", "))
        FROM (SELECT course_id, \(counts.joined(separator: ", ")) \(new) GROUP BY course_id) n
        WHERE c.course_id = n.course_id;
      DELETE \(new);
      COMMIT;
      VACUUM reviews, reviewers, course_ratings;

      """
  }

  /// `sql` with its parameters replaced, as one statement of a script.
  private func bound(_ sql: String, _ arguments: [String]) -> String {
    var text = sql
    // From the last on: $1 is a part of $12.
    for (index, argument) in arguments.enumerated().reversed() {
      text = text.replacing("$\(index + 1)", with: argument)
    }
    return text + ";\n"
  }
}
