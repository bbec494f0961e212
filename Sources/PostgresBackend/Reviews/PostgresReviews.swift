import DriverKit
import InstructorStore

/// PostgreSQL's ``ReviewRepository``: reads here, writes in the extension beside it.
struct PostgresReviews: ReviewRepository, PostgresRepository {
  let pool: ConnectionPool<PostgresDriver>
  let ids: IDAllocator
  let model: PostgresDataModel

  /// Up to as many reviews a page may share its exchange with other reads.
  private static let shortPageItems = 100

  func get(_ id: ReviewID) async throws(StoreError) -> Review {
    let context = try context("reviews.get")
    try Validation(context).identifier(id)
    let stored = try await pool.read(context, ReviewReads.get, id.rawValue)
    return try context.require(stored, id)
  }

  func page(
    of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int
  ) async throws(StoreError) -> Page<Review> {
    try await list(.page(course, order, stars), after: after, limit: limit, context("reviews.page"))
  }

  func search(
    in course: CourseID, for text: String, after: PageCursor?, limit: Int
  ) async throws(StoreError) -> Page<Review> {
    try await list(.search(course, text), after: after, limit: limit, context("reviews.search"))
  }

  private func list(
    _ listing: ReviewListing, after cursor: PageCursor?, limit: Int, _ context: CallContext
  ) async throws(StoreError) -> Page<Review> {
    let key = try Validation(context).listing(listing, after: cursor, limit: limit)
    let statement = ReviewReads.list(ReviewReads.Shape(listing, hasCursor: key != nil))
    let reviews = try await read(context, statement, isShort: listing.isPage && limit <= Self.shortPageItems)
    {
      parameters in
      // One more than asked for tells whether anything follows.
      ReviewReads.bind(listing, after: key, limit: limit + 1, parameters)
    } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
      try ReviewRow.decodeAll(result)
    }
    return listing.page(reviews, limit: limit)
  }

  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary {
    let context = try context("reviews.summary")
    let listing = ReviewListing.page(course, .newest, nil)
    _ = try Validation(context).listing(listing, after: nil, limit: limit)
    return try await read(context, ReviewReads.summary, isShort: limit <= Self.shortPageItems) { parameters in
      parameters.append(course.rawValue)
      parameters.append(Int64(limit + 1))
    } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
      guard result.rowCount > 0 else { throw DecodingFailure() }
      let rating = result.isNull(0, 0) ? CourseRating.zero(course) : try RatingRow.decode(result, of: course)
      var reviews: [Review] = []
      let first = RatingRow.columnCount
      for row in 0..<result.rowCount where !result.isNull(row, first) {
        reviews.append(try ReviewRow.decode(result, row, from: first))
      }
      return CourseSummary(rating: rating, reviews: listing.page(reviews, limit: limit))
    }
  }

  /// - Parameter isShort: Others may wait for this read, so it shares their exchange.
  private func read<Value: Sendable>(
    _ context: CallContext, _ statement: Statement, isShort: Bool,
    bind: @escaping @Sendable (ParameterBuffer) -> Void,
    decode: @escaping @Sendable (borrowing PostgresResult) throws(DecodingFailure) -> Value
  ) async throws(StoreError) -> Value {
    if isShort { return try await pool.read(context, statement, bind: bind, decode: decode) }
    return try await lease(context, .read) { (connection, call) throws(StoreError) in
      try connection.query(call, statement, bind: bind, decode: decode)
    }
  }
}

extension ReviewListing {
  fileprivate var isPage: Bool {
    if case .page = self { return true }
    return false
  }
}
