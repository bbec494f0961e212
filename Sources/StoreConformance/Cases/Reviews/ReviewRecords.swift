import InstructorStore

/// Valid and consistent records of reviewers, reviews and ratings for a bulk load. Many reviews share a time, a count of
/// votes or both, so that their order is decided by the id.
struct ReviewRecords: Sendable {
  var reviewerCount = 7
  var courseCount = 3
  /// Reviews; no multiple of 37.
  var count: Int
  var firstID: Int64 = 1
  /// What makes single records bad, by their numbers.
  var changedReviewers: [Int: @Sendable (inout Reviewer) -> Void] = [:]
  var changedReviews: [Int: @Sendable (inout Review) -> Void] = [:]
  var changedRatings: [Int: @Sendable (inout CourseRating) -> Void] = [:]

  var load: BulkLoad {
    let records = self
    return BulkLoad(
      reviewers: source(reviewerCount, changedReviewers) { records.reviewer($0) },
      reviews: source(count, changedReviews) { records.review($0) },
      ratings: source(courseCount, changedRatings) { records.rating($0) })
  }

  var expectedResult: BulkLoadResult {
    BulkLoadResult(
      instructors: 0, assignments: 0, reviewers: reviewerCount, reviews: count, ratings: courseCount)
  }

  func course(_ index: Int) -> CourseID { CourseID(6_000_000 + firstID + Int64(index)) }

  func reviewer(_ index: Int) -> Reviewer {
    Reviewer(
      id: ReviewerID(firstID + Int64(index) * 2), version: 1, name: "Zoë \(index)",
      picture: index % 2 == 0 ? nil : "https://example.org/\(index).png", coursesTaken: Int64(index),
      reviewCount: Int64((0..<count).count { $0 % reviewerCount == index }))
  }

  func review(_ index: Int) -> Review {
    let author = index % reviewerCount
    return Review(
      id: ReviewID(firstID + Int64(index * 37 % max(count, 1))), version: 1,
      courseID: course(courseOf(index)),
      reviewerID: ReviewerID(firstID + Int64(author) * 2), reviewerName: "Zoë \(author)",
      reviewerPicture: author % 2 == 0 ? nil : "https://example.org/\(author).png",
      stars: starsOf(index), comment: index % 10 == 0 ? "" : "Lesson “\(index % 10)” was the best.",
      createdAt: Timestamp(milliseconds: 1_500_000_000_000 + Int64(index * 13 % 11) * 1_000),
      helpful: Int64(index * 5 % 4), reported: Int64(index % 3))
  }

  func rating(_ index: Int) -> CourseRating {
    var counts = StarCounts.zero
    for review in 0..<count where courseOf(review) == index { counts[starsOf(review)] += 1 }
    let base = index % 2 == 0 ? nil : StarCounts([Stars(4.5): 12, Stars(1): 3])
    return CourseRating(courseID: course(index), version: base == nil ? 0 : 1, base: base, reviews: counts)
  }

  /// The reviews of one course, in no order.
  func reviews(ofCourse index: Int) -> [Review] {
    (0..<count).filter { courseOf($0) == index }.map { review($0) }
  }

  private func courseOf(_ review: Int) -> Int { review / reviewerCount % courseCount }
  private func starsOf(_ review: Int) -> Stars { Stars.allSteps[(review * 4 + review / 9) % 9] }

  private func source<Record: Sendable>(
    _ count: Int, _ changes: [Int: @Sendable (inout Record) -> Void],
    _ make: @escaping @Sendable (Int) -> Record
  ) -> BulkSource<Record> {
    BulkSource(count: count) { range in
      range.map { index in
        var record = make(index)
        changes[index]?(&record)
        return record
      }
    }
  }
}
