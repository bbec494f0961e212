/// Reviews of courses.
///
/// What ``InstructorRepository`` says of concurrency, deadlines and cancellation holds here too.
///
/// **Exact aggregates.** Every write changes the review, the course's ``CourseRating/reviews`` and the reviewer's
/// ``Reviewer/reviewCount`` together or not at all, whoever else writes at the same time and from whatever process. A
/// hot course slows its writers down; it fails none of them before its deadline.
///
/// **Order of checks.** Invalid argument, conflict on the id, not found, conflict on the version, reference violation.
public protocol ReviewRepository: Sendable {
  /// Stores a review and counts it.
  ///
  /// - Parameter isRetry: Says that an earlier create of the same content under the same explicit id may have been applied.
  ///   If the id is taken by a review of equal content at version 1, that is success and nothing is counted twice.
  /// - Returns: The review as stored, version 1, without votes.
  /// - Throws: `conflict` with ``Constraint/reviewID``; `referenceViolation` with ``Constraint/reviewerReference``;
  ///   `invalidArgument`, also for `isRetry` without an id.
  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review

  /// - Throws: `notFound`.
  func get(_ id: ReviewID) async throws(StoreError) -> Review

  /// Changes stars or comment and returns the review afterwards; the rating moves along with the stars.
  ///
  /// - Throws: `notFound`; `conflict` with ``Constraint/version``.
  func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?) async throws(StoreError) -> Review

  /// Removes a review and takes it out of the counts.
  ///
  /// - Throws: `notFound`; `conflict` with ``Constraint/version``.
  func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError)

  /// Adds one to the review's ``Review/helpful`` and returns the count. The version stays.
  ///
  /// - Throws: `notFound`; `resourceExhausted` past ``Limits/counters``.
  func markHelpful(_ id: ReviewID) async throws(StoreError) -> Int64

  /// Adds one to the review's ``Review/reported`` and returns the count. The version stays.
  ///
  /// - Throws: `notFound`; `resourceExhausted` past ``Limits/counters``.
  func report(_ id: ReviewID) async throws(StoreError) -> Int64

  /// A page of a course's reviews, as one consistent read. A course without reviews has an empty one.
  ///
  /// Pages follow the key, not a position: newest first, a review present throughout is neither repeated nor skipped
  /// while others come and go. Most helpful first, one whose ``Review/helpful`` changes meanwhile may be.
  /// - Parameters:
  ///   - stars: Only reviews with exactly these.
  ///   - after: A ``Page/next`` of the same course, order and stars, or `nil` for the first page.
  ///   - limit: 1 to 1,000.
  func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>

  /// The course's reviews whose comment contains `text`, newest first.
  ///
  /// A literal substring, compared by bytes with A–Z equal to a–z and nothing else folded; no character of it has a
  /// meaning of its own. All of the course's reviews may be examined: the index finds the course, not the text.
  /// - Parameters:
  ///   - text: 1 to 256 UTF-8 bytes.
  ///   - after: A ``Page/next`` of the same course and text, or `nil` for the first page.
  ///   - limit: 1 to 1,000.
  func search(in course: CourseID, for text: String, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>

  /// The course's rating and its newest reviews, as one consistent read: the first page and, with its
  /// ``Page/next``, the way on through ``page(of:order:stars:after:limit:)``.
  ///
  /// - Parameter limit: Reviews, 1 to 1,000.
  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary
}

/// How a page of reviews is ordered.
public enum ReviewOrder: String, Sendable, CaseIterable {
  /// By ``Review/createdAt`` descending, then id descending.
  case newest
  /// By ``Review/helpful`` descending, then id descending.
  case mostHelpful
}

extension ReviewRepository {
  public func create(_ new: NewReview) async throws(StoreError) -> Review {
    try await create(new, isRetry: false)
  }

  public func update(_ id: ReviewID, _ patch: ReviewPatch) async throws(StoreError) -> Review {
    try await update(id, patch, ifVersion: nil)
  }

  public func delete(_ id: ReviewID) async throws(StoreError) {
    try await delete(id, ifVersion: nil)
  }

  public func page(
    of course: CourseID, order: ReviewOrder = .newest, stars: Stars? = nil, limit: Int
  ) async throws(StoreError) -> Page<Review> {
    try await page(of: course, order: order, stars: stars, after: nil, limit: limit)
  }

  public func search(in course: CourseID, for text: String, limit: Int) async throws(StoreError) -> Page<
    Review
  > {
    try await search(in: course, for: text, after: nil, limit: limit)
  }
}
