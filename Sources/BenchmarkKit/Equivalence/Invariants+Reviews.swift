import CatalogGenerator
import InstructorStore

extension Invariants {
  private static let sampledReviews = 5_000
  /// The most popular ones, which hot keys meet; a course of more reviews than ``mostRecounted`` is left out.
  private static let largestCourses = 3
  private static let mostRecounted = 200_000
  private static let mostHistograms = 200

  func reviewProblem(_ store: any StorageBackend, _ checked: inout Checked) async throws(StoreError)
    -> String?
  {
    if let problem = try await wrongCount(store) { return problem }
    if let problem = try await wrongSums(store.ratings, &checked) { return problem }
    if let problem = try await wrongCourse(store, &checked) { return problem }
    return try await wrongRecord(store, &checked)
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

  /// Counts the reviews of sampled courses and of the largest, and compares each with the catalog's.
  private func wrongCourse(_ store: any StorageBackend, _ checked: inout Checked) async throws(StoreError)
    -> String?
  {
    var random = TraceRandom(seed: seed, stream: Self.stream, index: 1)
    let largest = (0..<min(Self.largestCourses, catalog.courses))
      .map(catalog.generated.course(ofPopularityRank:))
      .filter { catalog.generated.reviewIndexes(ofCourse: $0).count <= Self.mostRecounted }
    for number in largest + (0..<Self.sampledCourses).map({ _ in random.below(catalog.courses) }) {
      let course = catalog.course(number)
      let recount = try await CourseRecount(of: course, on: store.reviews)
      let rating = try await store.ratings.get(course)
      if let problem = recount.problem(with: rating) { return problem }
      let expected = catalog.generated.rating(ofCourse: number)
      if rating != expected { return "the \(rating.canonicalText), not the \(expected.canonicalText)" }
      for review in recount.reviews {
        if let problem = problem(review) { return problem }
      }
      checked.recountedCourses += 1
      checked.recountedReviews += recount.reviews.count
    }
    return nil
  }

  private func wrongRecord(_ store: any StorageBackend, _ checked: inout Checked) async throws(StoreError)
    -> String?
  {
    let found = Found()
    func spread(_ count: Int) -> [Int] {
      let samples = min(count, Self.sampledReviews)
      return (0..<samples).map { $0 * count / samples } + (count > 0 ? [count - 1] : [])
    }
    let reviews = spread(catalog.reviews)
    try await InverseWork.each(in: reviews.indices) { index throws(StoreError) in
      let stored = try await store.reviews.get(ReviewID(Int64(reviews[index]) + 1))
      found.add(Catalog.contentHash(of: stored))
      if let problem = problem(stored) { found.report(problem) }
    }
    let reviewers = spread(catalog.reviewers)
    try await InverseWork.each(in: reviewers.indices) { index throws(StoreError) in
      var stored = try await store.reviewers.get(catalog.reviewer(reviewers[index]))
      found.add(Catalog.contentHash(of: stored))
      let expected = catalog.generated.reviewer(reviewers[index])
      stored.version = expected.version
      if stored != expected { found.report("the \(stored.canonicalText), not the \(expected.canonicalText)") }
    }
    checked.reviews = reviews.count
    checked.reviewers = reviewers.count
    checked.contentHash &+= found.contentHash
    return found.problem
  }

  /// What is wrong with a stored review, its version aside.
  private func problem(_ stored: Review) -> String? {
    guard let expected = catalog.generated.expectedReview(stored.id) else {
      return "there is a \(stored.canonicalText), which nobody loaded"
    }
    var stored = stored
    stored.version = expected.version
    return stored == expected ? nil : "the \(stored.canonicalText), not the \(expected.canonicalText)"
  }
}
