public import InstructorStore

/// Reads one instructor with its courses by id.
public struct InstructorGet: Workload {
  private static let stream = TraceRandom.stream("instructor-get")
  private let context: WorkloadContext
  private let keys: KeyChooser

  public init(_ context: WorkloadContext) {
    self.context = context
    keys = context.instructorKeys
  }

  public func operation(_ index: Int) -> InstructorKeyOperation {
    var random = context.random(Self.stream, index)
    return InstructorKeyOperation(call: "get", id: context.catalog.id(keys.next(&random)))
  }

  public func execute(_ operation: InstructorKeyOperation, on store: any StorageBackend)
    async throws(StoreError)
    -> Instructor
  {
    try await store.instructors.get(operation.id)
  }
}
