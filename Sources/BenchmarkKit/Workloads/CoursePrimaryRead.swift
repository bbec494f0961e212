public import InstructorStore

/// Reads the primary instructor of one course.
public struct CoursePrimaryRead: Workload {
  private static let stream = TraceRandom.stream("course-primary")
  private let context: WorkloadContext
  private let keys: KeyChooser

  public init(_ context: WorkloadContext) {
    self.context = context
    keys = context.courseKeys
  }

  public func operation(_ index: Int) -> CourseKeyOperation {
    var random = context.random(Self.stream, index)
    return CourseKeyOperation(call: "primary", course: context.catalog.course(keys.next(&random)))
  }

  public func execute(_ operation: CourseKeyOperation, on repository: any InstructorRepository)
    async throws(StoreError) -> Instructor?
  {
    try await repository.primary(of: operation.course)
  }
}
