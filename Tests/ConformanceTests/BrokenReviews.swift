import InstructorStore
import StoreConformance
import StoreDecorators

/// What a store that keeps its counts badly shows of them. One for all handles on the same data.
actor ShownCounts {
  private var counts: [CourseID: StarCounts] = [:]
  private var courses: [ReviewerID: Set<CourseID>] = [:]

  func read(_ course: CourseID) -> StarCounts? { counts[course] }
  func write(_ course: CourseID, _ shown: StarCounts?) { counts[course] = shown }
  func note(_ review: Review) { courses[review.reviewerID, default: []].insert(review.courseID) }
  func courses(of author: ReviewerID) -> Set<CourseID> { courses[author] ?? [] }
}

/// The in-memory reviews with the one defect.
struct BrokenReviews: ReviewRepositoryDecorator {
  let base: any ReviewRepository
  let ratings: any RatingRepository
  let defect: Defect
  let shown: ShownCounts

  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review {
    var new = new
    if defect == .roundedStars, new.stars.halves % 2 == 1, Limits.starHalves.contains(new.stars.halves) {
      new.stars = Stars(halves: new.stars.halves + 1)
    }
    do throws(StoreError) {
      let review = try await losingUpdates(of: new.courseID) { () throws(StoreError) in
        try await base.create(new, isRetry: isRetry)
      } change: {
        $0[$1.stars] += 1
      }
      await shown.note(review)
      return review
    } catch {
      if defect == .swallowedReviewConflict, error.constraint == .reviewID, let id = new.id {
        return try await base.get(id)
      }
      throw error
    }
  }

  func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?) async throws(StoreError) -> Review {
    guard defect == .lostRatingUpdate else {
      return try await base.update(id, patch, ifVersion: ifVersion)
    }
    let before = try await base.get(id)
    return try await losingUpdates(of: before.courseID) { () throws(StoreError) in
      try await base.update(id, patch, ifVersion: ifVersion)
    } change: {
      $0[before.stars] -= 1
      $0[$1.stars] += 1
    }
  }

  func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError) {
    guard defect == .lostRatingUpdate else { return try await base.delete(id, ifVersion: ifVersion) }
    let before = try await base.get(id)
    try await losingUpdates(of: before.courseID) { () throws(StoreError) in
      try await base.delete(id, ifVersion: ifVersion)
    } change: { counts, _ in
      counts[before.stars] -= 1
    }
  }

  func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    var cursor = after
    if defect == .unboundReviewCursor { cursor = after.map { rebound($0, to: course, order, stars) } }
    var page = try await base.page(
      of: course, order: order, stars: stars, after: cursor, limit: limit)
    if defect == .unorderedReviews { page.items.sort { $0.id < $1.id } }
    return page
  }

  func search(in course: CourseID, for text: String, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    let found = try await base.search(in: course, for: text, after: after, limit: limit)
    guard defect == .foldedSearch, after == nil else { return found }
    // Folds as Swift does, and finds canonical equivalents.
    let all = try await base.page(of: course, limit: 1_000).items
    let folded = text.lowercased()
    return ReviewListing.search(course, text).page(
      all.filter { $0.comment.lowercased().contains(folded) }, limit: limit)
  }

  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary {
    var summary = try await base.summary(of: course, limit: limit)
    summary.rating.reviews = await shown.read(course) ?? summary.rating.reviews
    return summary
  }

  /// A write after which the counts are those read before it, changed: what another writer did meanwhile is lost.
  private func losingUpdates<Answer: Sendable>(
    of course: CourseID, _ write: () async throws(StoreError) -> Answer,
    change: (inout StarCounts, Answer) -> Void
  ) async throws(StoreError) -> Answer {
    guard defect == .lostRatingUpdate else { return try await write() }
    guard Limits.identifiers.contains(course.rawValue) else { return try await write() }
    let rating = try await ratings.get(course)
    var counts = await shown.read(course) ?? rating.reviews
    let answer = try await write()
    await Task.yield()
    change(&counts, answer)
    await shown.write(course, counts)
    return answer
  }

  /// The cursor as one of the listing asked for, where it was made by another listing of the same course.
  private func rebound(_ cursor: PageCursor, to course: CourseID, _ order: ReviewOrder, _ stars: Stars?)
    -> PageCursor
  {
    let call = CallContext(backend: "memory", operation: "reviews.page")
    for otherOrder in ReviewOrder.allCases {
      for otherStars in [nil] + Stars.allSteps {
        let other = ReviewListing.page(course, otherOrder, otherStars)
        if let key = try? cursor.reviewKey(in: other, call) {
          return PageCursor(after: key, in: .page(course, order, stars))
        }
      }
    }
    return cursor
  }
}

/// The in-memory reviewers; with ``Defect/forgetfulCascade`` their reviews go and stay in the ratings.
struct BrokenReviewers: ReviewerRepositoryDecorator {
  let base: any ReviewerRepository
  let ratings: any RatingRepository
  let defect: Defect
  let shown: ShownCounts

  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) {
    var before: [CourseRating] = []
    if defect == .forgetfulCascade {
      for course in await shown.courses(of: id) { before.append(try await ratings.get(course)) }
    }
    try await base.delete(id, ifVersion: ifVersion)
    for rating in before { await shown.write(rating.courseID, rating.reviews) }
  }
}

/// The in-memory ratings with the counts that a defect of the other repositories has left.
struct BrokenRatings: RatingRepositoryDecorator {
  let base: any RatingRepository
  let shown: ShownCounts

  func get(_ course: CourseID) async throws(StoreError) -> CourseRating {
    await withShownCounts(try await base.get(course))
  }
  func put(_ counts: StarCounts, for course: CourseID, ifVersion: Int64?) async throws(StoreError)
    -> CourseRating
  {
    await withShownCounts(try await base.put(counts, for: course, ifVersion: ifVersion))
  }
  func delete(_ course: CourseID, ifVersion: Int64?) async throws(StoreError) -> CourseRating {
    await withShownCounts(try await base.delete(course, ifVersion: ifVersion))
  }
  func recompute(_ course: CourseID) async throws(StoreError) -> CourseRating {
    await shown.write(course, nil)
    return try await base.recompute(course)
  }

  private func withShownCounts(_ rating: CourseRating) async -> CourseRating {
    var rating = rating
    rating.reviews = await shown.read(rating.courseID) ?? rating.reviews
    return rating
  }
}
