import InstructorStore
import Testing

/// What the in-memory store promises of reviews beyond the portable contract: nothing is left behind.
@Suite struct InMemoryReviewTests {
  @Test func ratingsAndListingsOfAGoneReviewerAreZeroAgain() async throws {
    let store = InMemoryStore()
    try await store.migrate()
    let author = try await store.reviewers.create(NewReviewer(name: "Grace"))
    for course in 1...20 {
      _ = try await store.reviews.create(
        NewReview(
          courseID: CourseID(Int64(course % 3 + 1)), reviewerID: author.id,
          stars: Stars(halves: 2 + course % 9),
          comment: "a", createdAt: Timestamp(milliseconds: Int64(course % 4))))
    }
    #expect(try await store.reviewers.get(author.id).reviewCount == 20)
    let page = try await store.reviews.page(of: 2, limit: 100)
    #expect(page.items.map(\.createdAt) == page.items.map(\.createdAt).sorted(by: >))
    #expect(try await store.ratings.get(2).reviews.total == Int64(page.items.count))
    try await store.reviewers.delete(author.id)
    for course in 1...3 {
      #expect(try await store.reviews.summary(of: CourseID(Int64(course)), limit: 5).reviews.items.isEmpty)
      #expect(try await store.ratings.get(CourseID(Int64(course))) == .zero(CourseID(Int64(course))))
    }
  }
}
