import CatalogGenerator
import InstructorStore

extension Invariants {
  /// Courses whose reviews are all read, counted and compared: all of them up to so many, beyond that the most popular ones, which
  /// have most of the reviews (of the default catalog's 500,000 three in five) and which hot keys meet, and
  /// ``sampledCourses`` others.
  static let mostPopularCourses = 1_000
  /// Of those courses together.
  private static let mostRecountedReviews = 500_000
  /// A course of more is left out, unless all are read.
  private static let mostReviewsOfACourse = 50_000
  /// So many courses' reviews, and the catalog's of them, are in memory at a time.
  private static let courseConcurrency = 4
  /// Of those of other courses, spread over all.
  private static let sampledReviews = 5_000
  /// All of them up to so many, beyond it as many spread over all.
  private static let mostReviewers = 10_000
  private static let mostHistograms = 200

  func reviewProblem(_ store: any StorageBackend, _ checked: inout Checked) async throws(StoreError)
    -> String?
  {
    if let problem = try await wrongCount(store) { return problem }
    if let problem = try await wrongSums(store.ratings, &checked) { return problem }
    let courses = recountedCourses()
    if let problem = try await wrongCourse(store, courses, &checked) { return problem }
    return try await wrongRecord(store, besides: Set(courses), &checked)
  }

  /// The ratings say how many reviews there are; the first ids behind the catalog's say that there are no more.
  private func wrongCount(_ store: any StorageBackend) async throws(StoreError) -> String? {
    do throws(StoreError) {
      _ = try await store.reviews.get(ReviewID(Int64(catalog.reviews) + 1))
      return "there are more than \(catalog.reviews) reviews"
    } catch {
      guard error.code == .notFound else { throw error }
    }
    do throws(StoreError) {
      _ = try await store.reviewers.get(catalog.reviewer(catalog.reviewers))
      return "there are more than \(catalog.reviewers) reviewers"
    } catch {
      guard error.code == .notFound else { throw error }
    }
    return nil
  }

  /// Adds up the ratings of neighbouring courses: all of them, or as many parts spread over all.
  private func wrongSums(_ ratings: any RatingRepository, _ checked: inout Checked) async throws(StoreError)
    -> String?
  {
    let size = Limits.coursesPerHistogram.upperBound
    let parts = (catalog.courses + size - 1) / size
    let looked = min(parts, Self.mostHistograms)
    let found = Found()
    let numbers = (0..<looked).map { part in
      let first = part * parts / looked * size
      return first..<min(first + size, catalog.courses)
    }
    try await InverseWork.chunks(of: numbers.indices, size: 1, concurrency: 4) { chunk throws(StoreError) in
      let courses = numbers[chunk.lowerBound]
      let sum = try await ratings.histogram(of: courses.map(catalog.course))
      let expected = courses.reduce(StarCounts.zero) { $0 + catalog.generated.rating(ofCourse: $1).counts }
      if sum != expected {
        found.report(
          "the ratings of courses \(courses.lowerBound + 1) to \(courses.upperBound) add up to \(sum), not \(expected)"
        )
      }
    }
    checked.ratings = numbers.reduce(0) { $0 + $1.count }
    return found.problem
  }

  private func recountedCourses() -> [Int] {
    guard catalog.courses > Self.mostPopularCourses || catalog.reviews > Self.mostRecountedReviews else {
      return Array(0..<catalog.courses)
    }
    var random = TraceRandom(seed: seed, stream: Self.stream, index: 1)
    let others = (0..<Self.sampledCourses).map { _ in random.below(catalog.courses) }
    let popular = (0..<min(Self.mostPopularCourses, catalog.courses))
      .map(catalog.generated.course(ofPopularityRank:))
    var chosen: [Int] = []
    var known: Set<Int> = []
    var left = Self.mostRecountedReviews
    for number in others + popular {
      let reviews = catalog.generated.reviewIndexes(ofCourse: number).count
      guard reviews <= min(left, Self.mostReviewsOfACourse), known.insert(number).inserted else { continue }
      chosen.append(number)
      left -= reviews
    }
    return chosen
  }

