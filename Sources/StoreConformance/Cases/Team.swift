import InstructorStore

extension StoreConformance {
  static let teamCases: [ConformanceCase] = [
    ConformanceCase("instructors.team/empty", "A course nobody teaches has an empty team and no primary.") {
      context in
      let course = context.freshCourse()
      try expectEqual(
        try await context.instructors.team(of: course),
        CourseTeam(courseID: course, primary: nil, assistants: []),
        "the team")
      try expectEqual(try await context.instructors.primary(of: course), nil, "the primary")
    },
    ConformanceCase(
      "instructors.team/order",
      "The primary first, then the assistants ascending by id, complete with all their courses."
    ) { context in
      let (course, other) = (context.freshCourse(), context.freshCourse())
      let ids = context.freshIDs(6)
      var created: [InstructorID: Instructor] = [:]
      for index in [3, 5, 0, 2, 4, 1] {
        var courses: [CourseAssignment] = [index == 4 ? .primary(course) : .assistant(course)]
        courses.append(index == 1 ? .primary(other) : .assistant(other))
        created[ids[index]] = try await context.instructors.create(
          Samples.complete(id: ids[index], courses: courses))
      }
      let team = try await context.instructors.team(of: course)
      try expectEqual(team.courseID, course, "the course")
      try expectEqual(team.primary, created[ids[4]], "the primary")
      try expectEqual(
        team.assistants, [0, 1, 2, 3, 5].compactMap { created[ids[$0]] }, "the assistants")
      try expectEqual(try await context.instructors.primary(of: course), created[ids[4]], "the primary alone")
    },
    ConformanceCase("instructors.team/no-primary", "A course may have assistants and no primary.") {
      context in
      let course = context.freshCourse()
      let first = try await context.instructors.create(context.newInstructor(courses: [.assistant(course)]))
      let team = try await context.instructors.team(of: course)
      try expectEqual(team, CourseTeam(courseID: course, primary: nil, assistants: [first]), "the team")
      try expectEqual(try await context.instructors.primary(of: course), nil, "the primary")
    },
    ConformanceCase(
      "instructors.team/most-members",
      "A team of 1,000 is read whole; one more is resourceExhausted, never cut short."
    ) { context in
      let course = context.freshCourse()
      let primary = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      let assistants = try await context.instructors.createMany(
        (0..<999).map { _ in context.newInstructor(courses: [.assistant(course)]) })
      let team = try await context.instructors.team(of: course)
      try expectEqual(team.primary, primary, "the primary")
      try expectEqual(
        team.assistants.map(\.id), assistants.map(\.id).sorted(), "the assistants' ids")
      let extra = try await context.instructors.create(context.newInstructor(courses: [.assistant(course)]))
      try await expectError(.resourceExhausted) { try await context.instructors.team(of: course) }
      try expectEqual(
        try await context.instructors.primary(of: course), primary, "the primary of the large team")
      _ = try await context.instructors.unassign(course, from: extra.id)
      try expectEqual(try await context.instructors.team(of: course), team, "the team, small enough again")
    },
    ConformanceCase(
      "instructors.team/most-assistants", "1,001 assistants without a primary are too many as well."
    ) {
      context in
      let course = context.freshCourse()
      let assistant = context.newInstructor(courses: [.assistant(course)])
      _ = try await context.instructors.createMany(Array(repeating: assistant, count: 1_000))
      try expectEqual(
        try await context.instructors.team(of: course).assistants.count, 1_000, "the number of assistants")
      _ = try await context.instructors.createMany([assistant])
      try await expectError(.resourceExhausted) { try await context.instructors.team(of: course) }
    },
    ConformanceCase(
      "instructors.team/one-consistent-read",
      "While two instructors take turns as a course's primary, every team read shows exactly one of them."
    ) { context in
      let course = context.freshCourse()
      let first = try await context.instructors.create(context.newInstructor(courses: [.primary(course)])).id
      let second = try await context.instructors.create(context.newInstructor()).id
      let assistant = try await context.instructors.create(
        context.newInstructor(courses: [.assistant(course)]))
      try await whileReading {
        for _ in 0..<60 {
          let before = try await context.instructors.replacePrimary(of: course, with: second)
          try expectEqual(before, first, "the former primary")
          try await context.instructors.replacePrimary(of: course, with: first)
        }
      } read: {
        let team = try await context.secondHandle.instructors.team(of: course)
        let primary = team.primary
        try expect(primary?.id == first || primary?.id == second, "one of the two as primary, got \(team)")
        try expectEqual(primary?.courses, [.primary(course)], "the primary's own courses")
        try expectEqual(team.assistants, [assistant], "the assistants")
        let alone = try await context.secondHandle.instructors.primary(of: course)
        try expect(alone?.id == first || alone?.id == second, "one of the two as primary alone")
      }
    },
    ConformanceCase(
      "instructors.team/consistent-over-many-courses",
      "The same with an instructor on 500 courses: a read is one moment, however large the documents are."
    ) { context in
      let courses = context.freshCourses(499)
      let course = context.freshCourse()
      var ids: [InstructorID] = []
      for half in [courses[..<250], courses[250...]] {
        ids.append(
          try await context.instructors.create(
            context.newInstructor(courses: half.map { .primary($0) })
          ).id)
      }
      try await context.instructors.replacePrimary(of: course, with: ids[0])
      let (first, second) = (ids[0], ids[1])
      try await whileReading {
        for _ in 0..<20 {
          try await context.instructors.replacePrimary(of: course, with: second)
          try await context.instructors.replacePrimary(of: course, with: first)
        }
      } read: {
        let team = try await context.secondHandle.instructors.team(of: course)
        let primary = team.primary
        try expect(primary != nil && team.assistants.isEmpty, "one primary and no assistant")
        let owner = primary?.courses.contains(.primary(course)) ?? false
        try expect(owner, "a primary that has the course among its own")
      }
    },
  ]
}
