import InstructorStore

extension StoreConformance {
  static let assignCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.assign/either-role", "An assignment is stored in order of the course, one version further."
    ) { context in
      let courses = context.freshCourses(3)
      var expected = try await context.instructors.create(Samples.complete(courses: [.assistant(courses[1])]))
      for assignment in [CourseAssignment.primary(courses[2]), .assistant(courses[0])] {
        let assigned = try await context.instructors.assign(assignment, to: expected.id)
        expected.courses.append(assignment)
        expected.courses.sort { $0.courseID < $1.courseID }
        expected.version += 1
        try expectEqual(assigned, expected, "as returned")
        try await context.store.expectStored(expected)
      }
      try expectEqual(try await context.instructors.primary(of: courses[2]), expected, "the primary")
      try expectEqual(
        try await context.instructors.team(of: courses[0]).assistants, [expected], "the assistants")
    },
    ConformanceCase(
      "instructors.assign/on-it-already", "On the course already, in either role, is a conflict."
    ) {
      context in
      let courses = context.freshCourses(2)
      let created = try await context.instructors.create(
        context.newInstructor(courses: [.primary(courses[0]), .assistant(courses[1])]))
      for course in courses {
        for role in CourseRole.allCases {
          try await expectError(.conflict, constraint: .courseAssignment, of: "as \(role)") {
            try await context.instructors.assign(
              CourseAssignment(courseID: course, role: role), to: created.id)
          }
        }
      }
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.assign/second-primary", "A course's second primary is a conflict; nothing changes."
    ) {
      context in
      let course = context.freshCourse()
      let first = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      let second = try await context.instructors.create(context.newInstructor())
      try await expectError(.conflict, constraint: .primaryOfCourse) {
        try await context.instructors.assign(.primary(course), to: second.id)
      }
      try await context.store.expectStored(second)
      try expectEqual(try await context.instructors.primary(of: course), first, "the primary")
    },
    ConformanceCase("instructors.assign/absent", "An absent instructor is notFound, with the id.") {
      context in
      let (absent, course) = (context.freshID(), context.freshCourse())
      for role in CourseRole.allCases {
        let error = try await expectError(.notFound) {
          try await context.instructors.assign(CourseAssignment(courseID: course, role: role), to: absent)
        }
        try expectEqual(error.entityID, absent.rawValue, "the error's entityID")
      }
      try expectEqual(
        try await context.instructors.team(of: course),
        CourseTeam(courseID: course, primary: nil, assistants: []),
        "the team")
    },
    ConformanceCase(
      "instructors.assign/most-courses", "The 500th course is accepted, the 501st resourceExhausted."
    ) {
      context in
      let courses = context.freshCourses(502)
      let created = try await context.instructors.create(
        context.newInstructor(courses: courses[..<499].map { .assistant($0) }))
      let full = try await context.instructors.assign(.primary(courses[499]), to: created.id)
      try expectEqual(full.courses.count, 500, "the number of courses")
      for assignment in [CourseAssignment.assistant(courses[500]), .primary(courses[501])] {
        try await expectError(.resourceExhausted) {
          try await context.instructors.assign(assignment, to: created.id)
        }
      }
      try await context.store.expectStored(full)
      _ = try await context.instructors.unassign(courses[0], from: created.id)
      _ = try await context.instructors.assign(.assistant(courses[500]), to: created.id)
    },
    ConformanceCase(
      "instructors.assign/errors-in-order",
      "Not found, version, assignment, too many courses, primary: the first of these is reported."
    ) { context in
      let courses = context.freshCourses(501)
      let course = courses[500]
      _ = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      let full = try await context.instructors.create(
        context.newInstructor(courses: courses[..<500].map { .assistant($0) }))
      try await expectError(.invalidArgument, of: "a version of 0 for an absent id") {
        try await context.instructors.assign(.primary(course), to: context.freshID(), ifVersion: 0)
      }
      try await expectError(.notFound, of: "an absent id") {
        try await context.instructors.assign(.primary(course), to: context.freshID(), ifVersion: 9)
      }
      try await expectError(.conflict, constraint: .version, of: "another version, on it already") {
        try await context.instructors.assign(.primary(courses[0]), to: full.id, ifVersion: 9)
      }
      try await expectError(.conflict, constraint: .courseAssignment, of: "on it already, with 500 courses") {
        try await context.instructors.assign(.primary(courses[0]), to: full.id, ifVersion: 1)
      }
      try await expectError(.resourceExhausted, of: "500 courses, and the primary taken") {
        try await context.instructors.assign(.primary(course), to: full.id, ifVersion: 1)
      }
      let other = try await context.instructors.create(context.newInstructor(courses: [.assistant(course)]))
      try await expectError(
        .conflict, constraint: .courseAssignment, of: "on it already, and the primary taken"
      ) {
        try await context.instructors.assign(.primary(course), to: other.id)
      }
    },
    ConformanceCase(
      "instructors.unassign/either-role", "The instructor leaves the course, one version further."
    ) {
      context in
      let courses = context.freshCourses(3)
      let all: [CourseAssignment] = [.assistant(courses[0]), .primary(courses[1]), .primary(courses[2])]
      let created = try await context.instructors.create(Samples.complete(courses: all))
      var expected = created
      for index in [1, 0, 2] {
        let left = try await context.instructors.unassign(courses[index], from: created.id)
        expected.version += 1
        expected.courses.removeAll { $0.courseID == courses[index] }
        try expectEqual(left, expected, "as returned")
        try await context.store.expectStored(expected)
        try expectEqual(
          try await context.instructors.team(of: courses[index]),
          CourseTeam(courseID: courses[index], primary: nil, assistants: []), "the team left")
      }
      // Two instructors whose last courses were taken away must not collide in an index on an empty list.
      let other = try await context.instructors.create(context.newInstructor(courses: [.primary(courses[1])]))
      let emptied = try await context.instructors.unassign(courses[1], from: other.id)
      try expectEqual(emptied.courses, [], "the courses of a second instructor without any")
    },
    ConformanceCase(
      "instructors.unassign/absent",
      "An absent instructor, or one who is not on the course, is notFound with the instructor's id."
    ) { context in
      let (course, other) = (context.freshCourse(), context.freshCourse())
      let created = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      for (id, course) in [(context.freshID(), course), (created.id, other)] {
        for version in [nil, 1, 9] as [Int64?] {
          let error = try await expectError(.notFound) {
            try await context.instructors.unassign(course, from: id, ifVersion: version)
          }
          try expectEqual(error.entityID, id.rawValue, "the error's entityID")
        }
      }
      try await context.store.expectStored(created)
    },
    ConformanceCase("instructors.assign/again", "A course can be left and taken again, in another role.") {
      context in
      let course = context.freshCourse()
      let id = try await context.instructors.create(context.newInstructor(courses: [.primary(course)])).id
      for (round, role) in [CourseRole.assistant, .primary, .primary, .assistant].enumerated() {
        _ = try await context.instructors.unassign(course, from: id)
        let assigned = try await context.instructors.assign(
          CourseAssignment(courseID: course, role: role), to: id)
        try expectEqual(assigned.courses, [CourseAssignment(courseID: course, role: role)], "the courses")
        try expectEqual(assigned.version, Int64(3 + 2 * round), "the version")
      }
    },
  ]
}
