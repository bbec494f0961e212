// Stands in while the backends get the reviews domain; goes when the last of them has it.
extension StorageBackend {
  public var reviews: any ReviewRepository { Pending() }
  public var reviewers: any ReviewerRepository { Pending() }
  public var ratings: any RatingRepository { Pending() }
}

extension InstructorRepository {
  public func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    throw Pending.error
  }
}

struct Pending: ReviewRepository, ReviewerRepository, RatingRepository {
  static var error: StoreError {
    StoreError(.internalError, operation: "pending", backend: "pending", reason: "not there yet")
  }
  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review { throw Self.error }
  func get(_ id: ReviewID) async throws(StoreError) -> Review { throw Self.error }
  func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?) async throws(StoreError) -> Review {
    throw Self.error
  }
  func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError) { throw Self.error }
  func markHelpful(_ id: ReviewID) async throws(StoreError) -> Int64 { throw Self.error }
  func report(_ id: ReviewID) async throws(StoreError) -> Int64 { throw Self.error }
  func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  { throw Self.error }
  func search(in course: CourseID, for text: String, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  { throw Self.error }
  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary { throw Self.error }
  func create(_ new: NewReviewer, isRetry: Bool) async throws(StoreError) -> Reviewer { throw Self.error }
  func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer { throw Self.error }
  func update(_ id: ReviewerID, _ patch: ReviewerPatch, ifVersion: Int64?) async throws(StoreError)
    -> Reviewer
  {
    throw Self.error
  }
  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) { throw Self.error }
  func get(_ course: CourseID) async throws(StoreError) -> CourseRating { throw Self.error }
  func put(_ base: StarCounts, for course: CourseID, ifVersion: Int64?) async throws(StoreError)
    -> CourseRating
  {
    throw Self.error
  }
  func delete(_ course: CourseID, ifVersion: Int64?) async throws(StoreError) -> CourseRating {
    throw Self.error
  }
  func recompute(_ course: CourseID) async throws(StoreError) -> CourseRating { throw Self.error }
  func histogram(of courses: [CourseID]) async throws(StoreError) -> StarCounts { throw Self.error }
}
