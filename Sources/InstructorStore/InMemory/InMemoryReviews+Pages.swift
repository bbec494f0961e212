extension InMemoryReviews {
  func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    let listing = ReviewListing.page(course, order, stars)
    var key: ReviewKey?
    return try store.perform("reviews.page") { (check) throws(StoreError) in
      key = try check.listing(listing, after: after, limit: limit)
    } body: { (state, _) throws(StoreError) in
      state.reviewTables.page(listing, course, order, stars: stars, after: key, limit: limit)
    }
  }

  func search(in course: CourseID, for text: String, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    let listing = ReviewListing.search(course, text)
    var key: ReviewKey?
    return try store.perform("reviews.search") { (check) throws(StoreError) in
      key = try check.listing(listing, after: after, limit: limit)
    } body: { (state, _) throws(StoreError) in
      let needle = FoldedText(text)
      return state.reviewTables.page(listing, course, .newest, stars: nil, after: key, limit: limit) {
        needle.isContained(in: $0.comment)
      }
    }
  }

  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary {
    let listing = ReviewListing.page(course, .newest, nil)
    return try store.perform("reviews.summary") { (check) throws(StoreError) in
      _ = try check.listing(listing, after: nil, limit: limit)
    } body: { (state, _) throws(StoreError) in
      CourseSummary(
        rating: state.reviewTables.rating(course),
        reviews: state.reviewTables.page(listing, course, .newest, stars: nil, after: nil, limit: limit))
    }
  }
}

extension InMemoryReviewTables {
  fileprivate func page(
    _ listing: ReviewListing, _ course: CourseID, _ order: ReviewOrder, stars: Stars?, after key: ReviewKey?,
    limit: Int, where isWanted: (Review) -> Bool = { _ in true }
  ) -> Page<Review> {
    var found: [Review] = []
    scan(course, order, stars: stars, after: key) { review in
      if isWanted(review) { found.append(review) }
      // One more than the page holds tells that others follow.
      return found.count <= limit
    }
    return listing.page(found, limit: limit)
  }
}

/// A text to be found by bytes, A–Z equal to a–z.
private struct FoldedText {
  private let bytes: [UInt8]

  init(_ text: String) { bytes = text.utf8.map(Self.folded) }

  func isContained(in text: String) -> Bool {
    let haystack = text.utf8.map(Self.folded)
    guard haystack.count >= bytes.count else { return false }
    return (0...haystack.count - bytes.count).contains { start in
      haystack[start..<start + bytes.count].elementsEqual(bytes)
    }
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
  }
}
