public import InstructorStore

/// Asks one thing about one course that is chosen by the key distribution: its team, its rating, its summary.
public struct CourseRead<Answer: CanonicalAnswer>: Workload {
  public typealias Question = @Sendable (CourseID, any StorageBackend) async throws(StoreError) -> Answer

  private let call: StaticString
  private let stream: UInt64
  private let context: WorkloadContext
  private let keys: KeyChooser
  private let ask: Question

  /// - Parameters:
  ///   - name: The workload's; its trace depends on it.
  ///   - call: What the trace calls the question.
  init(_ name: String, call: StaticString, _ context: WorkloadContext, _ ask: @escaping Question) {
    self.call = call
    stream = TraceRandom.stream(name)
    self.context = context
    keys = context.courseKeys
    self.ask = ask
  }

  public func operation(_ index: Int) -> CourseKeyOperation {
    var random = context.random(stream, index)
    return CourseKeyOperation(call: call, course: context.catalog.course(keys.next(&random)))
  }

  public func execute(_ operation: CourseKeyOperation, on store: any StorageBackend) async throws(StoreError)
    -> Answer
  {
    try await ask(operation.course, store)
  }
}

extension CourseRead where Answer == CourseTeam {
  /// Everybody on a course.
  static func team(_ context: WorkloadContext) -> Self {
    CourseRead("course-team", call: "team", context) { (course, store) async throws(StoreError) in
      try await store.instructors.team(of: course)
    }
  }
}
