import InstructorStore
import Testing

@testable import MongoBackend

/// Reads of reviews, reviewers and ratings that wait share one find.
@Suite(.serialized)
struct ReviewBatchTests {
  @Test("Of reads that share a find each gets its own answer, also that there is nothing")
  func sharedReads() async throws {
    try await MongoTestServer.withStore(connections: 1) { store in
      let load = ReviewCatalog.load(reviews: 300, reviewers: 30)
      _ = try await store.bulkLoad(load)
      for collection in [Collections.reviews, Collections.reviewers, Collections.courseRatings] {
        let profiles = try await Profile.take(of: collection, store) {
          try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
              group.addTask {
                let review = ReviewCatalog.review(number, reviewers: 30)
                #expect(try await store.reviews.get(review.id) == review)
                let absent = await storeError {
                  _ = try await store.reviews.get(ReviewID(Int64(number) + 1_000))
                }
                #expect(absent?.code == .notFound)
                #expect(absent?.entityID == Int64(number) + 1_000)
                let author = try await store.reviewers.get(review.reviewerID)
                #expect(author == ReviewCatalog.reviewer(number % 30, reviewCount: 10))
                #expect(try await store.ratings.get(review.courseID).totalRatings > 0)
                let unrated = CourseID(Int64(number) + 1_000)
                #expect(try await store.ratings.get(unrated) == .zero(unrated))
              }
            }
            try await group.waitForAll()
          }
        }
        // One command for each call would be 300 or 600.
        #expect(!profiles.isEmpty && profiles.count < 150)
        for profile in profiles { #expect(profile.planSummary?.contains("COLLSCAN") != true, "\(profile)") }
      }
    }
  }
}
