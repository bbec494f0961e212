import InstructorStore
import StoreDecorators

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

extension Mistake {
  /// The store with this mistake.
  func made(in base: any StorageBackend) -> any StorageBackend {
    let ghosts = Ghosts()
    return DecoratedStore(
      base: base,
      instructors: self == .freeUnassign ? MistakenInstructors(base: base.instructors) : nil,
      reviews: MistakenReviews(base: base.reviews, mistake: self, ghosts: ghosts),
      reviewers: self == .countsDeletedAuthors ? MistakenReviewers(base: base.reviewers, ghosts: ghosts) : nil
    )
  }
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

private struct MistakenReviews: ReviewRepositoryDecorator {
  let base: any ReviewRepository
  let mistake: Mistake
  let ghosts: Ghosts

  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review {
    let review = try await base.create(new, isRetry: isRetry)
    await ghosts.note(review)
    return review
  }
  func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?) async throws(StoreError) -> Review {
    try await base.update(id, patch, ifVersion: mistake == .ignoredVersion ? nil : ifVersion)
  }
  func page(of course: CourseID, order: ReviewOrder, stars: Stars?, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Review>
  {
    var page = try await base.page(of: course, order: order, stars: stars, after: after, limit: limit)
    if mistake == .tiesByAscendingID, order == .mostHelpful {
      page.items.sort { ($1.helpful, $0.id) < ($0.helpful, $1.id) }
    }
    return page
  }
  func summary(of course: CourseID, limit: Int) async throws(StoreError) -> CourseSummary {
    var summary = try await base.summary(of: course, limit: limit)
    summary.rating.reviews += await ghosts.count(of: course)
    return summary
  }
}

private struct MistakenReviewers: ReviewerRepositoryDecorator {
  let base: any ReviewerRepository
  let ghosts: Ghosts

  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) {
    try await base.delete(id, ifVersion: ifVersion)
    await ghosts.delete(id)
  }
}

private struct MistakenInstructors: InstructorRepositoryDecorator {
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
}
