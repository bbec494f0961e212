import DriverKit
import InstructorStore

extension MongoInstructors {
  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID? {
    try await core.run(core.call("instructors.replacePrimary"), .write) { (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
      try validation.identifier(id)
    } _: { connection, call throws(StoreError) in
      call.noteEntity(id.rawValue)
      let replaced: PrimaryReplacement
      do throws(CommandFailure) {
        replaced = try connection.transaction(call) { (session) throws(CommandFailure) in
          try connection.replacePrimary(course, id, call, session)
        }
      } catch {
        throw error.storeError(call.context, .write, entityID: id.rawValue)
      }
      switch replaced {
      case .done(let former): return former
      case .unknownInstructor:
        throw call.context.error(
          .referenceViolation, "the instructor does not exist", constraint: .instructorReference,
          entityID: id.rawValue)
      case .tooManyCourses: throw call.context.tooManyCourses(id)
      }
    }
  }
}

private enum PrimaryReplacement {
  case done(former: InstructorID?)
  case unknownInstructor
  case tooManyCourses
}

extension MongoConnection {
  /// One attempt within a transaction: looks at both instructors in one snapshot, then changes the former primary, then
  /// the new one, always in this order, which the unique index asks for.
  ///
  /// A concurrent write of either document is a write conflict: the server ends the transaction and it runs again.
  fileprivate func replacePrimary(
    _ course: CourseID, _ id: InstructorID, _ call: MongoCall, _ session: OpaquePointer
  ) throws(CommandFailure) -> TransactionEnd<PrimaryReplacement> {
    var target: Instructor?
    var former: Instructor?
    try find(Collections.instructors, .bare, call, session: session, limit: 2) { writer in
      writer.document("filter") { writer in
        writer.array("$or") { writer in
          writer.document(at: 0) { $0.append("_id", id.rawValue) }
          writer.document(at: 1) { $0.append("primaryOf", course.rawValue) }
        }
      }
    } each: { (document) throws(CorruptDocument) in
      let instructor = try InstructorDocument.decode(document)
      if instructor.id == id { target = instructor }
      if instructor.courses.contains(.primary(course)) { former = instructor }
    }
    guard let target else { return .rollBack(.unknownInstructor) }
    if former?.id == id { return .rollBack(.done(former: id)) }
    let isAssistant = target.courses.contains(.assistant(course))
    guard isAssistant || target.courses.count < Limits.coursesPerInstructor else {
      return .rollBack(.tooManyCourses)
    }
    if let former {
      try modify(former.id, call, session) { $0.appendCourses("primaryOf", removing: course) }
    }
    try modify(id, call, session) { writer in
      writer.appendCourses("primaryOf", adding: course)
      if isAssistant { writer.appendCourses("assists", removing: course) }
    }
    return .commit(.done(former: former?.id))
  }

  private func modify(
    _ id: InstructorID, _ call: MongoCall, _ session: OpaquePointer, _ body: (inout BSONWriter) -> Void
  ) throws(CommandFailure) {
    do throws(CommandFailure) {
      let changed = try modify(id, nil, call, session: session) { $0.appendCourseUpdate(body) }
      guard changed != nil else {
        throw CommandFailure(.corrupt, message: "a document vanished from a snapshot")
      }
    } catch {
      // Somebody became the course's primary after the snapshot was taken: look again.
      var failure = error
      if failure.isDuplicateKey { failure.isTransient = true }
      throw failure
    }
  }
}
