import InstructorStore

/// The statements that change instructors and their courses.
final class InstructorWrites: Sendable {
  /// Parameters: see ``bindInsert(_:_:_:)``.
  let insert: Statement
  /// Inserts many at once. Parameters: see ``bindInsertMany(_:_:)``.
  let insertMany: Statement?
  /// What has to come first in a unit that inserts several instructors with courses of which they are the primary. `$1`: these
  /// courses.
  let claimCourses: Statement?
  /// What has to follow the insertion of instructors with courses, in the same unit. `$1` the courses, `$2` the ids, `$3` whether each is
  /// primary.
  let insertCourses: Statement?
  /// Parameters: see ``bindUpdate(_:_:_:_:)``. Gives the instructor as it is afterwards.
  let update: Statement
  /// `$1` the id, `$2` the version or null.
  let delete: Statement
  /// A unit. `$1` the id, `$2` the course, `$3` whether as primary; of the first, also `$4` the version or null. The first
  /// gives the instructor as it is afterwards, and changes nothing where that is not allowed.
  let assign: [Statement]
  /// A unit. `$1` the id, `$2` the course; of the first, also `$3` the version or null. The first gives the instructor
  /// as it is afterwards, and changes nothing where there is nothing to do.
  let unassign: [Statement]

  // The steps of replacePrimary, in one transaction.

  /// Replacements of one course's primary take turns. The key is the course's id with a bit no other lock here has.
  static let lockCourse = Statement("SELECT pg_advisory_xact_lock($1::bigint | (1::bigint << 62))")
  /// Locks the new primary `$2` of the course `$1` and the present one, in the order of their ids so that no two
  /// transactions wait for each other.
  let lockPrimaries: Statement
  /// The id of the primary of the course `$1`.
  let currentPrimary: Statement
  /// Makes `$1` the primary of the course `$2`, which has none.
  let promote: [Statement]

  init(
    _ fields: InstructorFields, insert: String, insertMany: String? = nil, claimCourses: String? = nil,
    insertCourses: String? = nil,
    update: String, assign: [String], unassign: [String], lockPrimaries: String, currentPrimary: String,
    promote: [String]
  ) {
    self.insert = Statement(insert)
    self.insertMany = insertMany.map(Statement.init)
    self.claimCourses = claimCourses.map(Statement.init)
    self.insertCourses = insertCourses.map(Statement.init)
    self.update = Statement(update)
    delete = Statement(
      """
      DELETE FROM \(fields.table) i
        WHERE i.id = $1::bigint AND ($2::bigint IS NULL OR \(fields.version) = $2::bigint)
      """)
    self.assign = assign.map(Statement.init)
    self.unassign = unassign.map(Statement.init)
    self.lockPrimaries = Statement(lockPrimaries)
    self.currentPrimary = Statement(currentPrimary)
    self.promote = promote.map(Statement.init)
  }

  static func bindInsert(_ new: NewInstructor, _ id: Int64, _ parameters: ParameterBuffer) {
    parameters.append(id)
    parameters.append(new.firstName)
    parameters.append(new.middleInitial)
    parameters.append(new.lastName)
    parameters.append(new.academicTitle)
    parameters.append(new.title)
    parameters.append(new.organization)
    parameters.append(new.learners)
    parameters.append(smallint: new.averageRating?.tenths)
    parameters.append(new.ratingCount)
    parameters.append(nullIfEmpty: new.courseIDs(.primary))
    parameters.append(nullIfEmpty: new.courseIDs(.assistant))
  }

  /// Those of ``bindInsert(_:_:_:)``, each an array with a value for each instructor. An array of arrays would need all to be of
  /// one length, so courses come as texts.
  static func bindInsertMany(_ items: [(new: NewInstructor, id: Int64)], _ parameters: ParameterBuffer) {
    parameters.append(items.map(\.id))
    parameters.append(items.map(\.new.firstName) as [String?])
    parameters.append(items.map(\.new.middleInitial))
    parameters.append(items.map(\.new.lastName) as [String?])
    parameters.append(items.map(\.new.academicTitle))
    parameters.append(items.map(\.new.title))
    parameters.append(items.map(\.new.organization))
    parameters.append(items.map(\.new.learners))
    parameters.append(smallints: items.map(\.new.averageRating?.tenths))
    parameters.append(items.map(\.new.ratingCount))
    for role in [CourseRole.primary, .assistant] {
      parameters.append(items.map { arrayText($0.new.courseIDs(role)) })
    }
  }

  private static func arrayText(_ courses: [Int64]) -> String? {
    courses.isEmpty ? nil : "{" + courses.map { "\($0)" }.joined(separator: ",") + "}"
  }

  /// The parameters of ``insertCourses``, in the order of the courses: two units that insert several then never wait for
  /// each other.
  static func bindCourses(
    _ courses: [(instructor: Int64, assignment: CourseAssignment)], _ parameters: ParameterBuffer
  ) {
    let courses = courses.sorted { $0.assignment.courseID < $1.assignment.courseID }
    parameters.append(courses.map(\.assignment.courseID.rawValue))
    parameters.append(courses.map(\.instructor))
    parameters.append(courses.map { $0.assignment.role == .primary })
  }

  static func bindUpdate(
    _ id: InstructorID, _ patch: InstructorPatch, _ version: Int64?, _ parameters: ParameterBuffer
  ) {
    parameters.append(id.rawValue)
    parameters.append(version)
    parameters.append(patch.firstName)
    parameters.append(patch.lastName)
    parameters.append(patch.learners)
    parameters.append(patch.ratingCount)
    for text in [patch.middleInitial, patch.academicTitle, patch.title, patch.organization] {
      parameters.append(text.isChange)
      parameters.append(text.applied(to: nil))
    }
    parameters.append(patch.averageRating.isChange)
    parameters.append(smallint: patch.averageRating.applied(to: nil)?.tenths)
  }
}

extension FieldPatch {
  var isChange: Bool {
    if case .keep = self { return false }
    return true
  }
}
