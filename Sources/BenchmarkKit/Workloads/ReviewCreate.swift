public import InstructorStore

/// Creates one review; the course's rating and the reviewer's count change with it.
///
/// The course is chosen by the key distribution, the reviewer is anybody, and the id is explicit and above the catalog's.
/// Afterwards the created reviews are deleted again, untimed.
public struct ReviewCreate: Workload {
  private let source: NewReviews

  public struct Operation: TraceOperation {
    let new: NewReview
    public func add(to digest: inout TraceDigest) { digest.add(new) }
    public var text: String { "create(\(CanonicalText.of(new)))" }
  }

  public init(_ context: WorkloadContext) {
    source = NewReviews("review-create", from: IdentifierSpace.createdReviews, context)
  }

  public func operation(_ index: Int) -> Operation { Operation(new: source[index]) }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError) -> Review
  {
    try await store.reviews.create(operation.new, isRetry: false)
  }

  public func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    try await source.delete(slice, on: store.reviews)
  }

  public func touch(_ index: Int) -> ReviewTouch? { source.touch(index) }
}

/// Deletes one review by id; the course's rating and the reviewer's count change with it.
///
/// The reviews it deletes are created before the slice, untimed, as those of ``ReviewCreate``; afterwards none of them is
/// left.
public struct ReviewDelete: Workload {
  private let source: NewReviews

  public struct Operation: TraceOperation {
    let id: ReviewID
    public func add(to digest: inout TraceDigest) { digest.add(id.rawValue) }
    public var text: String { "delete(\(id))" }
  }

  public init(_ context: WorkloadContext) {
    source = NewReviews("review-delete", from: IdentifierSpace.deletedReviews, context)
  }

  public var needsPreparation: Bool { true }

  public func operation(_ index: Int) -> Operation { Operation(id: source.id(index)) }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError) -> Done {
    try await store.reviews.delete(operation.id, ifVersion: nil)
    return Done()
  }

  public func prepare(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    try await InverseWork.each(in: slice) { index throws(StoreError) in
      // An earlier attempt may have created it: that is a success.
      _ = try await store.reviews.create(source[index], isRetry: true)
    }
  }

  public func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    // Nothing is left unless some deletes did not run or failed.
    try await source.delete(slice, on: store.reviews)
  }

  public func touch(_ index: Int) -> ReviewTouch? { source.touch(index) }
}

/// Reviews that are not in the catalog, each of a course and by a reviewer that are: one for each operation of a trace.
struct NewReviews: Sendable {
  private let stream: UInt64
  private let firstID: Int64
  private let context: WorkloadContext
  private let courses: KeyChooser

  init(_ name: String, from firstID: Int64, _ context: WorkloadContext) {
    stream = TraceRandom.stream(name)
    self.firstID = firstID
    self.context = context
    courses = context.courseKeys
  }

  func id(_ index: Int) -> ReviewID { ReviewID(firstID + Int64(index)) }

  subscript(_ index: Int) -> NewReview {
    let (course, reviewer) = place(index)
    return context.catalog.newReview(index, id: id(index), ofCourse: course, by: reviewer)
  }

  func touch(_ index: Int) -> ReviewTouch {
    let (course, reviewer) = place(index)
    return ReviewTouch(course: context.catalog.course(course), reviewer: context.catalog.reviewer(reviewer))
  }

  private func place(_ index: Int) -> (course: Int, reviewer: Int) {
    var random = context.random(stream, index)
    return (courses.next(&random), random.below(context.catalog.reviewers))
  }

  func delete(_ slice: Range<Int>, on repository: any ReviewRepository) async throws(StoreError) {
    try await InverseWork.each(in: slice) { index throws(StoreError) in
      do throws(StoreError) {
        try await repository.delete(id(index), ifVersion: nil)
      } catch {
        guard error.code == .notFound else { throw error }
      }
    }
  }
}
