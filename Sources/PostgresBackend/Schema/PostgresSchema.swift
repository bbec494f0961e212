/// The tables and indexes of the store. Constraints are named after `Constraint`, so that an error's name can be
/// passed on.
///
/// In the relational model an instructor's courses are kept twice: in `course_instructors`, which finds the team of a
/// course and promises one primary per course, and as arrays in the instructor's own row, so that an instructor is one
/// row to read and an `UPDATE … RETURNING` gives its courses as of the same version (docs/decisions/0001). Both change in
/// one unit, under the lock of the instructor's row.
enum PostgresSchema {
  /// The version `migrate()` brings a schema to.
  static let version: Int64 = 3

  /// The oldest version of this code that a schema of `version` still serves: what versions 2 and 3 added to the relational
  /// model is nothing that code of version 1 would touch. Before version 3 there was no other model.
  static func oldestCode(_ model: PostgresDataModel) -> Int64 {
    switch model {
    case .relational: 1
    case .document: 3
    }
  }

  /// The statements that lead from each version to the next. What is in a version that was released stays as it is.
  static func migrations(_ model: PostgresDataModel) -> [[String]] {
    [
      bookkeeping + instructors(model) + instructorIndexes(model).flatMap(\.create)
        + loadingTriggers(of: instructorTables(model)),
      reviewTables + reviewIndexes.flatMap(\.create) + loadingTriggers(of: reviewTableNames),
      [
        """
        ALTER TABLE schema_state ADD COLUMN model text NOT NULL DEFAULT 'relational'
          CHECK (model IN ('relational', 'document'))
        """
      ],
    ]
  }

  /// Also of a schema that has no model yet: before version 3 all were relational.
  static let state = Statement(
    """
    SELECT version, oldest_code, loading, coalesce(to_jsonb(s)->>'model', 'relational') FROM schema_state s
    """)

  private static let bookkeeping = [
    """
    CREATE TABLE schema_state (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      version bigint NOT NULL,
      oldest_code bigint NOT NULL,
      -- fresh: into empty tables, whose indexes are missing meanwhile; append: beside what was there
      loading text NOT NULL DEFAULT 'no' CHECK (loading IN ('no', 'fresh', 'append')))
    """,
    // Hands out ids in blocks; see IDAllocator.
    "CREATE TABLE id_allocator (entity text PRIMARY KEY, next_id bigint NOT NULL)",
    "INSERT INTO id_allocator VALUES ('instructor', 1)",
    // Enabled while rows are loaded in bulk: without indexes nothing would keep a write unique, and a failed load
    // empties the tables. A session that loads says so in a setting of its own.
    """
    CREATE FUNCTION refuse_while_loading() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('\(loadingSetting)', true) IS DISTINCT FROM 'on' THEN
          RAISE EXCEPTION 'a bulk load is under way' USING ERRCODE = '\(SQLState.loading)';
        END IF;
        RETURN NULL;
      END $$
    """,
  ]

  /// The setting that a loading session turns on.
  static let loadingSetting = "instructor_store.loading"

  private static func instructorTables(_ model: PostgresDataModel) -> [String] {
    switch model {
    case .relational: ["course_instructors", "instructors"]
    case .document: ["instructor_documents"]
    }
  }
  private static let reviewTableNames = ["course_ratings", "reviews", "reviewers"]

  /// The tables that hold the data, in an order in which they can be dropped.
  static func dataTables(_ model: PostgresDataModel) -> [String] {
    reviewTableNames + instructorTables(model)
  }

  /// Every table that the store makes, with whatever model, in an order in which they can be dropped.
  static let tables =
    reviewTableNames + PostgresDataModel.allCases.flatMap(instructorTables)
    + ["id_allocator", "schema_state", LoadProgress.table]
  /// And every function, after them.
  static let functions = ["refuse_while_loading()"] + documentFunctionNames

  private static func loadingTriggers(of tables: [String]) -> [String] {
    tables.flatMap { table in
      [
        """
        CREATE TRIGGER refuse_while_loading BEFORE INSERT OR UPDATE OR DELETE ON \(table)
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_while_loading()
        """,
        "ALTER TABLE \(table) DISABLE TRIGGER refuse_while_loading",
      ]
    }
  }