  /// Reads the reviews of these courses, compares each with the catalog's, and their ratings with a count of them and with the
  /// catalog's.
  private func wrongCourse(
    _ store: any StorageBackend, _ courses: [Int], _ checked: inout Checked
  ) async throws(StoreError) -> String? {
    let found = Found()
    try await InverseWork.chunks(of: courses.indices, size: 1, concurrency: Self.courseConcurrency) {
      chunk throws(StoreError) in
      if found.problem != nil { return }
      let number = courses[chunk.lowerBound]
      let recount = try await CourseRecount(of: catalog.course(number), on: store.reviews)
      let rating = try await store.ratings.get(catalog.course(number))
      if let problem = recount.problem(with: rating) ?? problem(rating, recount.reviews, of: number) {
        return found.report(problem)
      }
      found.add(recount.reviews.reduce(rating.digest) { $0 &+ Catalog.contentHash(of: $1) })
    }
    checked.recountedCourses = courses.count
    checked.recountedReviews = courses.reduce(0) {
      $0 + catalog.generated.reviewIndexes(ofCourse: $1).count
    }
    checked.reviews += checked.recountedReviews
    checked.contentHash &+= found.contentHash
    return found.problem
  }

  /// What is wrong with a course's stored rating or with its reviews, their versions aside.
  private func problem(_ rating: CourseRating, _ reviews: [Review], of number: Int) -> String? {
    let expectedRating = catalog.generated.rating(ofCourse: number)
    if rating != expectedRating {
      return "the \(rating.canonicalText), not the \(expectedRating.canonicalText)"
    }
    let indexes = catalog.generated.reviewIndexes(ofCourse: number)
    let expected = catalog.generated.reviews(indexes)
    for review in reviews {
      let index = Int(review.id.rawValue) - 1
      let own = indexes.contains(index) ? expected[index - indexes.lowerBound] : nil
      if let problem = problem(review, expected: own) { return problem }
    }
    return nil
  }

  private func wrongRecord(
    _ store: any StorageBackend, besides courses: Set<Int>, _ checked: inout Checked
  ) async throws(StoreError) -> String? {
    let found = Found()
    func spread(_ count: Int, atMost most: Int) -> [Int] {
      let samples = min(count, most)
      return (0..<samples).map { $0 * count / samples } + (count > most ? [count - 1] : [])
    }
    let reviews = spread(catalog.reviews, atMost: Self.sampledReviews)
      .filter { !courses.contains(catalog.generated.courseIndex(ofReview: $0)) }
    try await InverseWork.each(in: reviews.indices) { index throws(StoreError) in
      let stored = try await store.reviews.get(ReviewID(Int64(reviews[index]) + 1))
      found.add(Catalog.contentHash(of: stored))
      if let problem = problem(stored, expected: catalog.generated.expectedReview(stored.id)) {
        found.report(problem)
      }
    }
    let reviewers = spread(catalog.reviewers, atMost: Self.mostReviewers)
    try await InverseWork.each(in: reviewers.indices) { index throws(StoreError) in
      var stored = try await store.reviewers.get(catalog.reviewer(reviewers[index]))
      found.add(Catalog.contentHash(of: stored))
      let expected = catalog.generated.reviewer(reviewers[index])
      stored.version = expected.version
      if stored != expected { found.report("the \(stored.canonicalText), not the \(expected.canonicalText)") }
    }
    checked.reviews += reviews.count
    checked.reviewers = reviewers.count
    checked.contentHash &+= found.contentHash
    return found.problem
  }

  /// What is wrong with a stored review, its version aside.
  private func problem(_ stored: Review, expected: Review?) -> String? {
    guard let expected else { return "there is a \(stored.canonicalText), which nobody loaded" }
    var stored = stored
    stored.version = expected.version
    return stored == expected ? nil : "the \(stored.canonicalText), not the \(expected.canonicalText)"
  }
}
