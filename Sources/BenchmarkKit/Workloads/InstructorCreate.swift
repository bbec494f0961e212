public import InstructorStore

/// Creates one instructor with two courses: primary of a new course, assistant on one of 100,000 others.
///
/// The id is explicit and above the catalog's, so the outcome is the same on every backend; the rest is as
/// varied as the catalog's. Afterwards the created instructors are deleted again, untimed.
///
/// The new courses' ids are scattered over a wide range. That is the neutral choice: new courses don't get their
/// instructors in the order of their ids by many writers side by side, and a unique index that is checked for
/// neighbouring keys, some of them uncommitted and some just deleted, would be measured instead of a create
/// (mongod walks over such neighbours, PostgreSQL's inserts meet on one page).
public struct InstructorCreate: Workload {
  private static let stream = TraceRandom.stream("instructor-create")
  static let sharedCourses = 100_000
  private let context: WorkloadContext
  private let courses: ScatteredCourses

  public struct Operation: TraceOperation {
    let new: NewInstructor
    public func add(to digest: inout TraceDigest) { digest.add(new) }
    public var text: String { "create(\(CanonicalText.of(Instructor(new, id: new.id ?? 0))))" }
  }

  public init(_ context: WorkloadContext) {
    self.context = context
    courses = ScatteredCourses(from: IdentifierSpace.createdCourses, seed: context.seed)
  }

  public func operation(_ index: Int) -> Operation {
    var random = context.random(Self.stream, index)
    return Operation(
      new: context.catalog.newcomer(
        index, id: Self.id(index),
        courses: [
          .primary(courses[index]),
          .assistant(CourseID(IdentifierSpace.sharedCourses + Int64(random.below(Self.sharedCourses)))),
        ]))
  }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError)
    -> Instructor
  {
    try await store.instructors.create(operation.new, isRetry: false)
  }

  public func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    try await InverseWork.each(in: slice) { index throws(StoreError) in
      try await InverseWork.deleteIfPresent(Self.id(index), on: store.instructors)
    }
  }

  private static func id(_ index: Int) -> InstructorID {
    InstructorID(IdentifierSpace.createdInstructors + Int64(index))
  }
}
