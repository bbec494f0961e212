import InstructorStore

/// Asks for the instructor with this id (read it, delete it).
public struct InstructorKeyOperation: TraceOperation {
  let call: StaticString
  let id: InstructorID

  public func add(to digest: inout TraceDigest) { digest.add(id.rawValue) }
  public var text: String { "\(call)(\(id))" }
}

/// Asks something about the course with this id.
public struct CourseKeyOperation: TraceOperation {
  let call: StaticString
  let course: CourseID

  public func add(to digest: inout TraceDigest) { digest.add(course.rawValue) }
  public var text: String { "\(call)(\(course))" }
}
