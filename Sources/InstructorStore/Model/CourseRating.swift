/// The rating of a course: how many ratings of each step it has, and what follows from that.
///
/// Ratings that were imported (``base``) and those of the reviews in the store are kept apart; what is shown is the sum.
public struct CourseRating: Hashable, Sendable, Codable {
  public var courseID: CourseID
  /// 0 for a course whose base was never put; one more with every `put` and `delete` of the base. Reviews and `recompute`
  /// leave it alone.
  public var version: Int64
  /// Imported counts, or `nil` where there are none.
  public var base: StarCounts?
  /// The counts of the reviews in the store. Always exact.
  public var reviews: StarCounts

  public init(courseID: CourseID, version: Int64, base: StarCounts?, reviews: StarCounts) {
    self.courseID = courseID
    self.version = version
    self.base = base
    self.reviews = reviews
  }

  /// The rating of a course that nobody has rated and nothing was imported for.
  public static func zero(_ courseID: CourseID) -> Self {
    Self(courseID: courseID, version: 0, base: nil, reviews: .zero)
  }

  /// The counts shown: imported and from reviews.
  public var counts: StarCounts { base.map { $0 + reviews } ?? reviews }
  public var totalRatings: Int64 { counts.total }
  /// In half stars: 9 for one rating of 4½.
  public var totalHalfStars: Int64 { counts.totalHalves }
  /// Rounded half up to a tenth; 0.0 where nobody has rated.
  public var overallRating: AverageRating { counts.average }
}
