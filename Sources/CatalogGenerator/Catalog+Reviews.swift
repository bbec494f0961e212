public import InstructorStore

/// Reviewers, reviews and the ratings that follow from them.
///
/// A course's reviews are neighbours, those of the most popular course first, and how many a course has follows the same
/// law as its learners. Reviewers are anywhere. ``Reviewer/reviewCount`` and ``CourseRating/reviews`` are counts of
/// the reviews, computed from the reviewer or the course alone.
extension Catalog {
  /// Everything in the catalog.
  public var bulkLoad: BulkLoad {
    BulkLoad(
      instructors: instructorSource, reviewers: reviewerSource, reviews: reviewSource, ratings: ratingSource)
  }

  // MARK: Reviewers

  /// The reviewer with the id `index + 1`, as it is stored.
  /// - Parameter index: Within `0..<reviewerCount`.
  public func reviewer(_ index: Int) -> Reviewer {
    let number = UInt64(index)
    let count = reviewCount == 0 ? 0 : reviewerRelation.count(ofReviewer: number)
    return reviewerProfiles.reviewer(number, reviewCount: count)
  }

  public var reviewerSource: BulkSource<Reviewer> {
    BulkSource(count: reviewerCount) { range in range.map(reviewer) }
  }

  // MARK: Reviews

  /// The review with the id `index + 1`, as it is stored.
  /// - Parameter index: Within `0..<reviewCount`.
  public func review(_ index: Int) -> Review { review(index, of: reviewedCourse(ofReview: index)) }

  /// - Parameter range: Within `0..<reviewCount`.
  public func reviews(_ range: Range<Int>) -> [Review] {
    guard !range.isEmpty else { return [] }
    var course = reviewedCourse(ofReview: range.lowerBound)
    return Array(unsafeUninitializedCapacity: range.count) { buffer, count in
      for index in range {
        if index >= course.reviews.upperBound { course = reviewedCourse(ofReview: index) }
        buffer.initializeElement(at: count, to: review(index, of: course))
        count += 1
      }
    }
  }

  /// All reviews, course by course.
  public var reviewSource: BulkSource<Review> { BulkSource(count: reviewCount) { reviews($0) } }

  /// The reviews of a course, by their indexes.
  /// - Parameter index: The course's id less one, within `0..<courseCount`.
  public func reviewIndexes(ofCourse index: Int) -> Range<Int> {
    courseReviews.range(ofRank: popularity.rank(ofCourse: UInt64(index)))
  }

  /// The course that a review is about, by its index.
  public func courseIndex(ofReview index: Int) -> Int {
    Int(popularity.course(ofRank: courseReviews.rank(ofReview: index)))
  }

  /// Who wrote a review, by their index.
  public func reviewerIndex(ofReview index: Int) -> Int {
    Int(reviewerRelation.reviewer(ofReview: UInt64(index)))
  }

  /// A review that is not in the catalog, for workloads that create reviews: as varied as those in it, with the id
  /// `reviewCount + number + 1`, a millisecond later than the one with the number before and than all of the catalog.
  /// - Parameters:
  ///   - number: From 0, below 2⁴⁵.
  ///   - course: Within `0..<courseCount`.
  ///   - reviewer: Within `0..<reviewerCount`.
  public func newReview(_ number: Int, ofCourse course: Int, by reviewer: Int) -> NewReview {
    let index = UInt64(reviewCount + number)
    let course = reviewProfiles.course(UInt64(course), reviews: 0..<0)
    let stars = reviewProfiles.stars(index, of: course)
    let rest = reviewProfiles.rest(index, of: course, stars: stars)
    let end = ReviewProfiles.firstMilliseconds + ReviewProfiles.spanMilliseconds
    return NewReview(
      id: ReviewID(Int64(index) + 1), courseID: course.id, reviewerID: ReviewerID(Int64(reviewer) + 1),
      stars: stars, comment: rest.comment, createdAt: Timestamp(milliseconds: end + Int64(number)))
  }

  private func reviewedCourse(ofReview index: Int) -> ReviewedCourse {
    let rank = courseReviews.rank(ofReview: index)
    return reviewProfiles.course(popularity.course(ofRank: rank), reviews: courseReviews.range(ofRank: rank))
  }

  @inline(__always)
  private func review(_ index: Int, of course: ReviewedCourse) -> Review {
    let number = UInt64(index)
    let reviewer = reviewerRelation.reviewer(ofReview: number)
    let author = reviewerProfiles.author(reviewer)
    let stars = reviewProfiles.stars(number, of: course)
    let rest = reviewProfiles.rest(number, of: course, stars: stars)
    return Review(
      id: ReviewID(Int64(index) + 1), version: 1, courseID: course.id,
      reviewerID: ReviewerID(Int64(reviewer) + 1), reviewerName: author.name, reviewerPicture: author.picture,
      stars: stars, comment: rest.comment, createdAt: rest.createdAt, helpful: rest.helpful,
      reported: rest.reported)
  }

  // MARK: Ratings

  /// One rating for each course, or none at all where there are no reviews.
  public var ratingCount: Int { reviewCount == 0 ? 0 : courseCount }

  /// The course's rating, as it is stored. Costs a few nanoseconds for each of its reviews.
  /// - Parameter index: The course's id less one, within `0..<ratingCount`.
  public func rating(ofCourse index: Int) -> CourseRating {
    let course = reviewProfiles.course(UInt64(index), reviews: reviewIndexes(ofCourse: index))
    let base = reviewProfiles.base(of: course, learners: learners(ofCourse: index))
    return CourseRating(
      courseID: course.id, version: base == nil ? 0 : 1, base: base,
      reviews: reviewProfiles.counts(of: course)
    )
  }

  /// In the order of courses.
  public var ratingSource: BulkSource<CourseRating> {
    BulkSource(count: ratingCount) { range in range.map(rating(ofCourse:)) }
  }
}
