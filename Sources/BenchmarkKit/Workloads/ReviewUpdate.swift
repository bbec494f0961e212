public import InstructorStore

/// Changes stars and comment of one review of the catalog and reads it back; the course's rating moves along.
///
/// Afterwards both fields get the catalog's values again, untimed; the versions stay ahead.
public struct ReviewUpdate: Workload {
  private static let stream = TraceRandom.stream("review-update")
  private let context: WorkloadContext
  private let keys: ReviewChooser

  public struct Operation: TraceOperation {
    let number: Int
    let id: ReviewID
    let stars: Stars
    let comment: String

    public func add(to digest: inout TraceDigest) {
      digest.add(id.rawValue)
      digest.add(stars.halves)
      digest.add(comment)
    }

    public var text: String { "update(\(id), stars: \(stars), comment: \(CanonicalText.text(comment)))" }
  }

  public init(_ context: WorkloadContext) {
    self.context = context
    keys = context.reviewKeys
  }

  public func operation(_ index: Int) -> Operation {
    var random = context.random(Self.stream, index)
    let number = keys.next(&random)
    let review = context.catalog.review(number)
    // Any other step than the catalog's, so that the rating does move.
    let steps = Stars.allSteps.filter { $0 != review.stars }
    let comment = context.catalog.newReview(index, id: review.id, ofCourse: 0, by: 0).comment
    return Operation(
      number: number, id: review.id, stars: steps[random.below(steps.count)], comment: comment)
  }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError) -> Review
  {
    try await store.reviews.update(
      operation.id, ReviewPatch(stars: operation.stars, comment: operation.comment), ifVersion: nil)
  }

  public func restore(_ slice: Range<Int>, on store: any StorageBackend) async throws(StoreError) {
    let numbers = Array(Set(slice.map(number))).sorted()
    try await InverseWork.each(in: numbers.indices) { index throws(StoreError) in
      let original = context.catalog.review(numbers[index])
      _ = try await store.reviews.update(
        original.id, ReviewPatch(stars: original.stars, comment: original.comment), ifVersion: nil)
    }
  }

  public func touch(_ index: Int) -> ReviewTouch? {
    let review = context.catalog.review(number(index))
    return ReviewTouch(course: review.courseID, reviewer: review.reviewerID)
  }

  private func number(_ index: Int) -> Int {
    var random = context.random(Self.stream, index)
    return keys.next(&random)
  }
}
