import InstructorStore
import Testing

@testable import CatalogGenerator

@Suite struct ReviewTests {
  /// Made once for all tests.
  private static let shared = Result {
    try Catalog(seed: 1, instructors: 2_000, courses: 2_000, reviewers: 5_000, reviews: 60_000)
  }.map { ($0, $0.reviews(0..<60_000)) }
  private let catalog: Catalog
  private let reviews: [Review]

  init() throws { (catalog, reviews) = try Self.shared.get() }

  // MARK: Alone and in ranges

  @Test func aReviewAloneEqualsTheOneInAnyRangeOnAnyThread() async {
    #expect((0..<60_000).reversed().map(catalog.review) == Array(reviews.reversed()))
    await withTaskGroup(of: Bool.self) { group in
      for start in stride(from: 0, to: 60_000, by: 3_331) {
        group.addTask { [catalog, reviews] in
          let end = min(start + 3_331, 60_000)
          return catalog.reviewSource.records(start..<end) == Array(reviews[start..<end])
        }
      }
      for await equal in group { #expect(equal) }
    }
    #expect(catalog.reviews(7..<7).isEmpty)
  }

  @Test func everyRecordIsValid() throws {
    let validation = Validation(CallContext(backend: "test", operation: "test"))
    for review in reviews { try validation.loaded(review) }
    for reviewer in catalog.reviewerSource.records(0..<5_000) { try validation.loaded(reviewer) }
    for rating in catalog.ratingSource.records(0..<2_000) { try validation.loaded(rating) }
    for number in 0..<1_000 {
      try validation.review(catalog.newReview(number, ofCourse: number, by: number))
    }
  }

  @Test func aReviewRepeatsItsReviewer() {
    for review in reviews.prefix(10_000) {
      let reviewer = catalog.expectedReviewer(review.reviewerID)
      #expect(review.reviewerName == reviewer?.name)
      #expect(review.reviewerPicture == reviewer?.picture)
    }
  }

  // MARK: Consistency

  @Test(arguments: [
    (1, 1, 1), (3, 1, 50), (500, 7, 20), (64, 40, 1_000), (65, 64, 1_000), (66, 1_000, 999),
    (5_000, 300, 7_000),
    (100_000, 1_000, 30_000),
  ])
  func rangesOfCoursesPartitionTheReviews(courses: Int, reviewers: Int, reviews: Int) throws {
    let catalog = try Catalog(
      seed: 5, instructors: max(1, courses / 50), courses: courses, reviewers: reviewers, reviews: reviews)
    var end = 0
    for rank in 0..<courses {
      let course = catalog.course(ofPopularityRank: rank)
      let range = catalog.reviewIndexes(ofCourse: course)
      #expect(range.lowerBound == end)
      end = range.upperBound
      for index in range { #expect(catalog.courseIndex(ofReview: index) == course) }
    }
    #expect(end == reviews)
  }

  @Test(arguments: [
    (10, 1, 1), (10, 1, 500), (100, 3, 1_000), (50, 1_000, 10), (200, 1_024, 9_999), (200, 999, 30_000),
  ])
  func countsAreThoseOfTheReviews(courses: Int, reviewers: Int, reviews: Int) throws {
    let catalog = try Catalog(
      seed: 8, instructors: 10, courses: courses, reviewers: reviewers, reviews: reviews)
    var byReviewer: [ReviewerID: Int64] = [:]
    var byCourse: [CourseID: StarCounts] = [:]
    for review in catalog.reviews(0..<reviews) {
      byReviewer[review.reviewerID, default: 0] += 1
      byCourse[review.courseID, default: .zero][review.stars] += 1
    }
    for index in 0..<reviewers {
      let reviewer = catalog.reviewer(index)
      #expect(reviewer.reviewCount == byReviewer[reviewer.id] ?? 0)
      #expect(reviewer.coursesTaken >= reviewer.reviewCount)
    }
    for index in 0..<courses {
      let rating = catalog.rating(ofCourse: index)
      #expect(rating.reviews == byCourse[rating.courseID] ?? .zero)
      #expect(rating == catalog.expectedRating(of: rating.courseID))
    }
    #expect(byReviewer.values.reduce(0, +) == Int64(reviews))
    #expect(byReviewer.keys.allSatisfy { (1...Int64(reviewers)).contains($0.rawValue) })
  }

  @Test func aStoreCanLoadAllOfIt() {
    let load = catalog.bulkLoad
    #expect(load.recordCount == 2_000 + 5_000 + 60_000 + 2_000)
    #expect(load.ratings.records(0..<2_000).map(\.courseID) == (1...2_000).map { CourseID($0) })
  }

  // MARK: Distributions

  @Test func reviewsFollowThePopularityOfCourses() {
    let counts = (0..<2_000).map {
      catalog.reviewIndexes(ofCourse: catalog.course(ofPopularityRank: $0)).count
    }
    // Zipf with exponent 1 over 2,000 courses: the first gets 1 in H(2000) = 8.18.
    #expect((7_300...7_360).contains(counts[0]))
    #expect(abs(counts[0] - 10 * counts[9]) <= 10)
    for rank in 0..<1_999 { #expect(counts[rank] + 1 >= counts[rank + 1]) }
    for rank in stride(from: 0, to: 2_000, by: 97) {
      let course = catalog.course(ofPopularityRank: rank)
      let share = Double(counts[rank]) / 60_000 - Double(catalog.learners(ofCourse: course)) / (2_000 * 150)
      #expect(abs(share) < 0.001)
    }
  }

  @Test func starsAreJShaped() {
    var counts = StarCounts.zero
    for review in reviews { counts[review.stars] += 1 }
    let mean = Double(counts.totalHalves) / 2 / Double(counts.total)
    #expect((4.5...4.7).contains(mean))
    let share = { (stars: Double) in Double(counts[Stars(stars)]) / 60_000 }
    #expect((0.65...0.8).contains(share(5)))
    #expect(share(1) > share(2) && share(2) > share(2.5))
    #expect(Stars.allSteps.allSatisfy { counts[$0] > 0 })
  }

  @Test func coursesDifferInQuality() {
    let averages = (0..<2_000).map { catalog.rating(ofCourse: catalog.course(ofPopularityRank: $0)) }
      .filter { $0.reviews.total >= 200 }.map { $0.reviews.average.tenths }
    #expect(averages.count > 30)
    #expect((averages.min() ?? 50) <= 43 && (averages.max() ?? 0) >= 47)
  }

  @Test func commentsAreOfTheLengthsAndVarietyOfRealOnes() {
    let lengths = reviews.map(\.comment.utf8.count).sorted()
    #expect(lengths[0] >= Comments.bytes.lowerBound && lengths[59_999] <= Comments.bytes.upperBound)
    #expect(lengths[0] < 30 && lengths[59_999] > 500)
    #expect((90...170).contains(lengths[30_000]))
    let mean = Double(lengths.reduce(0, +)) / 60_000
    #expect(mean > Double(lengths[30_000]), "skewed to the right")
    #expect(Set(reviews.map(\.comment)).count > 45_000)
    #expect(reviews.contains { $0.comment.unicodeScalars.contains { $0.value > 0xFFFF } })
    for review in reviews.prefix(5_000) {
      let comment = review.comment
      #expect(
        !comment.contains("  ") && comment.first != " " && comment.last != " " && !comment.contains("*"))
    }
  }

  @Test func theToneSuitsTheStars() {
    let good = reviews.filter { $0.stars == Stars(5) }
    let bad = reviews.filter { $0.stars == Stars(1) }
    #expect(!good.contains { $0.comment.contains("money back") })
    #expect(bad.contains { $0.comment.contains("money back") })
    #expect(!bad.contains { $0.comment.contains("highly recommended") })
  }

  @Test func timesCoverFourYearsAndGrow() {
    let first = ReviewProfiles.firstMilliseconds
    let span = ReviewProfiles.spanMilliseconds
    let shares = reviews.map { Double($0.createdAt.milliseconds - first) / Double(span) }
    #expect(shares.allSatisfy { (0..<1).contains($0) })
    #expect((shares.min() ?? 1) < 0.02 && (shares.max() ?? 0) > 0.99)
    // The later of two uniform moments: a quarter lies in the first half.
    #expect((0.24...0.26).contains(Double(shares.count { $0 < 0.5 }) / 60_000))
    #expect(catalog.newReview(0, ofCourse: 3, by: 4).createdAt.milliseconds == first + span)
  }

  @Test func votesAreSkewedAndReportsRare() {
    let share = { (test: (Review) -> Bool) in Double(reviews.count(where: test)) / 60_000 }
    #expect((0.73...0.77).contains(share { $0.helpful == 0 }))
    // One in k + 1, of the half that can have any.
    #expect((0.044...0.056).contains(share { $0.helpful >= 9 }))
    #expect((500...2_048).contains(reviews.map(\.helpful).max() ?? 0))
    #expect((0.002...0.006).contains(share { $0.reported > 0 }))
    #expect(reviews.contains { $0.reported > 1 })
  }

  @Test func someReviewersWriteALot() {
    let reviewers = (0..<5_000).map(catalog.reviewer)
    let counts = reviewers.map(\.reviewCount).sorted()
    // Six turns of two reviews each: half of the reviewers have the least.
    #expect(counts[0] == 6 && counts[2_400] <= 7 && (counts.last ?? 0) > 60)
    let pictured = Double(reviewers.count { $0.picture != nil }) / 5_000
    #expect((0.57...0.63).contains(pictured))
    #expect(Set(reviewers.map(\.name)).count > 3_000)
  }

  @Test func someCoursesHaveImportedCounts() {
    let ratings = catalog.ratingSource.records(0..<2_000)
    let based = ratings.filter { $0.base != nil }
    #expect((200...300).contains(based.count))
    #expect(based.contains { ($0.base?.total ?? 0) > 100 })
  }

  // MARK: Sizes and names

  @Test func badSizesAreRefused() {
    func make(_ reviewers: Int, _ reviews: Int) throws {
      _ = try Catalog(seed: 1, instructors: 1, courses: 1, reviewers: reviewers, reviews: reviews)
    }
    #expect(throws: CatalogError.reviewers(-1)) { try make(-1, 0) }
    #expect(throws: CatalogError.reviewers(1_000_000_001)) { try make(1_000_000_001, 0) }
    #expect(throws: CatalogError.reviews(-1)) { try make(1, -1) }
    #expect(throws: CatalogError.reviews(10_000_000_001)) { try make(1, 10_000_000_001) }
    #expect(throws: CatalogError.reviewsWithoutReviewers(5)) { try make(0, 5) }
  }

  @Test func withoutReviewsThereAreNoRatings() throws {
    let catalog = try Catalog(seed: 1, instructors: 10, courses: 10, reviewers: 3)
    #expect(catalog.reviewSource.count == 0 && catalog.ratingSource.count == 0)
    #expect(catalog.reviewer(2).reviewCount == 0)
    #expect(catalog.expectedRating(of: 4) == .zero(4))
    #expect(catalog.expectedReview(1) == nil && catalog.expectedReviewer(4) == nil)
    #expect(catalog.measureReviewsPerSecond() == 0)
  }

  @Test func reviewsAndReviewersChangeTheFingerprint() throws {
    let fingerprints = try [(0, 0), (1, 0), (5, 100), (6, 100), (5, 101)].map {
      try Catalog(seed: 1, instructors: 100, courses: 100, reviewers: $0.0, reviews: $0.1).fingerprint
    }
    #expect(Set(fingerprints).count == 5)
  }

  @Test func aCatalogOfFullScaleIsComputedAnywhere() throws {
    let catalog = try Catalog(
      seed: 1, instructors: 10_000_000, courses: 10_000_000, reviewers: 10_000_000, reviews: 150_000_000)
    for index in [0, 1, 75_000_000, 149_999_999] {
      let review = catalog.review(index)
      #expect(catalog.reviewIndexes(ofCourse: Int(review.courseID.rawValue) - 1).contains(index))
      #expect((catalog.expectedReviewer(review.reviewerID)?.reviewCount ?? 0) > 0)
    }
  }

  @Test func contentHashesSeeEveryField() {
    var hashes: Set<UInt64> = [Catalog.contentHash(of: reviews[3])]
    let changes: [(inout Review) -> Void] = [
      { $0.id = 99 }, { $0.courseID = 99_999 }, { $0.reviewerID = 99_999 }, { $0.reviewerName += "x" },
      { $0.reviewerPicture = "x" }, { $0.stars = Stars(2.5) }, { $0.comment += "x" },
      { $0.createdAt = Timestamp(milliseconds: 1) }, { $0.helpful += 1 }, { $0.reported += 1 },
    ]
    for change in changes {
      var review = reviews[3]
      change(&review)
      hashes.insert(Catalog.contentHash(of: review))
    }
    #expect(hashes.count == changes.count + 1)
  }
}
