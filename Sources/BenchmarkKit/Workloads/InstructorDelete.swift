public import InstructorStore

/// Deletes one instructor with two courses, by id.
///
/// The instructors it deletes are created before the slice, untimed; afterwards none of them is left. Their courses
/// are scattered as those of ``InstructorCreate``.
public struct InstructorDelete: Workload {
  private static let stream = TraceRandom.stream("instructor-delete")
  private let context: WorkloadContext
  private let courses: ScatteredCourses

  public init(_ context: WorkloadContext) {
    self.context = context
    courses = ScatteredCourses(from: IdentifierSpace.deletedCourses, seed: context.seed)
  }

  public var needsPreparation: Bool { true }

  public func operation(_ index: Int) -> InstructorKeyOperation {
    InstructorKeyOperation(call: "delete", id: Self.id(index))
  }

  public func execute(_ operation: InstructorKeyOperation, on store: any StorageBackend)
    async throws(StoreError)
    -> Done
  {
    try await store.instructors.delete(operation.id, ifVersion: nil)
    return Done()
  }

  public func prepare(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    try await InverseWork.chunks(
      of: slice, size: InverseWork.recordsPerBatch, concurrency: InverseWork.batchConcurrency
    ) { chunk throws(StoreError) in
      try await InverseWork.createAll(chunk.map(target), on: store.instructors)
    }
  }

  public func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    // Nothing is left unless some deletes did not run or failed.
    try await InverseWork.chunks(of: slice, size: 500, concurrency: InverseWork.batchConcurrency) {
      chunk throws(StoreError) in
      for found in try await store.instructors.get(chunk.map(Self.id)) {
        if let found { try await InverseWork.deleteIfPresent(found.id, on: store.instructors) }
      }
    }
  }

  private func target(_ index: Int) -> NewInstructor {
    var random = context.random(Self.stream, index)
    return context.catalog.newcomer(
      index, id: Self.id(index),
      courses: [
        .primary(courses[index]),
        .assistant(
          CourseID(IdentifierSpace.sharedCourses + Int64(random.below(InstructorCreate.sharedCourses)))),
      ])
  }

  private static func id(_ index: Int) -> InstructorID {
    InstructorID(IdentifierSpace.deletedInstructors + Int64(index))
  }
}
