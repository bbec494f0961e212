import InstructorStore
import Testing

@testable import PostgresBackend

/// Writes whose session dies while they are under way. What they are about is what a caller can look at then.
@Suite(.serialized) struct UnknownOutcomeTests {
  private struct Write {
    var name: String
    var id: Int64
    var outcome = StoreError.Outcome.unknown
    var run: @Sendable (PostgresStore) async throws -> Void
  }

  @Test func anUnknownWriteNamesWhatItIsAbout() async throws {
    try await PostgresTestServer.withStore(.patient()) { store, schema in
      let id = try await store.instructors.create(NewInstructor(firstName: "Grace", lastName: "Hopper")).id
      let reviewer = try await store.reviewers.create(NewReviewer(name: "R")).id
      let review = try await store.reviews.create(
        NewReview(
          courseID: 42, reviewerID: reviewer, stars: .init(halves: 7), comment: "c",
          createdAt: Timestamp(milliseconds: 1))
      ).id
      let writes = [
        Write(name: "update", id: id.rawValue) {
          _ = try await $0.instructors.update(id, InstructorPatch(learners: 1), ifVersion: nil)
        },
        Write(name: "delete", id: id.rawValue) { try await $0.instructors.delete(id, ifVersion: nil) },
        Write(name: "assign", id: id.rawValue) {
          _ = try await $0.instructors.assign(.primary(7), to: id, ifVersion: nil)
        },
        Write(name: "unassign", id: id.rawValue) {
          _ = try await $0.instructors.unassign(7, from: id, ifVersion: nil)
        },
        // Its commit was not sent.
        Write(name: "replacePrimary", id: id.rawValue, outcome: .notApplied) {
          _ = try await $0.instructors.replacePrimary(of: 7, with: id)
        },
        Write(name: "reviews.update", id: review.rawValue) {
          _ = try await $0.reviews.update(review, ReviewPatch(comment: "d"), ifVersion: nil)
        },
        Write(name: "reviews.delete", id: review.rawValue) {
          try await $0.reviews.delete(review, ifVersion: nil)
        },
        Write(name: "markHelpful", id: review.rawValue) { _ = try await $0.reviews.markHelpful(review) },
        Write(name: "report", id: review.rawValue) { _ = try await $0.reviews.report(review) },
        Write(name: "reviewers.update", id: reviewer.rawValue) {
          _ = try await $0.reviewers.update(reviewer, ReviewerPatch(name: "S"), ifVersion: nil)
        },
        Write(name: "reviewers.delete", id: reviewer.rawValue) {
          try await $0.reviewers.delete(reviewer, ifVersion: nil)
        },
        Write(name: "put", id: 42) {
          _ = try await $0.ratings.put(StarCounts([Stars(halves: 7): 1]), for: 42, ifVersion: nil)
        },
        Write(name: "ratings.delete", id: 42) { _ = try await $0.ratings.delete(42, ifVersion: nil) },
        Write(name: "recompute", id: 42) { _ = try await $0.ratings.recompute(42) },
      ]
      try await TableLock.hold("instructors", "reviewers", "reviews", "course_ratings", schema: schema) {
        lock in
        for write in writes {
          let task = Task { try await write.run(store) }
          try await lock.waitForWaiter()
          try await lock.killWaiters()
          let failure = await task.result.failure as? StoreError
          #expect(failure?.code == .unreachable, "\(write.name)")
          #expect(failure?.outcome == write.outcome, "\(write.name)")
          #expect(failure?.entityID == write.id, "\(write.name)")
        }
      }
      // Nothing was applied, as it happens.
      #expect(try await store.instructors.get(id).version == 1)
      #expect(try await store.reviews.get(review).version == 1)
    }
  }
}
