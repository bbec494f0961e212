import InstructorStore

/// Creates one instructor whose id the store draws, as a service does; with two courses, or with none.
///
/// Nothing is undone: whoever measures it removes in bulk what is not of the catalog.
struct ReferenceCreate<Shape: CreateShape>: Workload {
  private let context: WorkloadContext
  private let courses: ScatteredCourses

  init(_ context: WorkloadContext) {
    self.context = context
    courses = ScatteredCourses(from: IdentifierSpace.createdCourses, seed: context.seed)
  }

  func operation(_ index: Int) -> InstructorCreate.Operation {
    let shared = IdentifierSpace.sharedCourses + Int64(index % InstructorCreate.sharedCourses)
    var new = context.catalog.newcomer(
      index, id: 1, courses: Shape.hasCourses ? [.primary(courses[index]), .assistant(CourseID(shared))] : [])
    new.id = nil
    return InstructorCreate.Operation(new: new)
  }

  func execute(_ operation: InstructorCreate.Operation, on store: any StorageBackend)
    async throws(StoreError) -> Instructor
  {
    try await store.instructors.create(operation.new, isRetry: false)
  }
}

/// Creates one review whose id the store draws. Nothing is undone, as with ``ReferenceCreate``.
struct ReferenceReviewCreate: Workload {
  private let source: NewReviews

  init(_ context: WorkloadContext) {
    source = NewReviews("reference-review-create", from: IdentifierSpace.createdReviews, context)
  }

  func operation(_ index: Int) -> ReviewCreate.Operation {
    var new = source[index]
    new.id = nil
    return ReviewCreate.Operation(new: new)
  }

  func execute(_ operation: ReviewCreate.Operation, on store: any StorageBackend)
    async throws(StoreError) -> Review
  {
    try await store.reviews.create(operation.new, isRetry: false)
  }
}

protocol CreateShape: Sendable { static var hasCourses: Bool { get } }
enum WithoutCourses: CreateShape { static let hasCourses = false }
enum WithTwoCourses: CreateShape { static let hasCourses = true }

extension ReferenceOperation {
  /// The library's side of it; `nil` for a load.
  func workload(_ context: WorkloadContext) -> PreparedWorkload? {
    switch self {
    case .get: PreparedWorkload(rawValue, InstructorGet(context))
    case .team: PreparedWorkload(rawValue, CourseRead.team(context))
    case .create: PreparedWorkload(rawValue, ReferenceCreate<WithoutCourses>(context))
    case .createWithCourses: PreparedWorkload(rawValue, ReferenceCreate<WithTwoCourses>(context))
    case .update: PreparedWorkload(rawValue, InstructorUpdate(context))
    case .delete: PreparedWorkload(rawValue, InstructorDelete(context))
    case .reviewCreate: PreparedWorkload(rawValue, ReferenceReviewCreate(context))
    case .load: nil
    }
  }
}
