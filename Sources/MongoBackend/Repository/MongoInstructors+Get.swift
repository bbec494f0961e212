import DriverKit
import InstructorStore

extension MongoInstructors {
  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    let context = core.call("instructors.get")
    let found = try await read(context, .instructor(id)) { (validation) throws(StoreError) in
      try validation.identifier(id)
    }
    guard let found else { throw context.notFound(id) }
    return found
  }

  func primary(of course: CourseID) async throws(StoreError) -> Instructor? {
    try await read(core.call("instructors.primary"), .primary(of: course)) { (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
    }
  }

  private func read(
    _ context: CallContext, _ request: ReadRequest, validate: (Validation) throws(StoreError) -> Void
  ) async throws(StoreError) -> Instructor? {
    try await core.run(context, .read, validate: validate) { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in try connection.read(request, call) }
    }
  }
}
