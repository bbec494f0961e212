import InstructorStore

/// The statements that read instructors.
enum InstructorReads {
  private static let columns = InstructorRow.columns

  static let get = Lookup(
    one: Statement("SELECT \(columns) FROM instructors i WHERE i.id = $1::bigint"), many: getMany,
    keyColumn: 0
  ) { result, rows, _ throws(DecodingFailure) in try InstructorRow.decodeFirst(result, rows) }

  static let getMany = Statement("SELECT \(columns) FROM instructors i WHERE i.id = ANY($1::bigint[])")

  /// `nil` where the team is over the limit: one row too many shows that. Popular courses have a dozen members.
  static let team = Lookup(
    one: Statement(
      """
      SELECT \(columns), t.is_primary FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
        WHERE t.course_id = $1::bigint ORDER BY t.is_primary DESC, i.id LIMIT \(Limits.teamMembers + 1)
      """),
    many: Statement(
      """
      SELECT \(columns), t.is_primary, t.course_id
        FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
        WHERE t.course_id = ANY($1::bigint[])
        ORDER BY t.course_id, t.is_primary DESC, i.id LIMIT $2::bigint
      """),
    keyColumn: InstructorRow.columnCount + 1,
    rowLimit: RowLimit(one: Limits.teamMembers + 1, further: 16)
  ) { result, rows, course throws(DecodingFailure) -> CourseTeam? in
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

  static let primary = Lookup(
    one: primary(ofCourses: "= $1::bigint"), many: primary(ofCourses: "= ANY($1::bigint[])"),
    keyColumn: InstructorRow.columnCount
  ) { result, rows, _ throws(DecodingFailure) in try InstructorRow.decodeFirst(result, rows) }

  private static func primary(ofCourses condition: String) -> Statement {
    Statement(
      """
      SELECT \(columns), t.course_id FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
        WHERE t.course_id \(condition) AND t.is_primary
      """)
  }

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
    fileprivate var conditions: String {
      var next = 1
      func parameter(_ type: String) -> String {
        next += 1
        return "$\(next)::\(type)"
      }
      var conditions: [String] = []
      if hasOrganization { conditions.append("i.organization = \(parameter("text"))") }
      if hasPrefix { conditions.append("i.last_name >= \(parameter("text"))") }
      if hasUpperBound { conditions.append("i.last_name < \(parameter("text"))") }
      if hasCursor {
        conditions.append(
          "(i.last_name, i.first_name, i.id) > (\(parameter("text")), \(parameter("text")), \(parameter("bigint")))"
        )
      }
      return conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    }
  }

  private static let lists = (0..<16).map { number in
    Statement(
      """
      SELECT \(columns) FROM instructors i \(Shape(number: number).conditions)
        ORDER BY i.last_name, i.first_name, i.id LIMIT $1::bigint
      """)
  }
  private static let counts = (0..<8).map { number in
    Statement(
      """
      SELECT count(*) FROM (
        SELECT 1 FROM instructors i \(Shape(number: number).conditions) LIMIT $1::bigint) counted
      """)
  }

  static func list(_ shape: Shape) -> Statement { lists[shape.number] }
  static func count(_ shape: Shape) -> Statement { counts[shape.number & 7] }
}
