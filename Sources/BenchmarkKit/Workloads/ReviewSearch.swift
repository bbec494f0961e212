import CatalogGenerator
public import InstructorStore

/// Reads the first 20 reviews of a course whose comment contains a text.
///
/// The course is that of a review chosen by the key distribution, so a large course is searched often. Some of the texts
/// are in every second comment, some in few, and some in none.
public struct ReviewSearch: Workload {
  static let itemsPerPage = 20
  private static let stream = TraceRandom.stream("review-search")
  /// Capital and small letters are the same; `%` and `_` mean themselves.
  static let texts = [
    "lectures", "COURSE", "assignments", "the professor", "Peer Reviews", "module three", "certificate",
    "money back", "Distributed Systems", "five stars", "équipe", "100%", "week_four", "no such words",
  ]
  private let context: WorkloadContext
  private let keys: ReviewChooser

  public struct Operation: TraceOperation {
    let course: CourseID
    let words: String

    public func add(to digest: inout TraceDigest) {
      digest.add(course.rawValue)
      digest.add(words)
    }

    public var text: String {
      "search(in: \(course), for: \"\(words)\", limit: \(ReviewSearch.itemsPerPage))"
    }
  }

  public init(_ context: WorkloadContext) {
    self.context = context
    keys = context.reviewKeys
  }

  public func operation(_ index: Int) -> Operation {
    var random = context.random(Self.stream, index)
    let course = context.catalog.generated.courseIndex(ofReview: keys.next(&random))
    return Operation(
      course: context.catalog.course(course), words: Self.texts[random.below(Self.texts.count)])
  }

  public func execute(_ operation: Operation, on store: any StorageBackend) async throws(StoreError)
    -> Page<Review>
  {
    try await store.reviews.search(
      in: operation.course, for: operation.words, after: nil, limit: Self.itemsPerPage)
  }
}
