internal import InstructorStore

/// What the reviews of one course have in common.
struct ReviewedCourse: Sendable {
  let id: CourseID
  /// Its reviews, by their indexes.
  let reviews: Range<Int>
  /// Which of ``ReviewProfiles``' star distributions it has.
  let quality: Int
  /// What it is about: an index into the fields of ``TitleWords``.
  let field: Int
}

/// Everything about a review but who wrote it about which course.
///
/// The stars come from the review's first random number alone, so that a course's ratings cost a few nanoseconds a review.
final class ReviewProfiles: Sendable {
  private let key: UInt64
  private let courseKey: UInt64
  private let stars = ReviewProfiles.starWeights.map { AliasTable(weights: $0) }
  private let comments = Comments()

  /// 2021-01-01 00:00 UTC.
  static let firstMilliseconds: Int64 = 1_609_459_200_000
  /// Four years.
  static let spanMilliseconds: Int64 = 1_461 * 86_400_000

  init(seed: UInt64) {
    key = CatalogStream.reviews.key(seed: seed)
    courseKey = CatalogStream.reviewedCourses.key(seed: seed)
  }

  func course(_ index: UInt64, reviews: Range<Int>) -> ReviewedCourse {
    let bits = SplitMix64.hash(index, key: courseKey)
    let quality = Self.qualities[Int(bits.byte(0) & 15)]
    return ReviewedCourse(
      id: CourseID(Int64(index) + 1), reviews: reviews, quality: quality,
      field: Int((UInt64(bits.upper) * UInt64(TitleWords.fields.count)) >> 32))
  }

  /// - Parameter index: Of a review in the catalog, or behind it.
  @inline(__always)
  func stars(_ index: UInt64, of course: ReviewedCourse) -> Stars {
    var random = SplitMix64(seed: SplitMix64.hash(index, key: key))
    return Stars(halves: stars[course.quality].index(random.next().upper) + Limits.starHalves.lowerBound)
  }

  /// Everything but the stars.
  struct Rest {
    var comment: String
    var createdAt: Timestamp
    var helpful: Int64
    var reported: Int64
  }

  @inline(__always)
  func rest(_ index: UInt64, of course: ReviewedCourse, stars: Stars) -> Rest {
    var random = SplitMix64(seed: SplitMix64.hash(index, key: key))
    _ = random.next()
    let (time, votes) = (random.next(), random.next())
    // The later of two moments: the platform grows.
    let share = Int64(max(time.upper, time.lower))
    let created = Self.firstMilliseconds + (share * (Self.spanMilliseconds >> 10)) >> 22
    return Rest(
      comment: comments.compose(stars: stars, field: course.field, &random),
      createdAt: Timestamp(milliseconds: created), helpful: Self.helpful(votes),
      reported: Self.reported(votes))
  }

  /// Of one half, a share of 1 / (k + 1) has *k* votes or more, up to 2,048; the other half has none.
  private static func helpful(_ votes: UInt64) -> Int64 {
    guard votes.byte(0) < 128 else { return 0 }
    let floor: UInt64 = 1 << 21
    return Int64(((1 << 32) + floor) / (UInt64(votes.upper) + floor)) - 1
  }

  /// One in 256 at all, every second of those more than once, and so on.
  private static func reported(_ votes: UInt64) -> Int64 {
    votes.byte(1) == 0 ? Int64(1 + (votes.byte(2) | 0x80).trailingZeroBitCount) : 0
  }

  // MARK: Ratings

  /// The counts of a course's reviews.
  func counts(of course: ReviewedCourse) -> StarCounts {
    var steps = StarCounts.zero.steps
    for index in course.reviews {
      steps[stars(UInt64(index), of: course).halves - Limits.starHalves.lowerBound] += 1
    }
    return StarCounts(steps: steps) ?? .zero
  }

  /// Every eighth course brings counts from another system: one rating for every 16 learners.
  func base(of course: ReviewedCourse, learners: Int64) -> StarCounts? {
    guard SplitMix64.hash(UInt64(course.id.rawValue), key: ~courseKey) & 7 == 0 else { return nil }
    let weights = Self.starWeights[course.quality]
    let total = weights.reduce(0, +)
    return StarCounts(steps: weights.map { learners / 16 * Int64($0) / Int64(total) })
  }

  /// Of 16 courses: praised, ordinary, criticised.
  private static let qualities = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2]

  /// Of 1,000 reviews, how many give 1, 1½, … 5 stars. J-shaped, as ratings of courses are: nearly all the best, then some
  /// less, hardly any half stars, and more of the worst than of the second worst.
  private static let starWeights: [[UInt64]] = [
    [8, 1, 6, 2, 18, 10, 90, 55, 810],
    [17, 2, 12, 4, 36, 20, 130, 75, 704],
    [62, 6, 40, 14, 96, 40, 190, 72, 480],
  ]
}
