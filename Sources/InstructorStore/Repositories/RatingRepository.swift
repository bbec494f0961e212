/// Ratings of courses.
///
/// A course nobody has rated has the zero rating (``CourseRating/zero(_:)``), never `notFound`: there is no course entity.
/// What ``InstructorRepository`` says of concurrency, deadlines and cancellation holds here too.
public protocol RatingRepository: Sendable {
  func get(_ course: CourseID) async throws(StoreError) -> CourseRating

  /// Sets the imported counts and returns the rating afterwards. The counts of the reviews stay.
  ///
  /// - Parameters:
  ///   - base: Each count within ``Limits/counters``. All zero is a base too.
  ///   - ifVersion: Apply only to this version, 0 or more; 0 stands for a course whose base was never put.
  /// - Throws: `conflict` with ``Constraint/version``.
  func put(_ base: StarCounts, for course: CourseID, ifVersion: Int64?) async throws(StoreError)
    -> CourseRating

  /// Removes the imported counts and returns the rating afterwards, which is that of the reviews.
  ///
  /// - Parameter ifVersion: As for ``put(_:for:ifVersion:)``.
  /// - Throws: `notFound` where the course has no base; `conflict` with ``Constraint/version``.
  func delete(_ course: CourseID, ifVersion: Int64?) async throws(StoreError) -> CourseRating

  /// Counts the course's reviews anew, whoever writes at the same time, and returns the rating. It changes nothing unless
  /// somebody wrote past the library or loaded counts that were wrong.
  func recompute(_ course: CourseID) async throws(StoreError) -> CourseRating

  /// The counts shown of these courses, added up: of an instructor's courses, for example. One consistent read.
  ///
  /// - Parameter courses: 0 to 1,000; one that is named twice counts once.
  func histogram(of courses: [CourseID]) async throws(StoreError) -> StarCounts
}

extension RatingRepository {
  public func put(_ base: StarCounts, for course: CourseID) async throws(StoreError) -> CourseRating {
    try await put(base, for: course, ifVersion: nil)
  }

  public func delete(_ course: CourseID) async throws(StoreError) -> CourseRating {
    try await delete(course, ifVersion: nil)
  }
}
