public import InstructorStore

/// Deletes one instructor with two courses, by id.
///
/// The instructors it deletes are created before the slice, untimed; afterwards none of them is left.
public struct InstructorDelete: Workload {
  private static let stream = TraceRandom.stream("instructor-delete")
  private let context: WorkloadContext

  public init(_ context: WorkloadContext) { self.context = context }

  public static var needsPreparation: Bool { true }

  public func operation(_ index: Int) -> InstructorKeyOperation {
    InstructorKeyOperation(call: "delete", id: Self.id(index))
  }

  public func execute(_ operation: InstructorKeyOperation, on repository: any InstructorRepository)
    async throws(StoreError) -> Done
  {
    try await repository.delete(operation.id, ifVersion: nil)
    return Done()
  }

  public func prepare(_ slice: Range<Int>, on repository: any InstructorRepository)
    async throws(StoreError)
  {
    try await InverseWork.chunks(of: slice, size: 250) { chunk throws(StoreError) in
      _ = try await repository.createMany(chunk.map(target))
    }
  }

  public func restore(_ slice: Range<Int>, on repository: any InstructorRepository)
    async throws(StoreError)
  {
    // Nothing is left unless some deletes did not run or failed.
    try await InverseWork.chunks(of: slice, size: 500) { chunk throws(StoreError) in
      for found in try await repository.get(chunk.map(Self.id)) {
        if let found { try await InverseWork.deleteIfPresent(found.id, on: repository) }
      }
    }
  }

  private func target(_ index: Int) -> NewInstructor {
    var random = context.random(Self.stream, index)
    return context.catalog.newcomer(
      index, id: Self.id(index),
      courses: [
        .primary(CourseID(IdentifierSpace.deletedCourses + Int64(index))),
        .assistant(
          CourseID(IdentifierSpace.sharedCourses + Int64(random.below(InstructorCreate.sharedCourses)))),
      ])
  }

  private static func id(_ index: Int) -> InstructorID {
    InstructorID(IdentifierSpace.deletedInstructors + Int64(index))
  }
}
