import InstructorStore

/// How an instructor's fields come, in the order of ``InstructorFields/all``, and the way to a model.
enum InstructorRow {
  static let columnCount = 13
  private static let usualCourses = 6

  static func decode(_ result: borrowing PostgresResult, _ row: Int = 0) throws(DecodingFailure) -> Instructor
  {
    var courses: [CourseAssignment] = []
    // Both arrays in one allocation, for nearly everybody.
    if !result.isNull(row, 11) || !result.isNull(row, 12) { courses.reserveCapacity(usualCourses) }
    try result.forEachBigint(row, 11) { courses.append(.primary(CourseID($0))) }
    try result.forEachBigint(row, 12) { courses.append(.assistant(CourseID($0))) }
    if courses.count > 1 { courses.sort { $0.courseID < $1.courseID } }
    return Instructor(
      id: InstructorID(try result.integer(row, 0)),
      version: try result.integer(row, 1),
      firstName: try result.text(row, 5),
      middleInitial: try result.optionalText(row, 6),
      lastName: try result.text(row, 7),
      academicTitle: try result.optionalText(row, 8),
      title: try result.optionalText(row, 9),
      organization: try result.optionalText(row, 10),
      learners: try result.integer(row, 2),
      averageRating: try result.optionalInteger(row, 4).map { AverageRating(tenths: Int($0)) },
      ratingCount: try result.integer(row, 3),
      courses: courses)
  }

  static func decodeAll(_ result: borrowing PostgresResult) throws(DecodingFailure) -> [Instructor] {
    var instructors: [Instructor] = []
    instructors.reserveCapacity(result.rowCount)
    for row in 0..<result.rowCount { instructors.append(try decode(result, row)) }
    return instructors
  }

  static func decodeFirst(
    _ result: borrowing PostgresResult, _ rows: Range<Int>
  ) throws(DecodingFailure) -> Instructor? {
    try rows.first.map { (row) throws(DecodingFailure) in try decode(result, row) }
  }

  static func decodeFirst(_ result: borrowing PostgresResult) throws(DecodingFailure) -> Instructor? {
    try decodeFirst(result, 0..<result.rowCount)
  }
}

extension NewInstructor {
  func courseIDs(_ role: CourseRole) -> [Int64] {
    courses.compactMap { $0.role == role ? $0.courseID.rawValue : nil }
  }
}
