import CatalogGenerator
import InstructorStore
import StoreDecorators
import Testing

@testable import BenchmarkKit

@Suite struct RecountTests {
  private func run(_ name: String, operations: Int, on target: FakeTarget) async throws -> RunResult {
    let catalog = try Fixture.catalog()
    let settings = Fixture.settings(catalog)
    let entry =
      try MixLibrary.names.contains(name)
      ? MixLibrary.find(name).entry() : #require(WorkloadRegistry.all.first { $0.name == name })
    var results: [RunResult] = []
    try await SingleRun(settings: settings, length: .operations(operations)).run(
      settings.prepared([entry]), on: target, progress: .none
    ) { results.append($0) }
    return try #require(results.first)
  }

  @Test func whatAStormTouchesEqualsARecount() async throws {
    // Not a multiple of the mix's round: the rest of the last one is prepared too.
    let result = try await run("review-storm", operations: 1_234, on: FakeTarget())
    #expect(result.ledger.failed == 0)
    let recount = try #require(result.recount)
    #expect(recount.ratings > 50 && recount.reviewers == 100)
    // The catalog's reviews of the touched courses, and those that the storm has written.
    #expect(recount.reviews > 1_000)
    #expect(Tables.recounts([result]).first?.contains("equals a recount") == true)
  }

  @Test func whatWritesNoReviewsIsNotCounted() async throws {
    #expect(try await run("instructor-update", operations: 50, on: FakeTarget()).recount == nil)
  }

  @Test func aRatingThatMissesAReviewIsFound() async throws {
    let target = FakeTarget { DecoratedStore(base: $0, ratings: OneLess(base: $0.ratings)) }
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await run("review-create", operations: 300, on: target)
    }
    #expect(failure?.status == .mismatch)
    #expect(failure?.message.contains("does not equal a recount") == true)
  }

  @Test func aReviewerCountThatIsOffIsFound() async throws {
    let target = FakeTarget { DecoratedStore(base: $0, reviewers: OneMore(base: $0.reviewers)) }
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await run("review-update", operations: 300, on: target)
    }
    #expect(failure?.status == .mismatch)
    #expect(failure?.message.contains("reviewer ") == true)
  }

  @Test func aLoadedRatingThatIsOffIsFound() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let checked = try await Invariants(catalog: catalog, seed: 1).check(store)
    #expect(checked.ratings == 200 && checked.recountedCourses == 200 && checked.reviewers == 100)
    #expect(checked.recountedReviews == 2_000 && checked.reviews == 2_000)
    #expect(checked.hashedRecords == 2_600 && checked.records == 2_600, "a small catalog is read whole")
    let broken = DecoratedStore(base: store, ratings: OneLess(base: store.ratings))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await Invariants(catalog: catalog, seed: 1).check(broken)
    }
    #expect(failure?.message.contains("the rating of course") == true)
  }

  @Test func ofALargerCatalogAPartIsReadAndItsSizeSaid() async throws {
    let catalog = try Fixture.catalog(courses: 1_500, reviews: 20_000)
    let store = try await Fixture.loadedStore(catalog)
    let checked = try await Invariants(catalog: catalog, seed: 1).check(store)
    // The thousand most popular courses, most of 200 others, and reviews spread over the rest.
    #expect((1_050...1_200).contains(checked.recountedCourses))
    #expect((18_000..<20_000).contains(checked.recountedReviews))
    #expect((checked.recountedReviews + 1..<20_000).contains(checked.reviews))
    #expect(checked.hashedRecords < checked.records && checked.records == 300 + 1_500 + 100 + 20_000)
    // Any review of a popular course.
    let course = catalog.course(catalog.generated.course(ofPopularityRank: 0))
    let page = try await store.reviews.page(of: course, limit: 10)
    let review = try #require(page.items.last)
    _ = try await store.reviews.update(review.id, ReviewPatch(comment: "changed"))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await Invariants(catalog: catalog, seed: 1).check(store)
    }
    #expect(failure?.message.contains("review \(review.id)") == true)
  }

  @Test func aLoadedReviewThatChangedIsFound() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    _ = try await store.reviews.update(1_500, ReviewPatch(comment: "changed"))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await Invariants(catalog: catalog, seed: 1).check(store)
    }
    #expect(failure?.message.contains("review 1500") == true)
  }

  @Test func aReviewTooManyIsFound() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    var new = catalog.newReview(0, id: 2_001, ofCourse: 0, by: 0)
    new.courseID = CourseID(1 << 55)
    _ = try await store.reviews.create(new)
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await Invariants(catalog: catalog, seed: 1).check(store)
    }
    #expect(failure?.message.contains("more than 2000 reviews") == true)
  }
}

/// Ratings that miss one review, where there are any.
private struct OneLess: RatingRepositoryDecorator {
  let base: any RatingRepository

  func get(_ course: CourseID) async throws(StoreError) -> CourseRating {
    var rating = try await base.get(course)
    if let step = Stars.allSteps.first(where: { rating.reviews[$0] > 0 }) { rating.reviews[step] -= 1 }
    return rating
  }
}

/// Reviewers that seem to have written one review more.
private struct OneMore: ReviewerRepositoryDecorator {
  let base: any ReviewerRepository

  func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer {
    var reviewer = try await base.get(id)
    reviewer.reviewCount += 1
    return reviewer
  }
}
