import InstructorStore

extension StoreConformance {
  static let createCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.create/every-field", "Every field is stored and returned as given, at version 1."
    ) { context in
      let courses = context.freshCourses(2)
      let new = Samples.complete(
        id: context.freshID(), courses: [.primary(courses[0]), .assistant(courses[1])])
      let created = try await context.instructors.create(new)
      try expectEqual(created, Instructor(new, id: created.id), "as returned")
      try expectEqual(created.id, new.id, "the id")
      try expectEqual(created.version, 1, "the version")
      try await context.store.expectStored(created)
    },
    ConformanceCase("instructors.create/absent-fields", "Fields that are absent stay absent.") { context in
      let created = try await context.instructors.create(NewInstructor(firstName: "Ada", lastName: "L"))
      let stored = try await context.instructors.get(created.id)
      try expectEqual(stored, created, "as stored")
      try expect(
        stored.middleInitial == nil && stored.academicTitle == nil && stored.title == nil
          && stored.organization == nil && stored.averageRating == nil, "absent fields, got \(stored)")
      try expectEqual(stored.learners, 0, "learners")
      try expectEqual(stored.courses, [], "courses")
    },
    ConformanceCase(
      "instructors.create/explicit-id-taken", "A taken id is a conflict and changes nothing."
    ) { context in
      let first = try await context.instructors.create(Samples.complete(id: context.freshID()))
      try await expectError(.conflict, constraint: .instructorID) {
        try await context.instructors.create(context.newInstructor(id: first.id))
      }
      try await expectError(.conflict, constraint: .instructorID, of: "the same content without isRetry") {
        try await context.instructors.create(Samples.complete(id: first.id))
      }
      try await context.store.expectStored(first)
    },
    ConformanceCase(
      "instructors.create/courses-ascending",
      "Courses come back ascending by id, in whatever order they were given."
    ) { context in
      let courses = context.freshCourses(5)
      let given = [4, 0, 3, 1, 2].map { index in
        CourseAssignment(courseID: courses[index], role: index % 2 == 0 ? .primary : .assistant)
      }
      let created = try await context.instructors.create(context.newInstructor(courses: given))
      try expectEqual(created.courses.map(\.courseID), courses, "the courses returned")
      try expectEqual(
        created.courses.map(\.role), [.primary, .assistant, .primary, .assistant, .primary], "roles")
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.create/course-twice",
      "A course named twice, in one role or in two, is an invalid argument."
    ) { context in
      let id = context.freshID()
      let courses = context.freshCourses(20)
      let shapes: [[CourseAssignment]] = [
        [.assistant(courses[0]), .assistant(courses[0])],
        [.primary(courses[0]), .primary(courses[0])],
        [.primary(courses[0]), .assistant(courses[1]), .assistant(courses[0])],
        courses.map { .assistant($0) } + [.primary(courses[0])],
      ]
      for shape in shapes {
        try await expectError(.invalidArgument) {
          try await context.instructors.create(context.newInstructor(id: id, courses: shape))
        }
      }
      try await context.store.expectAbsent(id)
    },
    ConformanceCase(
      "instructors.create/second-primary",
      "A course's second primary is a conflict, and nothing of the create is stored."
    ) { context in
      let courses = context.freshCourses(3)
      let first = try await context.instructors.create(context.newInstructor(courses: [.primary(courses[1])]))
      let id = context.freshID()
      try await expectError(.conflict, constraint: .primaryOfCourse) {
        try await context.instructors.create(
          context.newInstructor(
            id: id, courses: [.assistant(courses[0]), .primary(courses[1]), .primary(courses[2])]))
      }
      try await context.store.expectAbsent(id)
      for course in [courses[0], courses[2]] {
        let team = try await context.instructors.team(of: course)
        try expectEqual(
          team, CourseTeam(courseID: course, primary: nil, assistants: []), "another course's team")
      }
      try expectEqual(try await context.instructors.primary(of: courses[1]), first, "the primary")
    },
    ConformanceCase(
      "instructors.create/primary-of-several", "One instructor may be the primary of many courses."
    ) { context in
      let courses = context.freshCourses(30)
      let created = try await context.instructors.create(
        context.newInstructor(courses: courses.map { .primary($0) }))
      for course in courses {
        try expectEqual(try await context.instructors.primary(of: course)?.id, created.id, "the primary")
      }
    },
    ConformanceCase(
      "instructors.create/errors-in-order",
      "Invalid argument comes before a conflict on the id, and that before a conflict on the primary."
    ) { context in
      let course = context.freshCourse()
      let taken = try await context.instructors.create(
        context.newInstructor(id: context.freshID(), courses: [.primary(course)]))
      try await expectError(.invalidArgument) {
        try await context.instructors.create(
          context.newInstructor(id: taken.id, firstName: "", courses: [.primary(course)]))
      }
      try await expectError(.conflict, constraint: .instructorID) {
        try await context.instructors.create(context.newInstructor(id: taken.id, courses: [.primary(course)]))
      }
      try await expectError(.conflict, constraint: .primaryOfCourse) {
        try await context.instructors.create(
          context.newInstructor(id: context.freshID(), courses: [.primary(course)]))
      }
    },
    ConformanceCase(
      "instructors.create/most-courses", "500 courses are accepted, 501 are an invalid argument."
    ) { context in
      let courses = context.freshCourses(501).map { CourseAssignment.assistant($0) }
      let id = context.freshID()
      try await expectError(.invalidArgument) {
        try await context.instructors.create(context.newInstructor(id: id, courses: courses))
      }
      try await context.store.expectAbsent(id)
      let created = try await context.instructors.create(
        context.newInstructor(id: id, courses: Array(courses.dropLast())))
      try expectEqual(created.courses.count, 500, "the number of courses")
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.create/after-delete", "A deleted instructor's id and courses are free again."
    ) { context in
      let course = context.freshCourse()
      let new = context.newInstructor(id: context.freshID(), courses: [.primary(course)])
      let first = try await context.instructors.create(new)
      _ = try await context.instructors.update(first.id, InstructorPatch(learners: 5))
      try await context.instructors.delete(first.id)
      let second = try await context.instructors.create(new)
      try expectEqual(second, first, "the second one, version included")
      try expectEqual(try await context.instructors.primary(of: course), second, "the primary")
    },
  ]
}
