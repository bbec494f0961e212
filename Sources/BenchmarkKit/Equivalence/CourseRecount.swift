import InstructorStore

/// A course's reviews, read page by page, and what they add up to.
struct CourseRecount: Sendable {
  var reviews: [Review] = []
  var counts = StarCounts.zero

  /// Nobody may write reviews of the course meanwhile.
  init(of course: CourseID, on repository: any ReviewRepository) async throws(StoreError) {
    var after: PageCursor?
    repeat {
      let page = try await repository.page(
        of: course, order: .newest, stars: nil, after: after, limit: Limits.itemsPerPage.upperBound)
      for review in page.items { counts[review.stars] += 1 }
      reviews += page.items
      after = page.next
    } while after != nil
  }

  /// What is wrong with the rating, if anything.
  func problem(with rating: CourseRating) -> String? {
    guard rating.reviews != counts else { return nil }
    return "the rating of course \(rating.courseID) counts \(rating.reviews), its reviews are \(counts)"
  }
}
