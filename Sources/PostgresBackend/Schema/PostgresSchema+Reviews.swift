/// The tables of reviews, reviewers and ratings: what version 2 added.
///
/// A review's page needs its author's name and picture. They are kept once, with the reviewer: a page joins at most a
/// thousand reviewers by their key, and a new name is one row to write. Moments are milliseconds since 1970 in a
/// `bigint`, as in the model: exact, within any year, and the same number that cursors hold. (A `timestamptz` could hold
/// microseconds that no model shows.) The numbers in the checks are those of `Limits` when the version was made.
extension PostgresSchema {
  static let reviewTables = [
    // A new review updates the count, on the same page and without touching an index where there is room.
    """
    CREATE TABLE reviewers (
      id bigint NOT NULL,
      version bigint NOT NULL,
      courses_taken bigint NOT NULL CHECK (courses_taken BETWEEN 0 AND 1000000000000),
      -- derived: how many reviews there are of the reviewer
      review_count bigint NOT NULL,
      name text COLLATE "C" NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 256),
      picture text COLLATE "C" CHECK (octet_length(picture) BETWEEN 1 AND 1024))
      WITH (fillfactor = 90)
    """,
    """
    CREATE TABLE reviews (
      id bigint NOT NULL,
      version bigint NOT NULL,
      course_id bigint NOT NULL CHECK (course_id > 0),
      reviewer_id bigint NOT NULL,
      -- milliseconds since 1970-01-01 00:00 UTC; the years 1 to 9999
      created_at bigint NOT NULL CHECK (created_at BETWEEN -62135596800000 AND 253402300799999),
      helpful bigint NOT NULL CHECK (helpful BETWEEN 0 AND 1000000000000),
      reported bigint NOT NULL CHECK (reported BETWEEN 0 AND 1000000000000),
      -- in halves: 9 is 4½
      stars smallint NOT NULL CHECK (stars BETWEEN 2 AND 10),
      comment text COLLATE "C" NOT NULL CHECK (octet_length(comment) <= 8192))
    """,
    // Half of each page is left for the next versions of its rows: a popular course's counts change all the time, and
    // an update that finds room on the page touches no index and leaves little to clean up.
    """
    CREATE TABLE course_ratings (
      course_id bigint NOT NULL CHECK (course_id > 0),
      -- of the imported base: 0 where there never was one
      version bigint NOT NULL DEFAULT 0,
      -- imported counts, all null where there are none
      \(RatingRow.baseColumns.map { "\($0) bigint, " }.joined())
      -- derived: how many reviews there are of each step
      \(RatingRow.reviewColumns.map { "\($0) bigint NOT NULL DEFAULT 0, " }.joined())
      CHECK (num_nulls(\(RatingRow.baseColumns.joined(separator: ", "))) IN (0, 9)),
      CHECK (least(\(RatingRow.baseColumns.joined(separator: ", "))) >= 0),
      CHECK (greatest(\(RatingRow.baseColumns.joined(separator: ", "))) <= 1000000000000))
      WITH (fillfactor = 50)
    """,
    "INSERT INTO id_allocator VALUES ('reviewer', 1), ('review', 1)",
  ]

  static let indexesOfReviewers: [Index] = [
    // get, update, delete; the author of a review
    primaryKey("reviewer_id", "reviewers", "(id)")
  ]

  static let indexesOfReviews: [Index] = [
    // get, update, delete, votes
    primaryKey("review_id", "reviews", "(id)"),
    // page of a course, newest first; search; summary; recompute. The stars come last: a page of some stars passes over the
    // others without a look at their rows (they may be all but a few of a popular course's), and the counts of a
    // course come from the index alone.
    index("reviews_by_time", "reviews (course_id, created_at DESC, id DESC, stars)"),
    // page of a course, most helpful first
    index("reviews_by_helpful", "reviews (course_id, helpful DESC, id DESC, stars)"),
    // the reviews that go with their reviewer; the foreign key
    index("reviews_of_reviewer", "reviews (reviewer_id)"),
  ]

  static let indexesOfRatings: [Index] = [
    // get, put, histogram; every write of a review
    primaryKey("course_rating", "course_ratings", "(course_id)")
  ]

  /// No cascade: who deletes a reviewer has to take the reviews out of the ratings, and a cascade wouldn't.
  static let reviewerReference = Index(
    name: "reviewer_reference",
    attach: """
      ALTER TABLE reviews ADD CONSTRAINT reviewer_reference
        FOREIGN KEY (reviewer_id) REFERENCES reviewers
      """,
    drop: ["ALTER TABLE reviews DROP CONSTRAINT IF EXISTS reviewer_reference"])
}
