import DriverKit
import InstructorStore

extension PostgresInstructors {
  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID? {
    let context = try context("instructors.replacePrimary")
    let validation = Validation(context)
    try validation.identifier(course, "courseID")
    try validation.identifier(id)
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      call.noteEntity(id.rawValue)
      do throws(StoreError) {
        return try connection.transaction(call) { () throws(StoreError) in
          try replacePrimary(course, id, connection, call)
        }
      } catch {
        guard error.constraint == .primaryOfCourse else { throw error }
        // Somebody assigned the course's primary between this unit's look and its write: start again.
        throw context.error(.contended, "others kept changing the course's primary", entityID: id.rawValue)
      }
    }
  }

  private func replacePrimary(
    _ course: CourseID, _ id: InstructorID, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> InstructorID? {
    var locked: [Instructor] = []
    var previous: InstructorID?
    try connection.exchange(
      call, [InstructorWrites.lockCourse, writes.lockPrimaries, writes.currentPrimary]
    ) { index, parameters in
      parameters.append(course.rawValue)
      if index == 1 { parameters.append(id.rawValue) }
    } receive: { (index, result: borrowing PostgresResult) throws(DecodingFailure) in
      if index == 1 { locked = try InstructorRow.decodeAll(result) }
      if index == 2, result.rowCount == 1 { previous = InstructorID(try result.integer(0, 0)) }
    }
    let context = call.context
    guard let new = locked.first(where: { $0.id == id }) else {
      throw context.error(
        .referenceViolation, "the instructor does not exist", constraint: .instructorReference,
        entityID: id.rawValue)
    }
    if previous == id { return id }
    // The primary is somebody whose row was not locked: it changed between the two statements.
    if let previous, !locked.contains(where: { $0.id == previous }) {
      throw context.error(.contended, "the course's primary changed meanwhile")
    }
    let isAssistant = new.courses.contains { $0.courseID == course }
    if !isAssistant, new.courses.count >= Limits.coursesPerInstructor {
      throw Self.tooManyCourses(id, context)
    }

    var steps: [(statement: Statement, id: InstructorID)] = []
    if let previous { steps += writes.unassign.map { ($0, previous) } }
    steps += writes.promote.map { ($0, id) }
    try connection.exchange(call, steps.map(\.statement)) { index, parameters in
      parameters.append(steps[index].id.rawValue)
      parameters.append(course.rawValue)
      // The first of the unassignment takes a version too.
      if index == 0, previous != nil { parameters.append(nil as Int64?) }
    }
    return previous
  }
}
