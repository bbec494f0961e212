/// A stored instructor, shared by the indexes that lead to it. Touched only under the store's lock.
final class InMemoryRow {
  var instructor: Instructor
  init(_ instructor: Instructor) { self.instructor = instructor }
}

/// Who is on one course.
struct CourseMembers {
  var primary: InMemoryRow?
  /// Ascending by id.
  var assistants: [InMemoryRow] = []

  var isEmpty: Bool { primary == nil && assistants.isEmpty }
  var count: Int { assistants.count + (primary == nil ? 0 : 1) }

  mutating func add(_ row: InMemoryRow, as role: CourseRole) {
    switch role {
    case .primary: primary = row
    case .assistant: assistants.insert(row, at: position(of: row.instructor.id))
    }
  }

  mutating func remove(_ row: InMemoryRow) {
    if primary === row {
      primary = nil
      return
    }
    let position = position(of: row.instructor.id)
    if position < assistants.count, assistants[position] === row { assistants.remove(at: position) }
  }

  private func position(of id: InstructorID) -> Int {
    assistants.partitioningIndex { $0.instructor.id >= id }
  }
}

/// The instructors of one organization.
struct OrganizationMembers {
  var byName = OrderedRows<InMemoryRow>()
  /// The sum of their learners, kept along: a leaderboard would otherwise read everybody under the store's lock.
  var learners: Int64 = 0
}

/// The instructors and the three indexes on them: by id, by name (of all and of each organization), by course.
///
/// These are the primitives that keep the indexes together. They check nothing: the repository's methods
/// (``InMemoryInstructors``) have done so.
struct InMemoryTables {
  private(set) var rows: [InstructorID: InMemoryRow] = [:]
  private(set) var byName = OrderedRows<InMemoryRow>()
  private(set) var byOrganization: [TextKey: OrganizationMembers] = [:]
  private(set) var courses: [CourseID: CourseMembers] = [:]

  var isEmpty: Bool { rows.isEmpty }

  func hasPrimary(_ course: CourseID) -> Bool { courses[course]?.primary != nil }

  mutating func reserveCapacity(_ count: Int) { rows.reserveCapacity(count) }

  mutating func insert(_ instructor: Instructor) {
    let row = InMemoryRow(instructor)
    rows[instructor.id] = row
    enterNames(row)
    for assignment in instructor.courses {
      courses[assignment.courseID, default: CourseMembers()].add(row, as: assignment.role)
    }
  }

  mutating func remove(_ row: InMemoryRow) {
    rows[row.instructor.id] = nil
    leaveNames(row)
    for assignment in row.instructor.courses { leave(assignment.courseID, row) }
  }

  /// Replaces everything but the id and the courses.
  mutating func replace(_ row: InMemoryRow, with changed: Instructor) {
    let current = row.instructor
    let keepsPlace =
      Bytewise.equal(current.lastName, changed.lastName)
      && Bytewise.equal(current.firstName, changed.firstName)
      && Bytewise.equal(current.organization, changed.organization)
    if keepsPlace {
      row.instructor = changed
      if let organization = changed.organization {
        byOrganization[TextKey(organization)]?.learners += changed.learners - current.learners
      }
    } else {
      leaveNames(row)
      row.instructor = changed
      enterNames(row)
    }
  }

  /// Puts the instructor on a course it is not on, one version further.
  mutating func assign(_ assignment: CourseAssignment, to row: InMemoryRow) {
    courses[assignment.courseID, default: CourseMembers()].add(row, as: assignment.role)
    row.instructor.setRole(assignment.role, on: assignment.courseID)
    row.instructor.version += 1
  }

  /// Takes the instructor off a course it is on, one version further.
  mutating func unassign(_ course: CourseID, from row: InMemoryRow) {
    leave(course, row)
    row.instructor.setRole(nil, on: course)
    row.instructor.version += 1
  }

  /// Makes an assistant of the course its primary, one version further.
  mutating func promote(_ row: InMemoryRow, on course: CourseID) {
    courses[course]?.remove(row)
    courses[course, default: CourseMembers()].add(row, as: .primary)
    row.instructor.setRole(.primary, on: course)
    row.instructor.version += 1
  }

  private mutating func leave(_ course: CourseID, _ row: InMemoryRow) {
    courses[course]?.remove(row)
    if courses[course]?.isEmpty == true { courses[course] = nil }
  }

  private mutating func enterNames(_ row: InMemoryRow) {
    byName.insert(row)
    if let organization = row.instructor.organization {
      let key = TextKey(organization)
      byOrganization[key, default: OrganizationMembers()].byName.insert(row)
      byOrganization[key]?.learners += row.instructor.learners
    }
  }

  private mutating func leaveNames(_ row: InMemoryRow) {
    byName.remove(row)
    if let organization = row.instructor.organization {
      let key = TextKey(organization)
      byOrganization[key]?.byName.remove(row)
      byOrganization[key]?.learners -= row.instructor.learners
      if byOrganization[key]?.byName.count == 0 { byOrganization[key] = nil }
    }
  }
}

extension Instructor {
  func role(on course: CourseID) -> CourseRole? {
    let position = courses.partitioningIndex { $0.courseID >= course }
    guard position < courses.count, courses[position].courseID == course else { return nil }
    return courses[position].role
  }

  /// Sets, changes or removes one course, keeping the order.
  mutating func setRole(_ role: CourseRole?, on course: CourseID) {
    let position = courses.partitioningIndex { $0.courseID >= course }
    let isThere = position < courses.count && courses[position].courseID == course
    switch (role, isThere) {
    case (let role?, true): courses[position].role = role
    case (let role?, false): courses.insert(CourseAssignment(courseID: course, role: role), at: position)
    case (nil, true): courses.remove(at: position)
    case (nil, false): break
    }
  }
}
