import InstructorStore
import MongoBackend

/// Reviews of one popular course and some others, made by number.
enum ReviewCatalog {
  static let hotCourse = CourseID(1)

  static func reviewer(_ index: Int, reviewCount: Int64 = 0) -> Reviewer {
    Reviewer(
      id: ReviewerID(Int64(index) + 1), version: 1, name: "Reviewer \(index)",
      picture: index % 2 == 0 ? "https://pictures/\(index)" : nil, coursesTaken: Int64(index % 7),
      reviewCount: reviewCount)
  }

  /// Nine of ten reviews are of the hot course; few have 1½ stars, and most have no vote.
  static func review(_ index: Int, reviewers: Int) -> Review {
    let author = reviewer(index % reviewers)
    return Review(
      id: ReviewID(Int64(index) + 1), version: 1,
      courseID: index % 10 == 9 ? CourseID(Int64(index % 100) + 2) : hotCourse, reviewerID: author.id,
      reviewerName: author.name, reviewerPicture: author.picture,
      stars: Stars(halves: index % 100 == 0 ? 3 : 8 + index % 3), comment: "Comment number \(index) é",
      createdAt: Timestamp(milliseconds: Int64(index / 4) * 1_000 - 1_000_000),
      helpful: index % 50 == 0 ? Int64(index) : 0, reported: 0)
  }

  /// A load whose counts are those of its reviews.
  static func load(reviews count: Int, reviewers: Int) -> BulkLoad {
    let reviews = (0..<count).map { review($0, reviewers: reviewers) }
    var counts: [ReviewerID: Int64] = [:]
    var ratings: [CourseID: StarCounts] = [:]
    for review in reviews {
      counts[review.reviewerID, default: 0] += 1
      ratings[review.courseID, default: .zero][review.stars] += 1
    }
    let sorted = ratings.sorted { $0.key < $1.key }
    return BulkLoad(
      reviewers: BulkSource(count: reviewers) { [counts] range in
        range.map { reviewer($0, reviewCount: counts[ReviewerID(Int64($0) + 1)] ?? 0) }
      },
      reviews: BulkSource(count: count) { range in Array(reviews[range]) },
      ratings: BulkSource(count: sorted.count) { range in
        range.map { CourseRating(courseID: sorted[$0].key, version: 0, base: nil, reviews: sorted[$0].value) }
      })
  }

  static func newReview(_ number: Int, course: CourseID = hotCourse, by reviewer: ReviewerID) -> NewReview {
    NewReview(
      courseID: course, reviewerID: reviewer, stars: Stars(halves: 2 + number % 9), comment: "New \(number)",
      createdAt: Timestamp(milliseconds: Int64(number)))
  }
}

extension MongoStore {
  /// Every review of a course, by pages.
  func allReviews(of course: CourseID, order: ReviewOrder = .newest, stars: Stars? = nil) async throws
    -> [Review]
  {
    var all: [Review] = []
    var cursor: PageCursor?
    repeat {
      let page = try await reviews.page(of: course, order: order, stars: stars, after: cursor, limit: 100)
      all += page.items
      cursor = page.next
    } while cursor != nil
    return all
  }

  /// Whether a course's rating and the counts of these reviewers are those of the course's reviews, all there are.
  func isExact(_ course: CourseID, _ reviewers: [ReviewerID]) async throws -> Bool {
    var counts = StarCounts.zero
    var byReviewer: [ReviewerID: Int64] = [:]
    for review in try await allReviews(of: course) {
      counts[review.stars] += 1
      byReviewer[review.reviewerID, default: 0] += 1
    }
    let rating = try await ratings.get(course)
    guard rating.reviews == counts, try await ratings.recompute(course) == rating else { return false }
    for reviewer in reviewers {
      guard try await self.reviewers.get(reviewer).reviewCount == byReviewer[reviewer] ?? 0 else {
        return false
      }
    }
    return true
  }
}
