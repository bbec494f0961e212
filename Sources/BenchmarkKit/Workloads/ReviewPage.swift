public import InstructorStore

/// Reads one page of 20 reviews of a course.
///
/// The course is that of a review chosen by the key distribution. Half of the pages are the course's first, half follow
/// the review, as a client that turns pages asks; a quarter shows only reviews with the review's stars.
public struct ReviewPage: Workload {
  static let itemsPerPage = 20
  private let order: ReviewOrder
  private let stream: UInt64
  private let context: WorkloadContext
  private let keys: ReviewChooser

  public struct Operation: TraceOperation {
    let course: CourseID
    let order: ReviewOrder
    let stars: Stars?
    let after: PageCursor?

    public func add(to digest: inout TraceDigest) {
      digest.add(course.rawValue)
      digest.add(order.rawValue)
      digest.add(stars?.halves ?? -1)
      digest.add(after?.token)
    }

    public var text: String {
      "page(of: \(course), order: \(order.rawValue), stars: \(stars?.description ?? "all"), "
        + "after: \(after?.token ?? "none"), limit: \(ReviewPage.itemsPerPage))"
    }
  }

  init(_ name: String, _ order: ReviewOrder, _ context: WorkloadContext) {
    self.order = order
    stream = TraceRandom.stream(name)
    self.context = context
    keys = context.reviewKeys
  }

  public func operation(_ index: Int) -> Operation {
    var random = context.random(stream, index)
    let review = context.catalog.review(keys.next(&random))
    let isFirst = random.below(2) == 0
    let stars = random.below(4) == 0 ? review.stars : nil
    let listing = ReviewListing.page(review.courseID, order, stars)
    let key = ReviewKey(rank: listing.rank(of: review), id: review.id)
    return Operation(
      course: review.courseID, order: order, stars: stars,
      after: isFirst ? nil : PageCursor(after: key, in: listing))
  }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError)
    -> Page<Review>
  {
    try await store.reviews.page(
      of: operation.course, order: operation.order, stars: operation.stars, after: operation.after,
      limit: Self.itemsPerPage)
  }
}
