import DriverKit
import InstructorStore
import TestSupport
import Testing

@testable import MongoBackend

/// Review writes of different courses that share transactions.
@Suite(.serialized)
struct SharedReviewWriteTests {
  private static let writers = 48
  private static let rounds = 6

  /// Creates, edits and deletes reviews, each writer in courses of its own and one in common.
  private func write(_ store: MongoStore, _ writer: Int, _ reviewers: [ReviewerID]) async throws {
    for round in 0..<Self.rounds {
      let number = writer * Self.rounds + round
      let course = round == 0 ? ReviewCatalog.hotCourse : CourseID(Int64(1_000 + writer))
      let created = try await store.reviews.create(
        ReviewCatalog.newReview(number, course: course, by: reviewers[number % reviewers.count]))
      #expect(created.courseID == course && created.comment == "New \(number)")
      let stars = Stars(halves: 2 + (number + 3) % 9)
      switch round % 3 {
      case 0: #expect(try await store.reviews.update(created.id, ReviewPatch(stars: stars)).stars == stars)
      case 1: try await store.reviews.delete(created.id, ifVersion: 1)
      default:
        // Nothing of what is wrong is applied, whatever it shares a transaction with.
        let missing = await storeError {
          _ = try await store.reviews.create(
            ReviewCatalog.newReview(number, course: course, by: ReviewerID(1 << 50)))
        }
        #expect(missing?.code == .referenceViolation)
        #expect(missing?.operation == "reviews.create")
        let old = await storeError {
          _ = try await store.reviews.update(created.id, ReviewPatch(stars: stars), ifVersion: 7)
        }
        #expect(old?.constraint == .version)
      }
    }
  }

  private func check(_ store: MongoStore, _ reviewers: [ReviewerID]) async throws {
    #expect(try await store.isExact(ReviewCatalog.hotCourse, []))
    #expect(try await store.allReviews(of: ReviewCatalog.hotCourse).count == Self.writers)
    var byReviewer: [ReviewerID: Int64] = [:]
    for review in try await store.allReviews(of: ReviewCatalog.hotCourse) {
      byReviewer[review.reviewerID, default: 0] += 1
    }
    for writer in 0..<Self.writers {
      let course = CourseID(Int64(1_000 + writer))
      #expect(try await store.isExact(course, []))
      // Of rounds 1 to 5 two were deleted again.
      let left = try await store.allReviews(of: course)
      #expect(left.count == 3)
      for review in left { byReviewer[review.reviewerID, default: 0] += 1 }
    }
    for reviewer in reviewers {
      #expect(try await store.reviewers.get(reviewer).reviewCount == byReviewer[reviewer] ?? 0)
    }
  }

  @Test("Writes of many courses share transactions, each with its own outcome, and every count is exact")
  func manyCourses() async throws {
    try await MongoTestServer.withStore(connections: 2) { store in
      var reviewers: [ReviewerID] = []
      for number in 0..<40 {
        reviewers.append(try await store.reviewers.create(NewReviewer(name: "R\(number)")).id)
      }
      let profiles = try await Profile.take(of: Collections.reviews, store) {
        try await withThrowingTaskGroup(of: Void.self) { [reviewers] group in
          for writer in 0..<Self.writers { group.addTask { try await write(store, writer, reviewers) } }
          try await group.waitForAll()
        }
      }
      let inserts = profiles.count { $0.op == "insert" }
      #expect(inserts > 0 && inserts < Self.writers * Self.rounds / 2, "\(inserts)")
      try await check(store, reviewers)
      #expect(store.statistics().waitingCalls == 0)
    }
  }

  @Test("Courses that are taken along count as one exchange, and each of their writes as one call that waits")
  func statistics() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let store = failing.store
      let reviewer = try await store.reviewers.create(NewReviewer(name: "R")).id
      // Draws a block of ids.
      _ = try await store.reviews.create(ReviewCatalog.newReview(0, course: 1, by: reviewer))
      // A caller may hear of its answer before the counts do.
      try await waitUntil("the connection is free") { store.statistics().busyConnections == 0 }
      let before = store.statistics()
      let held = try await HeldConnections(of: store)
      let start = ContinuousClock.now
      let tasks = (0..<16).map { number in
        Task {
          try await withStoreTimeout(.seconds(60)) {
            try await store.reviews.create(
              ReviewCatalog.newReview(number, course: CourseID(Int64(100 + number)), by: reviewer))
          }
        }
      }
      try await waitUntil("16 leases wait") { store.core.pool.statistics().waitingCalls == 16 }
      #expect(store.statistics().waitingCalls == 16)
      let allWait = ContinuousClock.now
      // So long that the wait of one alone would not come to that of sixteen.
      try await ContinuousClock().sleep(for: .milliseconds(50))
      let all = ContinuousClock.now - allWait
      held.letGo()
      for task in tasks { _ = try await task.value }
      try await held.end()
      try await waitUntil("the connection is free") { store.statistics().busyConnections == 0 }
      let after = store.statistics()
      #expect(after.waitingCalls == 0)
      // The lease that held the connection, and the group.
      #expect(after.exchanges == before.exchanges + 2)
      #expect(after.completedCalls == before.completedCalls + 1 + 16)
      #expect(after.cancelledCalls == before.cancelledCalls)
      #expect(after.batchedCalls == before.batchedCalls + 16 && after.largestBatch == 16)
      // Each of the sixteen has waited, their leases have not waited beside them.
      let waited = Duration.nanoseconds(Int64(after.waitingNanoseconds - before.waitingNanoseconds))
      #expect(waited >= all * 16)
      #expect(waited < (ContinuousClock.now - start) * 18)
    }
  }

  @Test(
    "Two handles that share transactions with different courses get into each other's way, and nobody fails")
  func twoHandles() async throws {
    try await FailingStore.with(connections: 2) { failing in
      var reviewers: [ReviewerID] = []
      for number in 0..<20 {
        reviewers.append(try await failing.store.reviewers.create(NewReviewer(name: "R\(number)")).id)
      }
      try await withThrowingTaskGroup(of: Void.self) { [reviewers] group in
        for writer in 0..<Self.writers {
          let store = writer % 2 == 0 ? failing.store : failing.other
          group.addTask { try await write(store, writer, reviewers) }
        }
        try await group.waitForAll()
      }
      try await check(failing.other, reviewers)
    }
  }
}
