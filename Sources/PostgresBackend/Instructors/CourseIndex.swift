/// The search for the documents that name a course, through the index on one of their arrays.
enum CourseIndex {
  /// The condition that the array of a row called `i` has the course.
  ///
  /// The planner takes any search of a `jsonb` for one that finds a hundredth of the rows, unless it may look at the
  /// value and plan again for every call. So the value is kept from it (the inner `SELECT`), which lets it keep its
  /// plan, and the condition is there twice, which makes it expect few rows: otherwise, of ten million rows, it would
  /// expect a hundred thousand, and compile each such call to machine code first.
  static func finds(_ course: String, in field: String) -> String {
    twice("i.document->'\(field)' @> (SELECT to_jsonb(\(course)))")
  }

  /// The same for a course that comes from another row, which the planner can't look at anyway.
  static func finds(each course: String, in field: String) -> String {
    twice("i.document->'\(field)' @> to_jsonb(\(course))")
  }

  private static func twice(_ condition: String) -> String { "(\(condition) AND \(condition))" }
}
