import InstructorStore
import Testing

@testable import PostgresBackend

struct ReviewLoadTests {
  /// Three reviews of each reviewer, spread over some courses, and the ratings and counts that follow.
  private static func load(reviewers: Int, courses: Int, firstID: Int64 = 1) -> BulkLoad {
    @Sendable func author(_ index: Int) -> Reviewer {
      Reviewer(
        id: ReviewerID(firstID + Int64(index)), version: 1, name: "R\(index)",
        picture: index.isMultiple(of: 3) ? nil : "https://pictures.example/\(index)",
        coursesTaken: Int64(index % 50),
        reviewCount: 3)
    }
    @Sendable func review(_ index: Int) -> Review {
      let author = author(index / 3)
      return Review(
        id: ReviewID(firstID + Int64(index)), version: 1,
        courseID: CourseID(firstID + Int64(index % courses)),
        reviewerID: author.id, reviewerName: author.name, reviewerPicture: author.picture,
        stars: Stars(halves: 2 + index % 9), comment: "Lesson \(index) — très utile",
        createdAt: Timestamp(milliseconds: -5 + Int64(index)),
        helpful: Int64(index % 7), reported: Int64(index % 2))
    }
    let ratings = (0..<courses).map { course in
      var counts = StarCounts()
      for index in stride(from: course, to: reviewers * 3, by: courses) { counts[review(index).stars] += 1 }
      return CourseRating(
        courseID: CourseID(firstID + Int64(course)), version: course % 2 == 0 ? 1 : 0,
        base: course % 2 == 0 ? StarCounts([Stars(5): 10]) : nil, reviews: counts)
    }
    return BulkLoad(
      reviewers: BulkSource(count: reviewers) { $0.map(author) },
      reviews: BulkSource(count: reviewers * 3) { $0.map(review) },
      ratings: BulkSource(count: courses) { ratings[$0].map { $0 } })
  }

  @Test("All is stored as given, counts are exact, and new rows go on from there", arguments: [false, true])
  func everything(isEmpty: Bool) async throws {
    try await PostgresTestServer.withStore { store, schema in
      if !isEmpty { _ = try await store.reviewers.create(NewReviewer(id: 1, name: "Before")) }
      let load = Self.load(reviewers: 9_000, courses: 40, firstID: 100)
      let result = try await store.bulkLoad(load)
      #expect(
        result
          == BulkLoadResult(instructors: 0, assignments: 0, reviewers: 9_000, reviews: 27_000, ratings: 40))
      for index in [0, 1, 13_333, 26_999] {
        let expected = load.reviews.records(index..<index + 1)[0]
        #expect(try await store.reviews.get(expected.id) == expected)
        #expect(
          try await store.reviewers.get(expected.reviewerID)
            == load.reviewers.records(index / 3..<index / 3 + 1)[0])
      }
      for rating in load.ratings.records(0..<40) {
        #expect(try await store.ratings.get(rating.courseID) == rating)
      }
      let (courses, reviewers) = try await PostgresTestServer.inexactAggregates(schema: schema)
      #expect(courses.isEmpty && reviewers.isEmpty)

      let page = try await store.reviews.page(of: 100, limit: 3)
      #expect(page.items.map(\.createdAt.milliseconds) == [26_955, 26_915, 26_875])
      let author = try await store.reviewers.create(NewReviewer(name: "After"))
      #expect(author.id.rawValue > 9_099)
      #expect(try await store.reviews.create(.sample(100, by: author.id)).id.rawValue > 27_099)
      do throws(StoreError) {
        _ = try await store.reviews.create(.sample(100, by: 99))
        Issue.record("there is no such reviewer")
      } catch { #expect(error.constraint == .reviewerReference) }
    }
  }

  @Test(
    "A review without its reviewer ends the load and leaves empty tables, or what was there",
    arguments: [false, true])
  func missingReviewer(isEmpty: Bool) async throws {
    try await PostgresTestServer.withStore { store, schema in
      if !isEmpty { _ = try await store.reviewers.create(NewReviewer(id: 1, name: "Before")) }
      var load = Self.load(reviewers: 300, courses: 4, firstID: 100)
      load.reviewers.count = 299
      do throws(StoreError) {
        _ = try await store.bulkLoad(load)
        Issue.record("a reviewer was missing")
      } catch {
        #expect(error.code == .referenceViolation)
        #expect(error.constraint == .reviewerReference)
      }
      if isEmpty {
        #expect(
          try await PostgresTestServer.integers("SELECT count(*) FROM reviewers", schema: schema) == [0])
        #expect(try await PostgresTestServer.integers("SELECT count(*) FROM reviews", schema: schema) == [0])
        // The indexes and the reference are back.
        load.reviewers.count = 300
        _ = try await store.bulkLoad(load)
      } else {
        #expect(try await store.reviewers.get(1).name == "Before")
      }
      do throws(StoreError) {
        _ = try await store.reviewers.create(NewReviewer(id: 100, name: "Twice"))
        Issue.record("the id is taken")
      } catch { #expect(error.constraint == .reviewerID) }
    }
  }

  @Test func aRecordOutsideTheLimitsIsNamed() async throws {
    try await PostgresTestServer.withStore { store, _ in
      let good = Self.load(reviewers: 100, courses: 4)
      var load = good
      load.reviews = BulkSource(count: 300) { range in
        range.map { index in
          var review = good.reviews.records(index..<index + 1)[0]
          if index == 217 { review.stars = Stars(halves: 11) }
          return review
        }
      }
      do throws(StoreError) {
        _ = try await store.bulkLoad(load)
        Issue.record("there are no 5½ stars")
      } catch {
        #expect(error.code == .invalidArgument)
        #expect(error.index == 217)
      }
    }
  }

  @Test func twoRatingsOfOneCourseConflict() async throws {
    try await PostgresTestServer.withStore { store, _ in
      let load = BulkLoad(ratings: BulkSource(count: 2) { range in range.map { _ in .zero(5) } })
      do throws(StoreError) {
        _ = try await store.bulkLoad(load)
        Issue.record("the course has a rating already")
      } catch { #expect(error.code == .conflict) }
    }
  }
}
