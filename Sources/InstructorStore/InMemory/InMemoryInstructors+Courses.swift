extension InMemoryInstructors {
  func team(of course: CourseID) async throws(StoreError) -> CourseTeam {
    try store.perform("instructors.team") { (check) throws(StoreError) in
      try check.identifier(course, "courseID")
    } body: { (state, call) throws(StoreError) in
      let members = state.tables.courses[course] ?? CourseMembers()
      guard members.count <= Limits.teamMembers else {
        throw call.error(.resourceExhausted, "the team has more than \(Limits.teamMembers) members")
      }
      return CourseTeam(
        courseID: course, primary: members.primary?.instructor,
        assistants: members.assistants.map(\.instructor))
    }
  }

  func primary(of course: CourseID) async throws(StoreError) -> Instructor? {
    try store.perform("instructors.primary") { (check) throws(StoreError) in
      try check.identifier(course, "courseID")
    } body: { (state, _) throws(StoreError) in
      state.tables.courses[course]?.primary?.instructor
    }
  }

  func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try store.perform("instructors.assign") { (check) throws(StoreError) in
      try check.identifier(id)
      try check.identifier(assignment.courseID, "courseID")
      try check.version(ifVersion)
    } body: { (state, call) throws(StoreError) in
      let row = try state.row(id, ifVersion: ifVersion, call)
      guard row.instructor.role(on: assignment.courseID) == nil else {
        throw call.conflict(.courseAssignment, entityID: id.rawValue)
      }
      try row.instructor.requireRoomForACourse(call)
      if assignment.role == .primary, state.tables.hasPrimary(assignment.courseID) {
        throw call.conflict(.primaryOfCourse, entityID: id.rawValue)
      }
      state.tables.assign(assignment, to: row)
      return row.instructor
    }
  }

  func unassign(_ course: CourseID, from id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try store.perform("instructors.unassign") { (check) throws(StoreError) in
      try check.identifier(id)
      try check.identifier(course, "courseID")
      try check.version(ifVersion)
    } body: { (state, call) throws(StoreError) in
      // Both kinds of "not found" come before the version.
      guard try state.row(id, call).instructor.role(on: course) != nil else {
        throw call.error(.notFound, "the instructor is not on the course", entityID: id.rawValue)
      }
      let row = try state.row(id, ifVersion: ifVersion, call)
      state.tables.unassign(course, from: row)
      return row.instructor
    }
  }

  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID? {
    try store.perform("instructors.replacePrimary") { (check) throws(StoreError) in
      try check.identifier(course, "courseID")
      try check.identifier(id)
    } body: { (state, call) throws(StoreError) in
      guard let row = state.tables.rows[id] else {
        throw call.error(
          .referenceViolation, "the instructor does not exist", constraint: .instructorReference,
          entityID: id.rawValue)
      }
      let role = row.instructor.role(on: course)
      if role == .primary { return id }
      if role == nil { try row.instructor.requireRoomForACourse(call) }
      let former = state.tables.courses[course]?.primary
      if let former { state.tables.unassign(course, from: former) }
      if role == nil {
        state.tables.assign(.primary(course), to: row)
      } else {
        state.tables.promote(row, on: course)
      }
      return former?.instructor.id
    }
  }
}

extension Instructor {
  fileprivate func requireRoomForACourse(_ call: CallContext) throws(StoreError) {
    guard courses.count < Limits.coursesPerInstructor else {
      throw call.error(
        .resourceExhausted, "an instructor has at most \(Limits.coursesPerInstructor) courses",
        entityID: id.rawValue)
    }
  }
}
