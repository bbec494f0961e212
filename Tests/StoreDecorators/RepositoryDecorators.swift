package import InstructorStore

/// A repository around another one: forwards every call that a conforming type doesn't define itself.
package protocol InstructorRepositoryDecorator: InstructorRepository {
  var base: any InstructorRepository { get }
}

extension InstructorRepositoryDecorator {
  package func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    try await base.create(new, isRetry: isRetry)
  }
  package func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    try await base.createMany(items)
  }
  package func get(_ id: InstructorID) async throws(StoreError) -> Instructor { try await base.get(id) }
  package func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?] {
    try await base.get(ids)
  }
  package func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.update(id, patch, ifVersion: ifVersion)
  }
  package func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) {
    try await base.delete(id, ifVersion: ifVersion)
  }
  package func team(of course: CourseID) async throws(StoreError) -> CourseTeam {
    try await base.team(of: course)
  }
  package func primary(of course: CourseID) async throws(StoreError) -> Instructor? {
    try await base.primary(of: course)
  }
  package func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.assign(assignment, to: id, ifVersion: ifVersion)
  }
  package func unassign(_ course: CourseID, from id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.unassign(course, from: id, ifVersion: ifVersion)
  }
  package func replacePrimary(of course: CourseID, with id: InstructorID)
    async throws(StoreError) -> InstructorID?
  {
    try await base.replacePrimary(of: course, with: id)
  }
  package func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>
  {
    try await base.list(filter, after: after, limit: limit)
  }
  package func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int {
    try await base.count(filter, upTo: upTo)
  }
  package func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    try await base.organizationLeaderboard(limit: limit)
  }
}

/// As ``InstructorRepositoryDecorator``, of reviews.
package protocol ReviewRepositoryDecorator: ReviewRepository {
  var base: any ReviewRepository { get }
}

extension ReviewRepositoryDecorator {
  package func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review {
    try await base.create(new, isRetry: isRetry)
  }
  package func get(_ id: ReviewID) async throws(StoreError) -> Review { try await base.get(id) }
  package func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?)
    async throws(StoreError) -> Review
  {
    try await base.update(id, patch, ifVersion: ifVersion)
  }
  package func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError) {
    try await base.delete(id, ifVersion: ifVersion)
  }
  package func markHelpful(_ id: ReviewID) async throws(StoreError) -> Int64 {
    try await base.markHelpful(id)
  }
  package func report(_ id: ReviewID) async throws(StoreError) -> Int64 { try await base.report(id) }
  package func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    try await base.page(of: course, order: order, stars: stars, after: after, limit: limit)
  }
  package func search(in course: CourseID, for text: String, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    try await base.search(in: course, for: text, after: after, limit: limit)
  }
  package func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary {
    try await base.summary(of: course, limit: limit)
  }
}

/// As ``InstructorRepositoryDecorator``, of reviewers.
package protocol ReviewerRepositoryDecorator: ReviewerRepository {
  var base: any ReviewerRepository { get }
}

extension ReviewerRepositoryDecorator {
  package func create(_ new: NewReviewer, isRetry: Bool) async throws(StoreError) -> Reviewer {
    try await base.create(new, isRetry: isRetry)
  }
  package func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer { try await base.get(id) }
  package func update(_ id: ReviewerID, _ patch: ReviewerPatch, ifVersion: Int64?)
    async throws(StoreError) -> Reviewer
  {
    try await base.update(id, patch, ifVersion: ifVersion)
  }
  package func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) {
    try await base.delete(id, ifVersion: ifVersion)
  }
}

/// As ``InstructorRepositoryDecorator``, of ratings.
package protocol RatingRepositoryDecorator: RatingRepository {
  var base: any RatingRepository { get }
}

extension RatingRepositoryDecorator {
  package func get(_ course: CourseID) async throws(StoreError) -> CourseRating {
    try await base.get(course)
  }
  package func put(_ counts: StarCounts, for course: CourseID, ifVersion: Int64?)
    async throws(StoreError) -> CourseRating
  {
    try await base.put(counts, for: course, ifVersion: ifVersion)
  }
  package func delete(_ course: CourseID, ifVersion: Int64?) async throws(StoreError) -> CourseRating {
    try await base.delete(course, ifVersion: ifVersion)
  }
  package func recompute(_ course: CourseID) async throws(StoreError) -> CourseRating {
    try await base.recompute(course)
  }
  package func histogram(of courses: [CourseID]) async throws(StoreError) -> StarCounts {
    try await base.histogram(of: courses)
  }
}
