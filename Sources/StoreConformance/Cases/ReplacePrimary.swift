import InstructorStore

extension StoreConformance {
  static let replacePrimaryCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.replacePrimary/none-before", "A course without a primary gets one; nil is returned."
    ) {
      context in
      let course = context.freshCourse()
      var expected = try await context.instructors.create(Samples.complete())
      let former = try await context.instructors.replacePrimary(of: course, with: expected.id)
      try expectEqual(former, nil, "the former primary")
      expected.version = 2
      expected.courses = [.primary(course)]
      try await context.store.expectStored(expected)
      try expectEqual(try await context.instructors.primary(of: course), expected, "the primary")
    },
    ConformanceCase(
      "instructors.replacePrimary/another-before",
      "The former primary is returned and leaves the course; both are one version further."
    ) { context in
      let courses = context.freshCourses(3)
      var first = try await context.instructors.create(
        Samples.complete(courses: [.assistant(courses[0]), .primary(courses[1]), .primary(courses[2])]))
      var second = try await context.instructors.create(Samples.complete(courses: [.assistant(courses[2])]))
      let assistant = try await context.instructors.create(
        context.newInstructor(courses: [.assistant(courses[1])]))
      let former = try await context.instructors.replacePrimary(of: courses[1], with: second.id)
      try expectEqual(former, first.id, "the former primary")
      first.version = 2
      first.courses.remove(at: 1)
      second.version = 2
      second.courses.insert(.primary(courses[1]), at: 0)
      try await context.store.expectStored(first)
      try await context.store.expectStored(second)
      try expectEqual(
        try await context.instructors.team(of: courses[1]),
        CourseTeam(courseID: courses[1], primary: second, assistants: [assistant]), "the team")
    },
    ConformanceCase("instructors.replacePrimary/same", "The primary itself is returned, and nothing changes.")
    {
      context in
      let course = context.freshCourse()
      let created = try await context.instructors.create(Samples.complete(courses: [.primary(course)]))
      try expectEqual(
        try await context.instructors.replacePrimary(of: course, with: created.id), created.id,
        "the former primary")
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.replacePrimary/assistant", "An assistant of the course is promoted, one version further."
    ) {
      context in
      let course = context.freshCourse()
      var first = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      var second = try await context.instructors.create(context.newInstructor(courses: [.assistant(course)]))
      try expectEqual(
        try await context.instructors.replacePrimary(of: course, with: second.id), first.id,
        "the former primary")
      first.version = 2
      first.courses = []
      second.version = 2
      second.courses = [.primary(course)]
      try await context.store.expectStored(first)
      try expectEqual(
        try await context.instructors.team(of: course),
        CourseTeam(courseID: course, primary: second, assistants: []), "the team")
    },
    ConformanceCase(
      "instructors.replacePrimary/assistant-none-before", "So is one of a course that had no primary."
    ) { context in
      let course = context.freshCourse()
      var first = try await context.instructors.create(context.newInstructor(courses: [.assistant(course)]))
      try expectEqual(
        try await context.instructors.replacePrimary(of: course, with: first.id), nil, "the former primary")
      first.version = 2
      first.courses = [.primary(course)]
      try expectEqual(
        try await context.instructors.team(of: course),
        CourseTeam(courseID: course, primary: first, assistants: []),
        "the team")
    },
    ConformanceCase(
      "instructors.replacePrimary/unknown-instructor",
      "An unknown instructor is a referenceViolation, and the primary stays."
    ) { context in
      let (course, empty) = (context.freshCourse(), context.freshCourse())
      let created = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      for course in [course, empty] {
        try await expectError(.referenceViolation, constraint: .instructorReference) {
          try await context.instructors.replacePrimary(of: course, with: context.freshID())
        }
      }
      try await context.store.expectStored(created)
      try expectEqual(try await context.instructors.primary(of: course), created, "the primary")
      try expectEqual(try await context.instructors.primary(of: empty), nil, "the other course's primary")
    },
    ConformanceCase(
      "instructors.replacePrimary/most-courses",
      "An instructor with 500 courses takes no further one (resourceExhausted), but may be promoted on one of them."
    ) { context in
      let courses = context.freshCourses(501)
      let full = try await context.instructors.create(
        context.newInstructor(courses: courses[..<500].map { .assistant($0) }))
      let former = try await context.instructors.create(
        context.newInstructor(courses: [.primary(courses[0]), .primary(courses[500])]))
      try await expectError(.resourceExhausted) {
        try await context.instructors.replacePrimary(of: courses[500], with: full.id)
      }
      try await context.store.expectStored(full)
      try await context.store.expectStored(former)
      try expectEqual(
        try await context.instructors.replacePrimary(of: courses[0], with: full.id), former.id,
        "the former primary")
      try expectEqual(
        try await context.instructors.get(full.id).courses.first, .primary(courses[0]),
        "the promoted assignment")
      try expectEqual(
        try await context.instructors.replacePrimary(of: courses[0], with: full.id), full.id, "once more")
    },
    ConformanceCase(
      "instructors.replacePrimary/former-may-return", "The former primary may join again as an assistant."
    ) { context in
      let course = context.freshCourse()
      let first = try await context.instructors.create(context.newInstructor(courses: [.primary(course)])).id
      let second = try await context.instructors.create(context.newInstructor()).id
      try await context.instructors.replacePrimary(of: course, with: second)
      let returned = try await context.instructors.assign(.assistant(course), to: first)
      try expectEqual(returned.version, 3, "the version")
      let team = try await context.instructors.team(of: course)
      try expectEqual(team.primary?.id, second, "the primary")
      try expectEqual(team.assistants, [returned], "the assistants")
    },
    ConformanceCase(
      "instructors.replacePrimary/storm",
      "Eight tasks replace one course's primary over and over: each call's answer is the one before it, and none fails."
    ) { context in
      let course = context.freshCourse()
      let ids = try await context.instructors.createMany((0..<8).map { _ in context.newInstructor() }).map(
        \.id)
      let swaps = try await concurrently(8) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        var former: [InstructorID?] = []
        for _ in 0..<20 {
          former.append(try await store.instructors.replacePrimary(of: course, with: ids[task]))
        }
        return former
      }
      // A call that finds its instructor in place changes nothing. Of the others each arrival but the last is followed
      // by a departure, and one found the course empty: counts and versions must match.
      var versions = Dictionary(uniqueKeysWithValues: ids.map { ($0, Int64(1)) })
      var foundNone = 0
      for (task, formers) in swaps.enumerated() {
        for former in formers where former != ids[task] {
          versions[ids[task], default: 0] += 1
          if let former { versions[former, default: 0] += 1 } else { foundNone += 1 }
        }
      }
      try expectEqual(foundNone, 1, "how many calls found no primary")
      let stored = try await context.instructors.get(ids).compactMap { $0 }
      for instructor in stored {
        try expectEqual(instructor.version, versions[instructor.id], "the version of \(instructor.id)")
      }
      try expectEqual(stored.filter { !$0.courses.isEmpty }.count, 1, "how many are the primary at the end")
    },
    ConformanceCase(
      "instructors.replacePrimary/crossing",
      "Two courses whose primaries are swapped crosswise at once never deadlock."
    ) { context in
      let courses = context.freshCourses(2)
      let ids = try await context.instructors.createMany((0..<2).map { _ in context.newInstructor() }).map(
        \.id)
      _ = try await concurrently(4) { task in
        for round in 0..<25 {
          let course = courses[(task + round) % 2]
          try await context.instructors.replacePrimary(of: course, with: ids[(task / 2 + round) % 2])
        }
      }
      for course in courses {
        let team = try await context.instructors.team(of: course)
        try expect(team.primary != nil && team.assistants.isEmpty, "exactly one primary, got \(team)")
      }
    },
  ]
}
