/// Every bound of the interface, the same on all backends. Values beyond one are `invalidArgument` before
/// anything is sent. Texts are measured in UTF-8 bytes.
///
/// PostgreSQL refuses B-tree keys over 2,704 bytes (54000), and a compressible value may pass where a random one
/// fails: the texts that share an index are kept below 2,000 bytes together.
public enum Limits {
  /// Ids are positive and below 2⁶².
  public static let identifiers: ClosedRange<Int64> = 1...((1 << 62) - 1)
  /// Counters such as learners and rating counts.
  public static let counters: ClosedRange<Int64> = 0...1_000_000_000_000
  /// An average rating, in tenths.
  public static let averageRatingTenths: ClosedRange<Int> = 0...50

  public static let firstNameBytes = 1...256
  public static let lastNameBytes = 1...256
  public static let middleInitialBytes = 1...16
  public static let academicTitleBytes = 1...128
  public static let titleBytes = 1...512
  public static let organizationBytes = 1...512

  /// Stars of a review, in halves: from 1 to 5 by steps of a half.
  public static let starHalves: ClosedRange<Int> = 2...10
  /// Milliseconds since 1970 UTC: the years 1 to 9999 of the proleptic Gregorian calendar.
  public static let timestampMilliseconds: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

  public static let reviewerNameBytes = 1...256
  public static let pictureBytes = 1...1_024
  public static let commentBytes = 0...8_192
  public static let searchTextBytes = 1...256

  /// Courses of one instructor. A new instructor with more is `invalidArgument`; one more by `assign` or
  /// `replacePrimary` is `resourceExhausted`.
  public static let coursesPerInstructor = 500
  /// Members of a team that one read returns. A larger team is `resourceExhausted`, never cut short.
  public static let teamMembers = 1_000
  /// Items of one `createMany`.
  public static let itemsPerCreate = 1...1_000
  /// Ids of one `get` of many.
  public static let idsPerGet = 0...1_000
  /// Items of one page.
  public static let itemsPerPage = 1...1_000
  /// What `count` counts to at the most.
  public static let countUpTo = 1...1_000_000
  /// Organizations of one leaderboard.
  public static let leaderboardEntries = 1...1_000
  /// Courses of one rating histogram.
  public static let coursesPerHistogram = 0...1_000
  /// Reviews that one call may change because of their reviewer: deleting one deletes them, renaming one renames
  /// their author. More is `resourceExhausted` before anything is changed.
  public static let reviewsPerCascade = 10_000
  /// See ``BulkLoad/resumeKey``.
  public static let resumeKeyBytes = 1...256
  /// Ids of one reservation.
  public static let idsPerReservation = 1...1_000_000_000
}
