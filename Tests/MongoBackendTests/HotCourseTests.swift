import DriverKit
import InstructorStore
import TestSupport
import Testing

@testable import MongoBackend

/// Many writers of one course: nobody fails, and the aggregates stay exact.
@Suite(.serialized)
struct HotCourseTests {
  private func fill(_ store: MongoStore, reviewers: Int) async throws -> [ReviewerID] {
    var ids: [ReviewerID] = []
    for index in 0..<reviewers {
      ids.append(try await store.reviewers.create(NewReviewer(name: "Reviewer \(index)")).id)
    }
    return ids
  }

  /// Creates, edits and deletes reviews of the hot course.
  private func write(_ store: MongoStore, _ reviewers: [ReviewerID], writers: Int, rounds: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<writers {
        group.addTask {
          for round in 0..<rounds {
            let number = writer * rounds + round
            let created = try await store.reviews.create(
              ReviewCatalog.newReview(number, by: reviewers[number % reviewers.count]))
            switch round % 3 {
            case 0:
              let stars = Stars(halves: 2 + (number + 3) % 9)
              let updated = try await store.reviews.update(created.id, ReviewPatch(stars: stars))
              #expect(updated.stars == stars && updated.version == 2)
            case 1: try await store.reviews.delete(created.id, ifVersion: 1)
            default: #expect(try await store.reviews.markHelpful(created.id) == 1)
            }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("64 writers of one course: no caller fails, and the counts are those of a recount")
  func oneHandle() async throws {
    try await MongoTestServer.withStore(connections: 8) { store in
      let reviewers = try await fill(store, reviewers: 20)
      try await write(store, reviewers, writers: 64, rounds: 9)
      #expect(try await store.allReviews(of: ReviewCatalog.hotCourse).count == 64 * 6)
      #expect(try await store.isExact(ReviewCatalog.hotCourse, reviewers))
      #expect(store.statistics().waitingCalls == 0)
    }
  }

  @Test("Two handles, whose queues know nothing of each other: the transaction's retries keep both going")
  func twoHandles() async throws {
    try await FailingStore.with(connections: 8) { failing in
      let reviewers = try await fill(failing.store, reviewers: 20)
      async let one: Void = write(failing.store, reviewers, writers: 32, rounds: 6)
      async let other: Void = write(failing.other, reviewers, writers: 32, rounds: 6)
      _ = try await (one, other)
      #expect(try await failing.other.isExact(ReviewCatalog.hotCourse, reviewers))
    }
  }

  @Test("Recounts, renames and deletions of reviewers among the writers leave nothing behind")
  func cascades() async throws {
    try await MongoTestServer.withStore(connections: 8) { store in
      let reviewers = try await fill(store, reviewers: 20)
      let doomed = try await fill(store, reviewers: 5)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await write(store, reviewers, writers: 8, rounds: 12) }
        for (index, reviewer) in doomed.enumerated() {
          group.addTask {
            // Until the reviewer is gone.
            while true {
              do {
                _ = try await store.reviews.create(ReviewCatalog.newReview(index, by: reviewer))
              } catch let error as StoreError where error.code == .referenceViolation {
                return
              }
            }
          }
          group.addTask {
            for number in 0..<5 {
              _ = try await store.reviewers.update(reviewer, ReviewerPatch(name: "Renamed \(number)"))
              _ = try await store.ratings.recompute(ReviewCatalog.hotCourse)
            }
            try await store.reviewers.delete(reviewer)
          }
        }
        for number in 0..<10 {
          _ = try await store.reviewers.update(reviewers[number], ReviewerPatch(name: "New name"))
        }
        try await group.waitForAll()
      }
      let left = try await store.allReviews(of: ReviewCatalog.hotCourse)
      #expect(!left.contains { doomed.contains($0.reviewerID) })
      #expect(
        left.allSatisfy { reviewers.prefix(10).contains($0.reviewerID) == ($0.reviewerName == "New name") })
      #expect(try await store.isExact(ReviewCatalog.hotCourse, reviewers))
    }
  }

  @Test("A write that waits for its turn ends with its task or its deadline, and nothing of it is applied")
  func waiting() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let reviewer = try await fill(failing.store, reviewers: 1)[0]
      // The one that runs is slow.
      try await failing.set(1, "commitTransaction") { writer in
        writer.append("blockConnection", true)
        writer.append("blockTimeMS", Int32(700))
      }
      let store = failing.store
      try await waitUntil("what was made before has left its connection") {
        store.statistics().busyConnections == 0
      }
      let running = Task { try await store.reviews.create(ReviewCatalog.newReview(0, by: reviewer)) }
      try await waitUntil("a write runs") { store.statistics().busyConnections > 0 }
      let cancelled = Task { try await store.reviews.create(ReviewCatalog.newReview(1, by: reviewer)) }
      let late = await storeError {
        try await withStoreTimeout(.milliseconds(100)) {
          _ = try await store.reviews.create(ReviewCatalog.newReview(2, by: reviewer))
        }
      }
      #expect(late?.code == .contended)
      #expect(late?.outcome == .notApplied)
      cancelled.cancel()
      let error = await storeError { _ = try await cancelled.value }
      #expect(error?.code == .cancelled)
      #expect(error?.outcome == .notApplied)
      _ = try await running.value
      #expect(try await failing.other.ratings.get(ReviewCatalog.hotCourse).totalRatings == 1)
      #expect(try await failing.other.isExact(ReviewCatalog.hotCourse, [reviewer]))
    }
  }

  @Test("A part of a call, as a second look at its review is, keeps the call's deadline")
  func deadlineOfAPart() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let store = failing.store
      let reviewer = try await fill(store, reviewers: 1)[0]
      let review = try await store.reviews.create(ReviewCatalog.newReview(0, by: reviewer))
      let held = try await HeldConnections(of: store)
      let error = await storeError {
        try await withStoreTimeout(.seconds(60)) {
          let _: Review? = try await store.core.share(
            store.core.call("reviews.update"), by: .after(.milliseconds(50))
          ) { (_) throws(StoreError) in
          } _: { answer in
            .review(review.id, answer)
          }
        }
      }
      #expect(error?.code == .poolExhausted)
      held.letGo()
      try await held.end()
    }
  }

  @Test("Whoever leaves a group that runs does not take the others along")
  func leavingGroup() async throws {
    try await FailingStore.with(connections: 1) { failing in
      let reviewer = try await fill(failing.store, reviewers: 1)[0]
      try await failing.set(2, "commitTransaction") { writer in
        writer.append("blockConnection", true)
        writer.append("blockTimeMS", Int32(400))
      }
      let store = failing.store
      let tasks = (0..<4).map { number in
        Task { try await store.reviews.create(ReviewCatalog.newReview(number, by: reviewer)) }
      }
      let first = await storeError {
        try await withStoreTimeout(.milliseconds(600)) {
          _ = try await store.reviews.create(ReviewCatalog.newReview(9, by: reviewer))
        }
      }
      for task in tasks { _ = try await task.value }
      let count = try await failing.other.ratings.get(ReviewCatalog.hotCourse).totalRatings
      #expect(first == nil ? count == 5 : count == 4 || count == 5)
      #expect(try await failing.other.isExact(ReviewCatalog.hotCourse, [reviewer]))
    }
  }
}
