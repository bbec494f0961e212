/// Which reviews a course has: a run of neighbouring ones, the most popular course's first.
///
/// Zipf's law with exponent 1 over the ranks of ``CoursePopularity``: the courses up to rank *r* together have
/// ⌊reviews · H(r) / H(courses)⌋ reviews, H being the harmonic numbers. Those have a closed form, and so has its
/// inverse: neither direction needs a table or a search.
struct CourseReviews: Sendable {
  private let reviews: UInt64
  private let courses: UInt64
  /// H(0), H(1), … as far as the closed form is not exact enough.
  private let firstHarmonics: [Double]
  private let lastHarmonic: Double

  /// - Parameter courses: At least 1.
  init(courses: UInt64, reviews: UInt64) {
    self.courses = courses
    self.reviews = reviews
    firstHarmonics = [0] + (1...CoursePopularity.exactHarmonics).map(CoursePopularity.harmonicNumber)
    lastHarmonic = CoursePopularity.harmonicNumber(courses)
  }

  /// The reviews of the course with this popularity rank, by their indexes.
  func range(ofRank rank: UInt64) -> Range<Int> { Int(start(ofRank: rank))..<Int(start(ofRank: rank + 1)) }

  private func start(ofRank rank: UInt64) -> UInt64 {
    guard rank < courses else { return reviews }
    let harmonic =
      rank < UInt64(firstHarmonics.count)
      ? firstHarmonics[Int(rank)] : CoursePopularity.harmonicNumber(rank)
    return min(UInt64(Double(reviews) * harmonic / lastHarmonic), reviews)
  }

  /// The popularity rank of the course that has this review.
  func rank(ofReview index: Int) -> UInt64 {
    let review = UInt64(index)
    // It is the first course with which the sum reaches the next review, and H(n) is close to ln(n + ½) + γ.
    let harmonic = Double(review + 1) * lastHarmonic / Double(reviews)
    let estimate = ElementaryFunctions.exp(harmonic - CoursePopularity.eulersConstant) - 0.5
    var rank = min(UInt64(max(estimate, 1)), courses) - 1
    // One or two steps at the most: the estimate is off by the rounding.
    while start(ofRank: rank) > review { rank -= 1 }
    while start(ofRank: rank + 1) <= review { rank += 1 }
    return rank
  }
}
