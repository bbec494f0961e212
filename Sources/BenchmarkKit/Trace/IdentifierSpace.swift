import InstructorStore

/// Where the identifiers that a benchmark makes lie.
///
/// The catalog and the store's own allocator count up from 1. Everything a workload or the equivalence gate
/// creates is far above, each in a region of its own, so nothing ever meets a row that somebody else made.
enum IdentifierSpace {
  /// Slices of the trace may go up to here: 2⁴⁰ operations of one workload.
  static let operationsPerWorkload = 1 << 40

  /// Of each of the regions below.
  static let regionSize: Int64 = 1 << 50

  static let createdInstructors: Int64 = 1 << 50
  static let deletedInstructors: Int64 = 2 << 50
  static let probeInstructors: Int64 = 3 << 50
  /// Courses that no catalog record has: what created instructors are the primary of.
  static let createdCourses: Int64 = 4 << 50
  static let deletedCourses: Int64 = 5 << 50
  static let probeCourses: Int64 = 6 << 50
  /// Courses that created instructors share as assistants.
  static let sharedCourses: Int64 = 7 << 50
  static let createdReviews: Int64 = 8 << 50
  static let deletedReviews: Int64 = 9 << 50
  static let probeReviews: Int64 = 10 << 50
  static let probeReviewers: Int64 = 11 << 50
}
