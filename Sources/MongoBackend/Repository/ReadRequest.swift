import InstructorStore

/// A read of at most one instructor, apart from how it is sent.
///
/// A value of its own, so that a connection can later take all requests that wait and ask for them in one command:
/// requests of one kind differ in their key only, and an answer tells by its document which requests it serves.
enum ReadRequest: Hashable, Sendable {
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
