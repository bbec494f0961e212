import InstructorStore

/// Instructors as documents: the table, the indexes that MongoDB's schema has too, and the promise of one primary per
/// course, which needs code here (docs/decisions/0010).
extension PostgresSchema {
  /// The numbers in the checks are those of `Limits` when the version was made.
  static let instructorDocuments =
    [
      """
      CREATE TABLE instructor_documents (
        id bigint NOT NULL,
        -- version, firstName, middleInitial?, lastName, academicTitle?, title?, organization?, learners,
        -- averageRatingTenths?, ratingCount, primaryOf?, assists?: these two are arrays of courses, and never empty
        document jsonb NOT NULL CHECK (
          jsonb_typeof(document) = 'object'
          AND document ?& '{version,firstName,lastName,learners,ratingCount}'
          AND jsonb_typeof(document->'firstName') = 'string' AND jsonb_typeof(document->'lastName') = 'string'
          AND coalesce(jsonb_typeof(document->'middleInitial'), 'string') = 'string'
          AND coalesce(jsonb_typeof(document->'academicTitle'), 'string') = 'string'
          AND coalesce(jsonb_typeof(document->'title'), 'string') = 'string'
          AND coalesce(jsonb_typeof(document->'organization'), 'string') = 'string'
          AND (document->'version')::bigint >= 1
          AND (document->'learners')::bigint >= 0
          AND (document->'ratingCount')::bigint >= 0
          AND coalesce((document->'averageRatingTenths')::smallint BETWEEN 0 AND 50, true)
          AND coalesce(jsonb_array_length(document->'primaryOf') BETWEEN 1 AND 500, true)
          AND coalesce(jsonb_array_length(document->'assists') BETWEEN 1 AND 500, true)))
      """
    ] + documentFunctions

  static let indexesOfDocuments: [Index] = [
    // get, update, delete
    primaryKey("instructor_id", "instructor_documents", "(id)"),
    // list; list by last-name prefix
    index("instructors_by_name", "instructor_documents (\(names), id)"),
    // list of one organization, with or without a prefix
    index(
      "instructors_by_organization",
      """
      instructor_documents ((document->>'organization') COLLATE "C", \(names), id)
        WHERE (document->>'organization') IS NOT NULL
      """),
    // primary of a course; half of a team
    courseIndex("primary_of_course", "primaryOf"),
    // the other half of a team
    courseIndex("assists_on_course", "assists"),
    onePrimary,
    trigger("claims_of_new", "INSERT", when: "NEW.document ? 'primaryOf'"),
    trigger(
      "claims_of_changed", "UPDATE",
      when: "(NEW.document->'primaryOf') IS DISTINCT FROM (OLD.document->'primaryOf')"),
  ]

  private static let names = #"(document->>'lastName') COLLATE "C", (document->>'firstName') COLLATE "C""#

  /// Changes go into the index at once, not onto a list that every search has to read as well. Whoever is not on any
  /// course is not in it.
  private static func courseIndex(_ name: String, _ field: String) -> Index {
    index(
      name,
      """
      instructor_documents USING gin ((document->'\(field)') jsonb_path_ops) WITH (fastupdate = off)
        WHERE (document->'\(field)') IS NOT NULL
      """)
  }

  // MARK: One primary per course

  // There is no unique index over the elements of an array. So whoever makes an instructor the primary of a course waits for
  // its turn, looks whether somebody is, and keeps the turn until the end of the transaction.

  /// Of so many turns a course has one, by its id: a transaction holds no more locks than these, however many courses
  /// it is about. Two courses that share one wait for each other now and then.
  static let turns: Int64 = 1_024

  private static let documentFunctions = [
    // In one order, so that nobody waits for somebody who waits. A bulk load has one turn for everything: nobody else writes
    // meanwhile, and the sessions of the load may well wait for each other.
    """
    CREATE FUNCTION claim_courses(courses bigint[]) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE
        turn bigint;
      BEGIN
        IF current_setting('\(loadingSetting)', true) = 'on' THEN
          PERFORM pg_advisory_xact_lock(0);
          RETURN;
        END IF;
        FOR turn IN SELECT DISTINCT course % \(turns) FROM unnest(courses) course ORDER BY 1 LOOP
          PERFORM pg_advisory_xact_lock(-1 - turn);
        END LOOP;
      END $$
    """,
    // After the row is there, so that a taken id is the first thing to be told. Each statement here has a snapshot of its own:
    // the one that looks sees what was committed before the turn came. A session keeps its plan, and while
    // the table is small a walk through all of it looks cheapest: the settings leave only the search in the index.
    """
    CREATE FUNCTION one_primary_per_course() RETURNS trigger LANGUAGE plpgsql
      SET enable_seqscan = off SET enable_indexscan = off AS $$
      DECLARE
        added bigint[] := ARRAY(
          SELECT e::bigint FROM jsonb_array_elements(NEW.document->'primaryOf') e
          EXCEPT SELECT e::bigint FROM jsonb_array_elements(OLD.document->'primaryOf') e);
        course bigint;
      BEGIN
        PERFORM claim_courses(added);
        FOREACH course IN ARRAY added LOOP
          PERFORM FROM instructor_documents i
            WHERE \(CourseIndex.finds("course", in: "primaryOf")) AND i.id <> NEW.id;
          IF FOUND THEN
            RAISE unique_violation USING MESSAGE = 'the course has a primary instructor',
              CONSTRAINT = '\(Constraint.primaryOfCourse.rawValue)';
          END IF;
        END LOOP;
        RETURN NULL;
      END $$
    """,
  ]

  static let documentFunctionNames = ["one_primary_per_course()", "claim_courses(bigint[])"]

  /// The same of all rows that a bulk load has put there. Part of the indexes because it comes with them.
  private static let onePrimary = Index(
    name: "one_primary",
    attach: """
      DO $$ BEGIN
        IF EXISTS (
          SELECT FROM instructor_documents i, jsonb_array_elements(i.document->'primaryOf') course
            GROUP BY course HAVING count(*) > 1)
        THEN
          RAISE unique_violation USING MESSAGE = 'a course has two primary instructors',
            CONSTRAINT = '\(Constraint.primaryOfCourse.rawValue)';
        END IF;
      END $$
      """,
    drop: [])

  private static func trigger(_ name: String, _ event: String, when condition: String) -> Index {
    Index(
      name: name,
      attach: """
        CREATE TRIGGER \(name) AFTER \(event) ON instructor_documents FOR EACH ROW
          WHEN (\(condition)) EXECUTE FUNCTION one_primary_per_course()
        """,
      drop: ["DROP TRIGGER IF EXISTS \(name) ON instructor_documents"])
  }
}
