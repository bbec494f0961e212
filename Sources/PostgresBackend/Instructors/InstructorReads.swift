import InstructorStore

/// The statements that read instructors.
enum InstructorReads {
  private static let columns = InstructorRow.columns

  static let get = Statement("SELECT \(columns) FROM instructors i WHERE i.id = $1::bigint")
  static let getMany = Statement("SELECT \(columns) FROM instructors i WHERE i.id = ANY($1::bigint[])")
  /// One row too many shows that the team is over the limit.
  static let team = Statement(
    """
    SELECT \(columns), t.is_primary FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
      WHERE t.course_id = $1::bigint ORDER BY t.is_primary DESC, i.id LIMIT \(Limits.teamMembers + 1)
    """)
  static let primary = Statement(
    """
    SELECT \(columns) FROM course_instructors t JOIN instructors i ON i.id = t.instructor_id
      WHERE t.course_id = $1::bigint AND t.is_primary
    """)

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
          "(i.last_name, i.first_name, i.id) > (\(parameter("text")), \(parameter("text")), \(parameter("bigint")))")
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
