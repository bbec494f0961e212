import InstructorStore

/// A read of at most one instructor by a command of its own.
enum ReadRequest: Sendable {
  case instructor(InstructorID)
  case primary(of: CourseID)

  /// The elements that select the document.
  func append(to writer: inout BSONWriter) {
    switch self {
    case .instructor(let id):
      writer.document("filter") { $0.append("_id", id.rawValue) }
    case .primary(let course):
      writer.document("filter") { $0.append("primaryOf", course.rawValue) }
      writer.append("hint", IndexDefinition.primaryOfCourse)
    }
  }
}

extension MongoConnection {
  /// Sends one request by itself: one command, one exchange.
  func read(_ request: ReadRequest, _ call: MongoCall) throws(CommandFailure) -> Instructor? {
    var found: Instructor?
    try find(Collections.instructors, .majorityRead, call, limit: 1) { writer in
      request.append(to: &writer)
    } each: { (document) throws(CorruptDocument) in
      found = try InstructorDocument.decode(document)
    }
    return found
  }
}
