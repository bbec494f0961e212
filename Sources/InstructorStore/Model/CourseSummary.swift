/// A course's rating and the first page of its reviews, newest first, as one consistent read.
public struct CourseSummary: Equatable, Sendable {
  public var rating: CourseRating
  public var reviews: Page<Review>

  public init(rating: CourseRating, reviews: Page<Review>) {
    self.rating = rating
    self.reviews = reviews
  }
}
