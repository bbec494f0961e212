import InstructorStore

extension StoreConformance {
  static let createRetryCases: [ConformanceCase] = [
    ConformanceCase("instructors.create-retry/needs-an-id", "isRetry without an id is an invalid argument.") {
      context in
      try await expectError(.invalidArgument) {
        try await context.instructors.create(context.newInstructor(), isRetry: true)
      }
    },
    ConformanceCase(
      "instructors.create-retry/not-applied", "A retry of a create that was not applied creates."
    ) { context in
      let new = Samples.complete(id: context.freshID(), courses: [.primary(context.freshCourse())])
      let created = try await context.instructors.create(new, isRetry: true)
      try expectEqual(created.version, 1, "the version")
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.create-retry/applied", "A retry of a create that was applied returns it and leaves one."
    ) { context in
      let courses = context.freshCourses(3)
      let organization = context.freshName()
      var new = Samples.complete(
        id: context.freshID(),
        courses: [.primary(courses[0]), .assistant(courses[1]), .primary(courses[2])])
      new.organization = organization
      let created = try await context.instructors.create(new)
      try expectEqual(try await context.instructors.create(new, isRetry: true), created, "the retry")
      new.courses.reverse()
      try expectEqual(
        try await context.instructors.create(new, isRetry: true), created, "with the courses in another order"
      )
      let count = try await context.instructors.count(InstructorFilter(organization: organization), upTo: 10)
      try expectEqual(count, 1, "how many there are")
    },
    ConformanceCase(
      "instructors.create-retry/other-content", "A retry that differs in any field is a conflict on the id."
    ) { context in
      let courses = context.freshCourses(2)
      let new = Samples.complete(id: context.freshID(), courses: [.primary(courses[0])])
      let created = try await context.instructors.create(new)
      let changes: [(String, (inout NewInstructor) -> Void)] = [
        ("firstName", { $0.firstName += "x" }), ("middleInitial", { $0.middleInitial = nil }),
        ("lastName", { $0.lastName += " " }), ("academicTitle", { $0.academicTitle = "ph.d." }),
        ("title", { $0.title = nil }), ("organization", { $0.organization = nil }),
        ("learners", { $0.learners += 1 }), ("averageRating", { $0.averageRating = nil }),
        ("ratingCount", { $0.ratingCount -= 1 }), ("no course", { $0.courses = [] }),
        ("another role", { $0.courses = [.assistant(courses[0])] }),
        ("one more course", { $0.courses.append(.assistant(courses[1])) }),
      ]
      for (what, change) in changes {
        var other = new
        change(&other)
        try await expectError(.conflict, constraint: .instructorID, of: what) { [other] in
          try await context.instructors.create(other, isRetry: true)
        }
      }
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.create-retry/other-normal-form",
      "Content is compared by bytes: NFC and NFD of one text are different content."
    ) { context in
      let id = context.freshID()
      _ = try await context.instructors.create(context.newInstructor(id: id, firstName: Samples.composed))
      try await expectError(.conflict, constraint: .instructorID) {
        try await context.instructors.create(
          context.newInstructor(id: id, firstName: Samples.decomposed), isRetry: true)
      }
    },
    ConformanceCase(
      "instructors.create-retry/changed-since",
      "An instructor that changed since, even back to the same content, is a conflict on the id."
    ) { context in
      let new = context.newInstructor(id: context.freshID())
      let created = try await context.instructors.create(new)
      _ = try await context.instructors.update(created.id, InstructorPatch(firstName: new.firstName))
      try await expectError(.conflict, constraint: .instructorID) {
        try await context.instructors.create(new, isRetry: true)
      }
      try expectEqual(try await context.instructors.get(created.id).version, 2, "the version")
    },
    ConformanceCase(
      "instructors.create-retry/primary-taken",
      "A retry of a create that was not applied fails as the first attempt would have."
    ) { context in
      let course = context.freshCourse()
      _ = try await context.instructors.create(context.newInstructor(courses: [.primary(course)]))
      let id = context.freshID()
      try await expectError(.conflict, constraint: .primaryOfCourse) {
        try await context.instructors.create(
          context.newInstructor(id: id, courses: [.primary(course)]), isRetry: true)
      }
      try await context.store.expectAbsent(id)
    },
    ConformanceCase(
      "instructors.create-retry/racing",
      "16 retries of one create at once all succeed and leave one instructor."
    ) { context in
      let new = Samples.complete(id: context.freshID(), courses: [.primary(context.freshCourse())])
      let answers = try await concurrently(16) { index in
        let instructors = index % 2 == 0 ? context.instructors : context.secondHandle.instructors
        return try await instructors.create(new, isRetry: true)
      }
      for answer in answers { try expectEqual(answer, answers[0], "an answer") }
      try await context.store.expectStored(answers[0])
    },
  ]
}
