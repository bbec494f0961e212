/// Which reviews of a course a page goes through: what its cursors are bound to.
package enum ReviewListing: Sendable {
  case page(CourseID, ReviewOrder, Stars?)
  case search(CourseID, String)

  fileprivate var binding: [UInt8] {
    switch self {
    case .page(let course, let order, let stars):
      Array("reviews.page \(course) \(order.rawValue) \(stars.map { "\($0.halves)" } ?? "all")".utf8)
    case .search(let course, let text):
      Array("reviews.search \(course) \(text)".utf8)
    }
  }

  /// What of a review its place depends on, besides the id.
  package func rank(of review: Review) -> Int64 {
    switch self {
    case .page(_, .mostHelpful, _): review.helpful
    case .page, .search: review.createdAt.milliseconds
    }
  }

  /// A page of at most `limit` from up to one review more, which tells that others follow.
  package func page(_ reviews: [Review], limit: Int) -> Page<Review> {
    guard reviews.count > limit else { return Page(items: reviews, next: nil) }
    let items = Array(reviews.prefix(limit))
    let next = items.last.map { PageCursor(after: ReviewKey(rank: rank(of: $0), id: $0.id), in: self) }
    return Page(items: items, next: next)
  }
}

/// The place of a review in a listing: descending by rank, then by id.
package struct ReviewKey: Equatable, Sendable {
  /// ``Review/createdAt`` in milliseconds, or ``Review/helpful``.
  package var rank: Int64
  package var id: ReviewID

  package init(rank: Int64, id: ReviewID) {
    self.rank = rank
    self.id = id
  }
}

extension PageCursor {
  package init(after key: ReviewKey, in listing: ReviewListing) {
    var writer = CursorCoder(binding: listing.binding)
    writer.append(key.rank)
    writer.append(key.id.rawValue)
    token = writer.token()
  }

  /// The key this cursor follows; throws `invalidArgument` unless it was made by the same listing.
  package func reviewKey(in listing: ReviewListing, _ call: CallContext) throws(StoreError) -> ReviewKey {
    guard var reader = CursorCoder(token: token, binding: listing.binding), let rank = reader.nextInteger(),
      let id = reader.nextInteger(), reader.isAtEnd
    else { throw call.invalid("the cursor was not made by this operation with this course and filter") }
    try Validation(call).identifier(ReviewID(id), "the cursor's id")
    return ReviewKey(rank: rank, id: ReviewID(id))
  }
}
