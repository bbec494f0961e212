import InstructorStore

/// A way to get the contract wrong.
enum Mistake: String, CaseIterable, Sendable {
  /// Reviews that are equally helpful come by ascending id.
  case tiesByAscendingID
  /// An edit of a review takes any version.
  case ignoredVersion
  /// Leaving a course one is not on is fine.
  case freeUnassign
  /// A deleted author's reviews stay in the ratings shown.
  case countsDeletedAuthors
}

/// The in-memory store with one mistake.
struct MistakenStore: StorageBackend {
  let base: InMemoryStore
  let mistake: Mistake
  private let ghosts = Ghosts()

  init(base: InMemoryStore, mistake: Mistake) {
    self.base = base
    self.mistake = mistake
  }

  var name: String { base.name }
  var instructors: any InstructorRepository {
    mistake == .freeUnassign ? MistakenInstructors(base: base.instructors) : base.instructors
  }
  var reviews: any ReviewRepository { MistakenReviews(base: base.reviews, mistake: mistake, ghosts: ghosts) }
  var reviewers: any ReviewerRepository {
    MistakenReviewers(base: base, isMistaken: mistake == .countsDeletedAuthors, ghosts: ghosts)
  }
  var ratings: any RatingRepository { base.ratings }
  func migrate() async throws(StoreError) { try await base.migrate() }
  func ping() async throws(StoreError) { try await base.ping() }
  func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64> {
    try await base.reserveIDs(kind, count: count)
  }
  func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult { try await base.bulkLoad(load) }
  func statistics() -> StoreStatistics { base.statistics() }
  func close() async { await base.close() }
}

/// Counts of reviews whose author is gone.
private actor Ghosts {
  private var counts: [CourseID: StarCounts] = [:]
  private var reviews: [ReviewerID: [ReviewID: Review]] = [:]
  func note(_ review: Review) { reviews[review.reviewerID, default: [:]][review.id] = review }
  func delete(_ author: ReviewerID) {
    for review in (reviews.removeValue(forKey: author) ?? [:]).values {
      counts[review.courseID, default: .zero][review.stars] += 1
    }
  }
  func count(of course: CourseID) -> StarCounts { counts[course] ?? .zero }
}

private struct MistakenReviews: ReviewRepository {
  let base: any ReviewRepository
  let mistake: Mistake
  let ghosts: Ghosts

  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review {
    let review = try await base.create(new, isRetry: isRetry)
    await ghosts.note(review)
    return review
  }
  func get(_ id: ReviewID) async throws(StoreError) -> Review { try await base.get(id) }
  func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?) async throws(StoreError) -> Review {
    try await base.update(id, patch, ifVersion: mistake == .ignoredVersion ? nil : ifVersion)
  }
  func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError) {
    try await base.delete(id, ifVersion: ifVersion)
  }
  func markHelpful(_ id: ReviewID) async throws(StoreError) -> Int64 { try await base.markHelpful(id) }
  func report(_ id: ReviewID) async throws(StoreError) -> Int64 { try await base.report(id) }
  func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    var page = try await base.page(of: course, order: order, stars: stars, after: after, limit: limit)
    if mistake == .tiesByAscendingID, order == .mostHelpful {
      page.items.sort { ($1.helpful, $0.id) < ($0.helpful, $1.id) }
    }
    return page
  }
  func search(in course: CourseID, for text: String, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    try await base.search(in: course, for: text, after: after, limit: limit)
  }
  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary {
    var summary = try await base.summary(of: course, limit: limit)
    summary.rating.reviews += await ghosts.count(of: course)
    return summary
  }
}

private struct MistakenReviewers: ReviewerRepository {
  let base: InMemoryStore
  let isMistaken: Bool
  let ghosts: Ghosts

  func create(_ new: NewReviewer, isRetry: Bool) async throws(StoreError) -> Reviewer {
    try await base.reviewers.create(new, isRetry: isRetry)
  }
  func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer { try await base.reviewers.get(id) }
  func update(_ id: ReviewerID, _ patch: ReviewerPatch, ifVersion: Int64?) async throws(StoreError)
    -> Reviewer
  {
    try await base.reviewers.update(id, patch, ifVersion: ifVersion)
  }
  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) {
    try await base.reviewers.delete(id, ifVersion: ifVersion)
    if isMistaken { await ghosts.delete(id) }
  }
}

private struct MistakenInstructors: InstructorRepository {
  let base: any InstructorRepository

  func unassign(_ course: CourseID, from id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    do throws(StoreError) {
      return try await base.unassign(course, from: id, ifVersion: ifVersion)
    } catch {
      guard error.code == .notFound else { throw error }
      return try await base.get(id)
    }
  }

  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    try await base.create(new, isRetry: isRetry)
  }
  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    try await base.createMany(items)
  }
  func get(_ id: InstructorID) async throws(StoreError) -> Instructor { try await base.get(id) }
  func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?] { try await base.get(ids) }
  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.update(id, patch, ifVersion: ifVersion)
  }
  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) {
    try await base.delete(id, ifVersion: ifVersion)
  }
  func team(of course: CourseID) async throws(StoreError) -> CourseTeam { try await base.team(of: course) }
  func primary(of course: CourseID) async throws(StoreError) -> Instructor? {
    try await base.primary(of: course)
  }
  func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.assign(assignment, to: id, ifVersion: ifVersion)
  }
  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID? {
    try await base.replacePrimary(of: course, with: id)
  }
  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>
  {
    try await base.list(filter, after: after, limit: limit)
  }
  func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int {
    try await base.count(filter, upTo: upTo)
  }
  func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    try await base.organizationLeaderboard(limit: limit)
  }
}
