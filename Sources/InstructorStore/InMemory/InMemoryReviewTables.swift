/// A stored reviewer and which reviews are theirs.
struct InMemoryReviewer {
  var reviewer: Reviewer
  var reviews: Set<ReviewID> = []
}

/// Reviewers, reviews and ratings, and the listings that pages are cut from.
///
/// As in ``InMemoryTables`` these are the primitives that keep the indexes and the counts together; they check nothing.
struct InMemoryReviewTables {
  /// One of the orders that a page can ask for.
  private struct Listing: Hashable {
    var course: CourseID
    var order: ReviewOrder
    var stars: Stars?
  }

  private(set) var reviewers: [ReviewerID: InMemoryReviewer] = [:]
  private(set) var reviews: [ReviewID: Review] = [:]
  /// Without those that are zero.
  private(set) var ratings: [CourseID: CourseRating] = [:]
  /// Every review is in four: of its course by either order, of all stars and of its own. None is empty.
  private var listings: [Listing: OrderedRows<ReviewKey>] = [:]

  var isEmpty: Bool { reviewers.isEmpty && reviews.isEmpty && ratings.isEmpty }

  // MARK: Reviewers

  mutating func insert(_ reviewer: Reviewer) {
    reviewers[reviewer.id] = InMemoryReviewer(reviewer: reviewer)
  }

  mutating func replace(_ reviewer: Reviewer, withAuthorship isOtherAuthor: Bool) {
    reviewers[reviewer.id]?.reviewer = reviewer
    guard isOtherAuthor else { return }
    for id in reviewers[reviewer.id]?.reviews ?? [] {
      reviews[id]?.reviewerName = reviewer.name
      reviews[id]?.reviewerPicture = reviewer.picture
    }
  }

  /// Removes the reviewer, their reviews, and those from the ratings.
  mutating func remove(_ reviewer: InMemoryReviewer) {
    for id in reviewer.reviews {
      if let review = reviews[id] { remove(review) }
    }
    reviewers[reviewer.reviewer.id] = nil
  }

  // MARK: Reviews

  /// Stores a review and counts it.
  mutating func insert(_ review: Review) {
    insertUncounted(review)
    reviewers[review.reviewerID]?.reviewer.reviewCount += 1
    count(review.stars, by: 1, course: review.courseID)
  }

  /// Stores a review whose reviewer and rating have it in their counts already.
  mutating func insertUncounted(_ review: Review) {
    reviews[review.id] = review
    reviewers[review.reviewerID]?.reviews.insert(review.id)
    for order in ReviewOrder.allCases { enter(review, order) }
  }

  mutating func remove(_ review: Review) {
    reviews[review.id] = nil
    reviewers[review.reviewerID]?.reviews.remove(review.id)
    reviewers[review.reviewerID]?.reviewer.reviewCount -= 1
    for order in ReviewOrder.allCases { leave(review, order) }
    count(review.stars, by: -1, course: review.courseID)
  }

  /// Replaces stars, comment and votes.
  mutating func replace(_ review: Review, with changed: Review) {
    reviews[review.id] = changed
    if changed.stars != review.stars {
      count(review.stars, by: -1, course: review.courseID)
      count(changed.stars, by: 1, course: review.courseID)
      for order in ReviewOrder.allCases {
        leave(review, order)
        enter(changed, order)
      }
    } else if changed.helpful != review.helpful {
      leave(review, .mostHelpful)
      enter(changed, .mostHelpful)
    }
  }

  /// Visits a course's reviews in order, those after `key` where there is one, until `visit` answers false.
  func scan(
    _ course: CourseID, _ order: ReviewOrder, stars: Stars?, after key: ReviewKey?,
    while visit: (Review) -> Bool
  ) {
    guard let rows = listings[Listing(course: course, order: order, stars: stars)] else { return }
    rows.scan(from: key.map { rows.start(after: $0) } ?? rows.start) { row in
      guard let review = reviews[row.id] else { return true }
      return visit(review)
    }
  }

  // MARK: Ratings

  func rating(_ course: CourseID) -> CourseRating { ratings[course] ?? .zero(course) }

  mutating func replace(_ rating: CourseRating) {
    ratings[rating.courseID] = rating == .zero(rating.courseID) ? nil : rating
  }

  /// How many reviews of each step the course has, whatever its rating says.
  func countedReviews(of course: CourseID) -> StarCounts {
    var counts = StarCounts.zero
    for stars in Stars.allSteps {
      counts[stars] = Int64(listings[Listing(course: course, order: .newest, stars: stars)]?.count ?? 0)
    }
    return counts
  }

  private mutating func count(_ stars: Stars, by difference: Int64, course: CourseID) {
    var rating = rating(course)
    rating.reviews[stars] += difference
    replace(rating)
  }

  private mutating func enter(_ review: Review, _ order: ReviewOrder) {
    for stars in [nil, review.stars] {
      let listing = Listing(course: review.courseID, order: order, stars: stars)
      listings[listing, default: OrderedRows()].insert(ReviewKey(review, order))
    }
  }

  private mutating func leave(_ review: Review, _ order: ReviewOrder) {
    for stars in [nil, review.stars] {
      let listing = Listing(course: review.courseID, order: order, stars: stars)
      listings[listing]?.remove(ReviewKey(review, order))
      if listings[listing]?.count == 0 { listings[listing] = nil }
    }
  }
}

extension ReviewKey {
  fileprivate init(_ review: Review, _ order: ReviewOrder) {
    let listing = ReviewListing.page(review.courseID, order, nil)
    self.init(rank: listing.rank(of: review), id: review.id)
  }
}
