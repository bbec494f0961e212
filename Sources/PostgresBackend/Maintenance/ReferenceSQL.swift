import InstructorStore

/// The texts of this backend's statements (in the relational model), so that a benchmark can give the same ones to another client.
package enum ReferenceSQL {
  /// `$1`: the id.
  package static var get: String { InstructorReads.relational.get.one.sql }
  /// `$1`: the course.
  package static var team: String { InstructorReads.relational.team.one.sql }
  /// `$1` the id, then the columns from the first name on: texts, learners, tenths, count, two arrays of courses.
  package static var insert: String { InstructorWrites.relational.insert.sql }
  /// `$1` the courses, `$2` the ids, `$3` whether each is primary. In one unit with ``insert``.
  package static var insertCourses: String { InstructorWrites.relational.insertCourses?.sql ?? "" }
  /// `$1` the id, `$2` the version; see `InstructorWrites.bindUpdate`.
  package static var update: String { InstructorWrites.relational.update.sql }
  /// `$1` the id, `$2` the version.
  package static var delete: String { InstructorWrites.relational.delete.sql }
  /// See `ReviewWrites.bindCreate`.
  package static var createReview: String { ReviewWrites.create.sql }
  /// The counts of a rating's reviews, by their stars in halves.
  package static var ratingColumns: [(halves: Int, name: String)] {
    zip(Limits.starHalves, RatingRow.reviewColumns).map { ($0, $1) }
  }

  /// The tables that hold instructors, without indexes, and what a bulk load builds afterwards.
  package static var tables: [String] { PostgresSchema.instructors(.relational) }
  package static var indexes: [String] { PostgresSchema.instructorIndexes(.relational).flatMap(\.create) }
  /// As a bulk load has it while it builds them.
  package static var indexSettings: [String] { ["SET maintenance_work_mem = '256MB'"] }
}
