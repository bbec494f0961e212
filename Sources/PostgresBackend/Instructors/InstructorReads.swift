import InstructorStore

/// The statements that read instructors.
final class InstructorReads: Sendable {
  let get: Lookup<Instructor?>
  let getMany: Statement
  /// `nil` where the team is over the limit: one row too many shows that.
  let team: Lookup<CourseTeam?>
  let primary: Lookup<Instructor?>
  /// `$1`: how many.
  let leaderboard: Statement
  private let lists: [Statement]
  private let counts: [Statement]

  static let relational = InstructorReads(
    .relational,
    team: { columns in
      """
      SELECT \(columns), t.is_primary FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
        WHERE t.course_id = $1::bigint ORDER BY t.is_primary DESC, i.id LIMIT \(Limits.teamMembers + 1)
      """
    },
    teams: { columns in
      """
      SELECT \(columns), t.is_primary, t.course_id
        FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
        WHERE t.course_id = ANY($1::bigint[])
        ORDER BY t.course_id, t.is_primary DESC, i.id LIMIT $2::bigint
      """
    },
    primary: { columns in
      """
      SELECT \(columns) FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
        WHERE t.course_id = $1::bigint AND t.is_primary
      """
    },
    primaries: { columns in
      """
      SELECT \(columns), t.course_id FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
        WHERE t.course_id = ANY($1::bigint[]) AND t.is_primary
      """
    })

  static let document = InstructorReads(
    .document,
    team: { columns in
      """
      SELECT \(columns), coalesce(i.document->'primaryOf' @> to_jsonb($1::bigint), false) AS is_primary
        FROM instructor_documents i
        WHERE \(CourseIndex.finds("$1::bigint", in: "primaryOf")) OR \(CourseIndex.finds("$1::bigint", in: "assists"))
        ORDER BY is_primary DESC, i.id LIMIT \(Limits.teamMembers + 1)
      """
    },
    teams: { columns in
      """
      SELECT \(columns), coalesce(i.document->'primaryOf' @> to_jsonb(k.course), false) AS is_primary, k.course
        FROM unnest($1::bigint[]) k(course) JOIN instructor_documents i
          ON \(CourseIndex.finds(each: "k.course", in: "primaryOf")) OR \(CourseIndex.finds(each: "k.course", in: "assists"))
        ORDER BY k.course, is_primary DESC, i.id LIMIT $2::bigint
      """
    },
    primary: { columns in
      """
      SELECT \(columns) FROM instructor_documents i WHERE \(CourseIndex.finds("$1::bigint", in: "primaryOf"))
      """
    },
    primaries: { columns in
      """
      SELECT \(columns), k.course FROM unnest($1::bigint[]) k(course) JOIN instructor_documents i
        ON \(CourseIndex.finds(each: "k.course", in: "primaryOf"))
      """
    })

  /// - Parameters:
  ///   - team: One row too many of the course `$1`, and whether each is the primary.
  ///   - teams: At most `$2` rows of the courses `$1`, course by course, with the course last.
  ///   - primaries: Of the courses `$1`, with the course last.
  private init(
    _ fields: InstructorFields, team: (String) -> String, teams: (String) -> String,
    primary: (String) -> String, primaries: (String) -> String
  ) {
    let (table, columns) = (fields.table, fields.all)
    getMany = Statement("SELECT \(columns) FROM \(table) i WHERE i.id = ANY($1::bigint[])")
    get = Lookup(
      one: Statement("SELECT \(columns) FROM \(table) i WHERE i.id = $1::bigint"), many: getMany, keyColumn: 0
    ) { result, rows, _ throws(DecodingFailure) in try InstructorRow.decodeFirst(result, rows) }
    // Popular courses have a dozen members.
    self.team = Lookup(
      one: Statement(team(columns)), many: Statement(teams(columns)),
      keyColumn: InstructorRow.columnCount + 1,
      rowLimit: RowLimit(one: Limits.teamMembers + 1, further: 16), decode: Self.decodeTeam)
    self.primary = Lookup(
      one: Statement(primary(columns)), many: Statement(primaries(columns)),
      keyColumn: InstructorRow.columnCount
    ) { result, rows, _ throws(DecodingFailure) in try InstructorRow.decodeFirst(result, rows) }
    leaderboard = Statement(
      """
      SELECT \(fields.organization), count(*), sum(\(fields.learners))::bigint FROM \(table) i
        WHERE \(fields.organization) IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT $1::bigint
      """)
    lists = (0..<16).map { number in
      Statement(
        """
        SELECT \(columns) FROM \(table) i \(Shape(number: number).conditions(on: fields))
          ORDER BY \(fields.lastName), \(fields.firstName), i.id LIMIT $1::bigint
        """)
    }
    counts = (0..<8).map { number in
      Statement(
        """
        SELECT count(*) FROM (
          SELECT 1 FROM \(table) i \(Shape(number: number).conditions(on: fields)) LIMIT $1::bigint) counted
        """)
    }
  }

  @Sendable private static func decodeTeam(
    _ result: borrowing PostgresResult, _ rows: Range<Int>, _ course: Int64
  ) throws(DecodingFailure) -> CourseTeam? {
    guard rows.count <= Limits.teamMembers else { return nil }
    var team = CourseTeam(courseID: CourseID(course), primary: nil, assistants: [])
    for row in rows {
      let member = try InstructorRow.decode(result, row)
      if try result.boolean(row, InstructorRow.columnCount) {
        team.primary = member
      } else {
        team.assistants.append(member)
      }
    }
    return team
  }

  func list(_ shape: Shape) -> Statement { lists[shape.number] }
  func count(_ shape: Shape) -> Statement { counts[shape.number & 7] }

  /// The conditions of a list or count that are present, each with its place in the table of statements.
  struct Shape: Sendable {
    var hasOrganization: Bool
    var hasPrefix: Bool
    /// There is a text greater than every text with the prefix.
    var hasUpperBound: Bool
    var hasCursor: Bool

    var number: Int {
      (hasOrganization ? 1 : 0) + (hasPrefix ? 2 : 0) + (hasUpperBound ? 4 : 0) + (hasCursor ? 8 : 0)
    }

    init(_ filter: InstructorFilter, upperBound: String?, hasCursor: Bool) {
      hasOrganization = filter.organization != nil
      hasPrefix = filter.lastNamePrefix != nil
      hasUpperBound = upperBound != nil
      self.hasCursor = hasCursor
    }

    fileprivate init(number: Int) {
      hasOrganization = number & 1 != 0
      hasPrefix = number & 2 != 0
      hasUpperBound = number & 4 != 0
      hasCursor = number & 8 != 0
    }

    /// The conditions, with parameters from $2 on; $1 is the limit.
    fileprivate func conditions(on fields: InstructorFields) -> String {
      var next = 1
      func parameter(_ type: String) -> String {
        next += 1
        return "$\(next)::\(type)"
      }
      var conditions: [String] = []
      if hasOrganization { conditions.append("\(fields.organization) = \(parameter("text"))") }
      if hasPrefix { conditions.append("\(fields.lastName) >= \(parameter("text"))") }
      if hasUpperBound { conditions.append("\(fields.lastName) < \(parameter("text"))") }
      if hasCursor {
        let key = "\(parameter("text")), \(parameter("text")), \(parameter("bigint"))"
        conditions.append("(\(fields.lastName), \(fields.firstName), i.id) > (\(key))")
      }
      return conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    }
  }
}
