import Dispatch
import InstructorStore
import Synchronization
import Testing

@testable import MongoBackend

@Suite(.serialized)
struct ReviewLoadTests {
  @Test("What is loaded is there, the counts are a recount's, and new ids come after it")
  func load() async throws {
    try await MongoTestServer.withStore { store in
      let load = ReviewCatalog.load(reviews: 5_000, reviewers: 300)
      let result = try await store.bulkLoad(load)
      #expect(result.reviewers == 300 && result.reviews == 5_000 && result.ratings == load.ratings.count)
      let hot = try await store.allReviews(of: ReviewCatalog.hotCourse)
      #expect(hot.count == 4_500)
      let rating = try await store.ratings.get(ReviewCatalog.hotCourse)
      #expect(rating == load.ratings.records(0..<1)[0])
      #expect(try await store.ratings.recompute(ReviewCatalog.hotCourse) == rating)
      #expect(try await store.reviewers.get(7) == load.reviewers.records(6..<7)[0])
      #expect(try await store.reviews.get(100) == load.reviews.records(99..<100)[0])
      let created = try await store.reviews.create(ReviewCatalog.newReview(1, by: 7))
      #expect(created.id > 5_000)
      #expect(try await store.reviewers.create(NewReviewer(name: "A")).id > 300)
    }
  }

  @Test("A review whose reviewer is nowhere ends the load, which leaves nothing behind")
  func missingReviewer() async throws {
    try await MongoTestServer.withStore { store in
      var load = ReviewCatalog.load(reviews: 5_000, reviewers: 300)
      let reviews = load.reviews
      load.reviews.records = { range in
        var records = reviews.records(range)
        if range.contains(4_321) { records[4_321 - range.lowerBound].reviewerID = 12_345 }
        return records
      }
      let error = await storeError { _ = try await store.bulkLoad(load) }
      #expect(error?.code == .referenceViolation)
      #expect(error?.constraint == .reviewerReference)
      #expect(error?.index == 4_321)
      #expect(error?.outcome == .notApplied)
      #expect(try await store.allReviews(of: ReviewCatalog.hotCourse).isEmpty)
      #expect(try await store.ratings.get(ReviewCatalog.hotCourse) == .zero(ReviewCatalog.hotCourse))
      // Everything works as before.
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
      let created = try await store.reviews.create(ReviewCatalog.newReview(1, by: reviewer))
      #expect(try await store.isExact(created.courseID, [reviewer]))
    }
  }

  @Test("Reviewers that were there before the load count; ids that are taken are named with their record")
  func intoFilledStore() async throws {
    try await MongoTestServer.withStore { store in
      let load = ReviewCatalog.load(reviews: 3_000, reviewers: 300)
      _ = try await store.bulkLoad(BulkLoad(reviewers: load.reviewers))
      _ = try await store.bulkLoad(BulkLoad(reviews: load.reviews, ratings: load.ratings))
      #expect(try await store.allReviews(of: ReviewCatalog.hotCourse).count == 2_700)
      for (again, rule, index) in [
        (BulkLoad(reviewers: load.reviewers), Constraint.reviewerID, Optional(0)),
        (BulkLoad(reviews: load.reviews), .reviewID, nil),
        (BulkLoad(ratings: load.ratings), .courseRating, 0),
      ] {
        let error = await storeError { _ = try await store.bulkLoad(again) }
        #expect(error?.constraint == rule)
        #expect(error?.index != nil)
        if let index { #expect(error?.index == index) }
      }
      #expect(try await store.allReviews(of: ReviewCatalog.hotCourse).count == 2_700)
    }
  }

  @Test("Ranges of reviewers' ids, in any order and with gaps")
  func ranges() {
    let loaded = LoadedReviewers()
    loaded.insert([9, 7, 8])
    loaded.insert([1, 2, 20])
    loaded.insert([3, 10, 6])
    #expect(loaded.unknown([1, 3, 4, 5, 5, 6, 10, 11, 20, 21]) == [4, 5, 11, 21])
  }

  @Test("While a load runs no write is accepted, not even of a handle that has not seen the marker")
  func staleHandle() async throws {
    try await FailingStore.with { failing in
      // The other handle has just looked at the schema.
      let instructor = try await failing.other.instructors.create(
        NewInstructor(firstName: "A", lastName: "B"))
      let reviewer = try await failing.other.reviewers.create(NewReviewer(name: "A")).id
      try await failing.other.instructors.delete(instructor.id)
      try await failing.other.reviewers.delete(reviewer)
      let noted = Noted()
      let other = failing.other
      let source = BulkSource<NewInstructor>(count: 1) { _ in
        // On a driver thread of the load, which may block.
        Task {
          let errors = [
            await storeError {
              _ = try await other.instructors.create(NewInstructor(firstName: "A", lastName: "B"))
            },
            await storeError { _ = try await other.reviewers.create(NewReviewer(name: "A")) },
            await storeError { _ = try await other.ratings.put(.zero, for: 7) },
          ]
          noted.codes.withLock { $0 = errors.map { $0?.code } }
          noted.areThere.signal()
        }
        noted.areThere.wait()
        return [NewInstructor(id: 5, firstName: "Grace", lastName: "Hopper")]
      }
      _ = try await failing.store.bulkLoad(BulkLoad(instructors: source))
      #expect(noted.codes.withLock { $0 } == [.schemaMismatch, .schemaMismatch, .schemaMismatch])
      #expect(try await failing.store.instructors.count(.all, upTo: 10) == 1)
      _ = try await failing.other.instructors.create(NewInstructor(firstName: "A", lastName: "B"))
      _ = try await failing.other.ratings.put(.zero, for: 7)
    }
  }
}

/// What calls made in the middle of a load came to.
private final class Noted: Sendable {
  let codes = Mutex<[StoreError.Code?]>([])
  let areThere = DispatchSemaphore(value: 0)
}
