public import InstructorStore

/// A synthetic catalog of instructors, courses and their reviews: the same for the same seed and sizes, on every machine.
///
/// Nothing is stored. Every record, every team and every total is computed from the seed and a number alone, so loads
/// run in parallel, in any order, and any stored row can be checked later. Safe to use from any number of
/// threads. Making one composes a few thousand texts (milliseconds, about 2 MB): make it once and keep it.
///
/// ```swift
/// let catalog = try Catalog(
///   seed: 1, instructors: 100_000, courses: 100_000, reviewers: 200_000, reviews: 2_000_000)
/// try await store.bulkLoad(catalog.bulkLoad)
/// ```
///
/// Instructors have the ids `1...instructorCount`, courses, reviewers and reviews likewise; an *index* is the id less one.
/// Every course has one primary instructor and 0 to 3 assistants, 1.5 on average (with fewer than four instructors as
/// many as there are others).
public struct Catalog: Sendable {
  /// Raised whenever the same seed and sizes give other records: results are comparable within one version only.
  public static let formatVersion = 1

  public static let instructorCounts = 1...1_000_000_000
  public static let courseCounts = 1...1_000_000_000
  /// The most courses for each instructor. A team has up to four members, so the busiest instructor has up to
  /// four times as many, below ``Limits/coursesPerInstructor`` with room for a benchmark's own.
  public static let coursesPerInstructor = 100

  public static let reviewerCounts = 0...1_000_000_000
  public static let reviewCounts = 0...10_000_000_000

  public let seed: UInt64
  public let instructorCount: Int
  public let courseCount: Int
  public let reviewerCount: Int
  public let reviewCount: Int

  let relation: CourseRelation
  let popularity: CoursePopularity
  let profiles: InstructorProfiles
  let courseReviews: CourseReviews
  let reviewerRelation: ReviewerRelation
  let reviewerProfiles: ReviewerProfiles
  let reviewProfiles: ReviewProfiles

  /// - Throws: ``CatalogError`` for a size outside ``instructorCounts``, ``courseCounts``, ``coursesPerInstructor``,
  ///   ``reviewerCounts`` or ``reviewCounts``, and for reviews without reviewers.
  public init(seed: UInt64, instructors: Int, courses: Int, reviewers: Int = 0, reviews: Int = 0)
    throws(CatalogError)
  {
    guard Self.instructorCounts.contains(instructors) else { throw .instructors(instructors) }
    guard Self.courseCounts.contains(courses) else { throw .courses(courses) }
    guard courses <= instructors * Self.coursesPerInstructor else {
      throw .coursesPerInstructor(courses: courses, instructors: instructors)
    }
    guard Self.reviewerCounts.contains(reviewers) else { throw .reviewers(reviewers) }
    guard Self.reviewCounts.contains(reviews) else { throw .reviews(reviews) }
    guard reviewers > 0 || reviews == 0 else { throw .reviewsWithoutReviewers(reviews) }
    self.seed = seed
    instructorCount = instructors
    courseCount = courses
    relation = CourseRelation(instructors: UInt64(instructors), courses: UInt64(courses), seed: seed)
    popularity = CoursePopularity(courses: UInt64(courses), seed: seed)
    profiles = InstructorProfiles(seed: seed)
    reviewerCount = reviewers
    reviewCount = reviews
    courseReviews = CourseReviews(courses: UInt64(courses), reviews: UInt64(reviews))
    reviewerRelation = ReviewerRelation(
      reviewers: UInt64(reviewers), reviews: UInt64(reviews), seed: seed)
    reviewerProfiles = ReviewerProfiles(seed: seed)
    reviewProfiles = ReviewProfiles(seed: seed)
  }

  // MARK: Instructors

  /// The instructor with the id `index + 1`, courses ascending by id.
  ///
  /// `learners` is the sum over its courses; an instructor nobody rated has no average.
  /// - Parameter index: Within `0..<instructorCount`, as an array's.
  public func instructor(_ index: Int) -> NewInstructor {
    var record = Self.blank
    fill(&record, index)
    return record
  }

  /// - Parameter range: Within `0..<instructorCount`.
  public func instructors(_ range: Range<Int>) -> [NewInstructor] {
    // Filled in place: to return a record by value costs a copy and a destruction of all its fields.
    var records = Array(repeating: Self.blank, count: range.count)
    records.withUnsafeMutableBufferPointer { buffer in
      for index in range { fill(&buffer[index - range.lowerBound], index) }
    }
    return records
  }

  private static let blank = NewInstructor(firstName: "", lastName: "")

  @inline(__always)
  private func fill(_ record: inout NewInstructor, _ index: Int) {
    record.id = InstructorID(Int64(index) + 1)
    record.courses = relation.assignments(ofInstructor: UInt64(index))
    for course in record.courses {
      record.learners += popularity.learners(ofCourse: UInt64(course.courseID.rawValue - 1))
    }
    profiles.fill(&record, index: UInt64(index))
  }

  /// All instructors, for a bulk load.
  public var instructorSource: BulkSource<NewInstructor> {
    BulkSource(count: instructorCount) { instructors($0) }
  }

  // MARK: Courses

  /// - Parameter index: The course's id less one, within `0..<courseCount`.
  /// - Returns: The instructor's id less one.
  public func primaryIndex(ofCourse index: Int) -> Int {
    Int(relation.primary(ofCourse: UInt64(index)))
  }

  /// Ascending; never the primary, nobody twice.
  /// - Parameter index: The course's id less one, within `0..<courseCount`.
  public func assistantIndexes(ofCourse index: Int) -> [Int] {
    relation.assistants(ofCourse: UInt64(index)).map { Int($0) }.sorted()
  }

  /// How many learners the course has; Zipf-distributed over the courses, 150 on average.
  public func learners(ofCourse index: Int) -> Int64 { popularity.learners(ofCourse: UInt64(index)) }

  /// The course's place in the order of learners; 0 has the most.
  public func popularityRank(ofCourse index: Int) -> Int { Int(popularity.rank(ofCourse: UInt64(index))) }

  /// The index of the course that is `rank`-th in the order of learners, from 0: with a ``ZipfianDistribution``
  /// over ``courseCount`` it gives keys that hit popular courses more often.
  public func course(ofPopularityRank rank: Int) -> Int { Int(popularity.course(ofRank: UInt64(rank))) }

  // MARK: Totals

  /// Assignments of assistants, of all courses together. Computed without looking at them.
  public var assistantCount: Int { Int(relation.assistantTotal) }

  /// Assignments of all instructors together: one primary a course, and the assistants.
  public var assignmentCount: Int { courseCount + assistantCount }
}