  /// Lets only the loading session write, or everybody again. Waits for writes under way, table by table in the order in
  /// which most of them go.
  static func refuseWrites(_ isRefusing: Bool, _ model: PostgresDataModel) -> [String] {
    dataTables(model).reversed().map {
      "ALTER TABLE \($0) \(isRefusing ? "ENABLE" : "DISABLE") TRIGGER refuse_while_loading"
    }
  }

  static func instructors(_ model: PostgresDataModel) -> [String] {
    switch model {
    case .relational: relationalInstructors
    case .document: instructorDocuments
    }
  }

  private static let relationalInstructors = [
    """
    CREATE TABLE instructors (
      id bigint NOT NULL,
      version bigint NOT NULL,
      learners bigint NOT NULL,
      rating_count bigint NOT NULL,
      average_rating_tenths smallint CHECK (average_rating_tenths BETWEEN 0 AND 50),
      first_name text COLLATE "C" NOT NULL,
      middle_initial text COLLATE "C",
      last_name text COLLATE "C" NOT NULL,
      academic_title text COLLATE "C",
      title text COLLATE "C",
      organization text COLLATE "C",
      primary_of bigint[],
      assists bigint[])
    """,
    """
    CREATE TABLE course_instructors (
      course_id bigint NOT NULL,
      instructor_id bigint NOT NULL,
      is_primary boolean NOT NULL)
    """,
  ]

  /// An index, constraint or trigger that a bulk load leaves out until the rows are there.
  struct Index {
    var name: String
    /// Builds it; several of a table may be built at the same time.
    var build: String?
    /// Makes a constraint of what was built; locks the table.
    var attach: String?
    /// Removes it, attached or not.
    var drop: [String]

    var create: [String] { [build, attach].compactMap { $0 } }
  }

  private static let indexesOfInstructors: [Index] = [
    // get, update, delete
    primaryKey("instructor_id", "instructors", "(id)"),
    // list; list by last-name prefix
    index("instructors_by_name", "instructors (last_name, first_name, id)"),
    // list of one organization, with or without a prefix
    index(
      "instructors_by_organization",
      "instructors (organization, last_name, first_name, id) WHERE organization IS NOT NULL"),
  ]

  private static let indexesOfCourses: [Index] = [
    // team; an instructor is on a course once
    primaryKey("course_assignment", "course_instructors", "(course_id, instructor_id)"),
    // primary of a course; at most one
    index("primary_of_course", "course_instructors (course_id) WHERE is_primary", unique: true),
    // the cascade of delete
    index("courses_of_instructor", "course_instructors (instructor_id)"),
  ]

  /// Needs both tables' rows and the key of `instructors`.
  private static let reference = Index(
    name: "instructor_reference",
    attach: """
      ALTER TABLE course_instructors ADD CONSTRAINT instructor_reference
        FOREIGN KEY (instructor_id) REFERENCES instructors ON DELETE CASCADE
      """,
    drop: ["ALTER TABLE course_instructors DROP CONSTRAINT IF EXISTS instructor_reference"])

  static func instructorIndexes(_ model: PostgresDataModel) -> [Index] {
    switch model {
    case .relational: indexesOfInstructors + indexesOfCourses + [reference]
    case .document: indexesOfDocuments
    }
  }
  private static let reviewIndexes =
    indexesOfReviews + indexesOfReviewers + indexesOfRatings + [reviewerReference]
  /// All of them, in the order in which they can be made one by one, the largest first; the other way round they can
  /// be dropped.
  static func indexes(_ model: PostgresDataModel) -> [Index] { reviewIndexes + instructorIndexes(model) }

  static func index(_ name: String, _ definition: String, unique: Bool = false) -> Index {
    Index(
      name: name, build: "CREATE \(unique ? "UNIQUE " : "")INDEX \(name) ON \(definition)",
      drop: ["DROP INDEX IF EXISTS \(name)"])
  }

  static func primaryKey(_ name: String, _ table: String, _ columns: String) -> Index {
    Index(
      name: name,
      build: "CREATE UNIQUE INDEX \(name) ON \(table) \(columns)",
      attach: "ALTER TABLE \(table) ADD CONSTRAINT \(name) PRIMARY KEY USING INDEX \(name)",
      drop: ["ALTER TABLE \(table) DROP CONSTRAINT IF EXISTS \(name)", "DROP INDEX IF EXISTS \(name)"])
  }

  /// `name` as an SQL identifier.
  static func quoted(_ name: String) -> String {
    "\"" + String(name.map { $0 == "\"" ? "\"\"" : String($0) }.joined()) + "\""
  }
}
