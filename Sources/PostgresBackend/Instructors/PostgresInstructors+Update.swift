import DriverKit
import InstructorStore

extension PostgresInstructors {
  func update(
    _ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?
  ) async throws(StoreError) -> Instructor {
    let context = try context("instructors.update")
    let validation = Validation(context)
    try validation.change(of: id, ifVersion: ifVersion)
    try validation.patch(patch)
    if patch.isEmpty {
      return try await lease(context, .read) { (connection, call) throws(StoreError) in
        try context.require(try read(id, connection, call), id, ifVersion: ifVersion)
      }
    }
    let update = UpdateInstructor(id, patch, ifVersion: ifVersion, self)
    try await pool.write(context, update)
    guard let updated = update.updated else { throw context.error(.internalError, "nothing was updated") }
    return updated
  }

  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) {
    let context = try context("instructors.delete")
    try Validation(context).change(of: id, ifVersion: ifVersion)
    try await pool.write(context, DeleteInstructor(id, ifVersion: ifVersion, self))
  }

  func assign(
    _ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?
  ) async throws(StoreError) -> Instructor {
    let context = try context("instructors.assign")
    let validation = Validation(context)
    try validation.change(of: id, ifVersion: ifVersion)
    try validation.identifier(assignment.courseID, "courseID")
    let course = assignment.courseID
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      try change(id, ifVersion, connection, call) { () throws(StoreError) in
        var changed: Instructor?
        try connection.exchange(call, writes.assign) {
          index, parameters in
          parameters.append(id.rawValue)
          parameters.append(course.rawValue)
          parameters.append(assignment.role == .primary)
          if index == 0 { parameters.append(ifVersion) }
        } receive: { (index, result: borrowing PostgresResult) throws(DecodingFailure) in
          if index == 0 { changed = try InstructorRow.decodeFirst(result) }
        }
        return changed
      } elseFail: { stored in
        if stored.courses.contains(where: { $0.courseID == course }) {
          return context.conflict(.courseAssignment, entityID: id.rawValue)
        }
        return stored.courses.count >= Limits.coursesPerInstructor ? Self.tooManyCourses(id, context) : nil
      }
    }
  }

  func unassign(
    _ course: CourseID, from id: InstructorID, ifVersion: Int64?
  ) async throws(StoreError) -> Instructor {
    let context = try context("instructors.unassign")
    let validation = Validation(context)
    try validation.change(of: id, ifVersion: ifVersion)
    try validation.identifier(course, "courseID")
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      try change(id, ifVersion, connection, call) { () throws(StoreError) in
        var changed: Instructor?
        try connection.exchange(call, writes.unassign) {
          index, parameters in
          parameters.append(id.rawValue)
          parameters.append(course.rawValue)
          if index == 0 { parameters.append(ifVersion) }
        } receive: { (index, result: borrowing PostgresResult) throws(DecodingFailure) in
          if index == 0 { changed = try InstructorRow.decodeFirst(result) }
        }
        return changed
      } failFirst: { stored in
        stored.courses.contains { $0.courseID == course }
          ? nil
          : context.error(.notFound, "the instructor is not on the course", entityID: id.rawValue)
      }
    }
  }

  static func tooManyCourses(_ id: InstructorID, _ context: CallContext) -> StoreError {
    context.error(
      .resourceExhausted, "an instructor has at most \(Limits.coursesPerInstructor) courses",
      entityID: id.rawValue)
  }

  /// Runs a conditional write; when it changed nothing, reads the instructor to say why not.
  ///
  /// - Parameters:
  ///   - failFirst: What keeps `write` from changing the stored instructor, whatever its version.
  ///   - elseFail: What else does.
  func change<Value>(
    _ id: InstructorID, _ ifVersion: Int64?, _ connection: Connection, _ call: Call,
    _ write: () throws(StoreError) -> Value?, failFirst: (Instructor) -> StoreError? = { _ in nil },
    elseFail: (Instructor) -> StoreError? = { _ in nil }
  ) throws(StoreError) -> Value {
    try Self.attempt(on: id, call, write) { () throws(StoreError) in
      let stored = try call.context.require(try read(id, connection, call), id)
      if let error = failFirst(stored) { throw error }
      _ = try call.context.require(stored, id, ifVersion: ifVersion)
      if let error = elseFail(stored) { throw error }
    }
  }
}
