public import InstructorStore

/// Reads everybody who teaches one course: the primary and the assistants, each with all their courses.
public struct CourseTeamRead: Workload {
  private static let stream = TraceRandom.stream("course-team")
  private let context: WorkloadContext
  private let keys: KeyChooser

  public init(_ context: WorkloadContext) {
    self.context = context
    keys = context.courseKeys
  }

  public func operation(_ index: Int) -> CourseKeyOperation {
    var random = context.random(Self.stream, index)
    return CourseKeyOperation(call: "team", course: context.catalog.course(keys.next(&random)))
  }

  public func execute(_ operation: CourseKeyOperation, on repository: any InstructorRepository)
    async throws(StoreError) -> CourseTeam
  {
    try await repository.team(of: operation.course)
  }
}
