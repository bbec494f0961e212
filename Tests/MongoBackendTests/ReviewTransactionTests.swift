import InstructorStore
import Testing

@testable import MongoBackend

/// What the server's labels make of a transaction.
@Suite(.serialized)
struct ReviewTransactionTests {
  @Test(
    "A transaction the server calls transient runs again, wherever it failed",
    arguments: ["update", "findAndModify", "insert", "commitTransaction"] as [StaticString])
  func transient(command: StaticString) async throws {
    try await FailingStore.with { failing in
      let reviewer = try await failing.other.reviewers.create(NewReviewer(name: "A")).id
      // An id is at hand, so that its counter is left alone.
      _ = try await failing.store.reviews.create(ReviewCatalog.newReview(0, by: reviewer))
      try await failing.set(3, command) { writer in
        writer.append("errorCode", ServerCode.writeConflict)
        writer.array("errorLabels") { $0.append(at: 0, "TransientTransactionError") }
      }
      let created = try await failing.store.reviews.create(ReviewCatalog.newReview(1, by: reviewer))
      #expect(created.version == 1)
      #expect(try await failing.other.ratings.get(created.courseID).totalRatings == 2)
      #expect(try await failing.other.isExact(created.courseID, [reviewer]))
    }
  }

  @Test("A commit whose result is unknown is sent again, and counts once")
  func unknownCommit() async throws {
    try await FailingStore.with { failing in
      let reviewer = try await failing.other.reviewers.create(NewReviewer(name: "A")).id
      try await failing.set(3, "commitTransaction") { writer in
        // Applied, and not acknowledged in time.
        writer.document("writeConcernError") { writer in
          writer.append("code", Int32(64))
          writer.append("errmsg", "waiting for replication timed out" as StaticString)
        }
        writer.array("errorLabels") { $0.append(at: 0, "UnknownTransactionCommitResult") }
      }
      let created = try await failing.store.reviews.create(ReviewCatalog.newReview(1, by: reviewer))
      #expect(try await failing.other.reviews.get(created.id) == created)
      #expect(try await failing.other.isExact(created.courseID, [reviewer]))
    }
  }

  @Test("Against conflicts without end the deadline counts, and nothing is applied")
  func contended() async throws {
    try await FailingStore.with { failing in
      let reviewer = try await failing.other.reviewers.create(NewReviewer(name: "A")).id
      try await failing.set(1_000_000, "update") { writer in
        writer.append("errorCode", ServerCode.writeConflict)
        writer.array("errorLabels") { $0.append(at: 0, "TransientTransactionError") }
      }
      let error = await storeError {
        try await withStoreTimeout(.milliseconds(500)) {
          _ = try await failing.store.reviews.create(ReviewCatalog.newReview(1, by: reviewer))
        }
      }
      #expect(error?.code == .contended)
      #expect(error?.outcome == .notApplied)
      #expect(try await failing.other.isExact(ReviewCatalog.hotCourse, [reviewer]))
    }
  }

  @Test("A commit that is lost leaves the outcome unknown, and a retry with the id finds out")
  func lostCommit() async throws {
    try await FailingStore.with { failing in
      let reviewer = try await failing.other.reviewers.create(NewReviewer(name: "A")).id
      try await failing.set(2, "commitTransaction") { $0.append("closeConnection", true) }
      var new = ReviewCatalog.newReview(1, by: reviewer)
      let error = await storeError { _ = try await failing.store.reviews.create(new) }
      #expect(error?.outcome == .unknown)
      new.id = ReviewID(try #require(error?.entityID))
      let created = try await failing.store.reviews.create(new, isRetry: true)
      #expect(try await failing.store.reviews.create(new, isRetry: true) == created)
      #expect(try await failing.other.isExact(created.courseID, [reviewer]))
    }
  }

  @Test(
    "An id that is taken comes before a reviewer that is not there; drawn ids that are taken are passed over")
  func precedence() async throws {
    try await MongoTestServer.withStore { store in
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
      for id in Int64(1)...5 {
        var new = ReviewCatalog.newReview(1, by: reviewer)
        new.id = ReviewID(id)
        _ = try await store.reviews.create(new)
      }
      var both = ReviewCatalog.newReview(1, by: 999)
      both.id = 3
      let taken = await storeError { _ = try await store.reviews.create(both) }
      #expect(taken?.constraint == .reviewID)
      both.id = 77
      let missing = await storeError { _ = try await store.reviews.create(both) }
      #expect(missing?.code == .referenceViolation)
      #expect(missing?.constraint == .reviewerReference)
      let drawn = try await store.reviews.create(ReviewCatalog.newReview(2, by: reviewer))
      #expect(drawn.id > 5)
      #expect(try await store.isExact(ReviewCatalog.hotCourse, [reviewer]))
    }
  }

  @Test("Summaries are of one moment while others write")
  func consistentSummaries() async throws {
    try await MongoTestServer.withStore(connections: 8) { store in
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
      let writer = Task {
        var number = 0
        while !Task.isCancelled {
          let created = try await store.reviews.create(ReviewCatalog.newReview(number, by: reviewer))
          number += 1
          if number % 3 == 0 { try await store.reviews.delete(created.id) }
        }
      }
      for _ in 0..<300 {
        let summary = try await store.reviews.summary(of: ReviewCatalog.hotCourse, limit: 1_000)
        guard summary.reviews.next == nil else { break }
        var counts = StarCounts.zero
        for review in summary.reviews.items { counts[review.stars] += 1 }
        #expect(summary.rating.reviews == counts)
      }
      writer.cancel()
      _ = await writer.result
    }
  }
}
