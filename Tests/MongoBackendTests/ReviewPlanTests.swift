import InstructorStore
import Testing

@testable import MongoBackend

@Suite(.serialized)
struct ReviewPlanTests {
  @Test("Every page walks an index as far as it returns, however deep, and sorts nothing in memory")
  func pages() async throws {
    try await MongoTestServer.withStore { store in
      let load = ReviewCatalog.load(reviews: 6_000, reviewers: 50)
      #expect(try await store.bulkLoad(load).reviews == 6_000)
      let reviews = store.reviews
      let course = ReviewCatalog.hotCourse
      for order in ReviewOrder.allCases {
        for stars in [nil, Stars(halves: 3), Stars(halves: 8)] {
          let all = try await store.allReviews(of: course, order: order, stars: stars)
          let expected = load.reviews.records(0..<6_000)
            .filter { $0.courseID == course && (stars == nil || $0.stars == stars) }
            .sorted { left, right in
              let (one, other) =
                order == .newest
                ? (left.createdAt.milliseconds, right.createdAt.milliseconds) : (left.helpful, right.helpful)
              return one == other ? left.id > right.id : one > other
            }
          #expect(all == expected)
          let profiles = try await Profile.take(of: Collections.reviews, store) {
            var cursor: PageCursor?
            for _ in 0..<5 {
              let page = try await reviews.page(
                of: course, order: order, stars: stars, after: cursor, limit: 10)
              cursor = page.next
              if cursor == nil { break }
            }
          }
          #expect(!profiles.isEmpty)
          for profile in profiles {
            #expect(profile.planSummary?.hasPrefix("IXSCAN") == true, "\(profile)")
            #expect(profile.hasSortStage != true, "\(profile)")
            #expect((profile.keysExamined ?? .max) <= 12, "\(profile)")
            #expect((profile.docsExamined ?? .max) <= 11, "\(profile)")
          }
        }
      }
    }
  }

  @Test("A summary and a search read the index of the newest; a recount reads keys only")
  func otherReads() async throws {
    try await MongoTestServer.withStore { store in
      _ = try await store.bulkLoad(ReviewCatalog.load(reviews: 3_000, reviewers: 50))
      let course = ReviewCatalog.hotCourse
      let summaries = try await Profile.take(of: Collections.reviews, store) {
        let summary = try await store.reviews.summary(of: course, limit: 10)
        #expect(summary.reviews.items.count == 10)
        #expect(summary.reviews.next != nil)
        #expect(summary.rating.totalRatings == 2_700)
        let next = try await store.reviews.page(
          of: course, order: .newest, stars: nil, after: summary.reviews.next, limit: 10)
        let both = try await store.reviews.page(of: course, limit: 20)
        #expect(summary.reviews.items + next.items == both.items)
        let empty = try await store.reviews.summary(of: 999, limit: 10)
        #expect(empty == CourseSummary(rating: .zero(999), reviews: Page(items: [], next: nil)))
      }
      for profile in summaries {
        #expect(profile.planSummary?.hasPrefix("IXSCAN") == true, "\(profile)")
        #expect(profile.hasSortStage != true, "\(profile)")
        #expect((profile.docsExamined ?? .max) <= 22, "\(profile)")
      }
      let searches = try await Profile.take(of: Collections.reviews, store) {
        #expect(try await store.reviews.search(in: course, for: "NUMBER 12 é", limit: 5).items.count == 1)
        #expect(try await store.reviews.search(in: course, for: "$comment", limit: 5).items.isEmpty)
        #expect(try await store.reviews.search(in: course, for: "É", limit: 5).items.isEmpty)
        let first = try await store.reviews.search(in: course, for: "number", limit: 5)
        let next = try await store.reviews.search(in: course, for: "number", after: first.next, limit: 5)
        let both = try await store.reviews.search(in: course, for: "number", limit: 10)
        #expect(first.items + next.items == both.items)
      }
      for profile in searches {
        #expect(profile.planSummary?.hasPrefix("IXSCAN") == true, "\(profile)")
        #expect(profile.hasSortStage != true, "\(profile)")
      }
      let recounts = try await Profile.take(of: Collections.reviews, store) {
        let rating = try await store.ratings.recompute(course)
        #expect(rating.totalRatings == 2_700)
      }
      #expect(recounts.count == 1)
      for profile in recounts { #expect(profile.docsExamined == 0, "\(profile)") }
    }
  }

  @Test("Every write finds its documents by an index")
  func writes() async throws {
    try await MongoTestServer.withStore { store in
      _ = try await store.bulkLoad(ReviewCatalog.load(reviews: 3_000, reviewers: 50))
      for (number, collection) in [Collections.reviews, Collections.reviewers, Collections.courseRatings]
        .enumerated()
      {
        let profiles = try await Profile.take(of: collection, store) {
          let created = try await store.reviews.create(ReviewCatalog.newReview(1, by: 1))
          _ = try await store.reviews.update(created.id, ReviewPatch(stars: Stars(5)))
          _ = try await store.reviews.update(created.id, ReviewPatch(comment: "other"))
          _ = try await store.reviews.markHelpful(created.id)
          _ = try await store.reviews.report(created.id)
          try await store.reviews.delete(created.id)
          _ = try await store.reviewers.update(2, ReviewerPatch(name: "Renamed \(number)"))
          try await store.reviewers.delete(ReviewerID(Int64(number) + 3))
        }
        #expect(profiles.count >= 3)
        for profile in profiles {
          #expect(profile.planSummary?.contains("COLLSCAN") != true, "\(profile)")
          #expect((profile.docsExamined ?? 0) <= 70, "\(profile)")
        }
      }
    }
  }
}
