import InstructorStore

extension StoreConformance {
  static let updateCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.update/set", "Setting each field changes that field alone, one version further."
    ) {
      context in
      for (name, patch) in everySet {
        var expected = try await context.instructors.create(Samples.complete())
        let updated = try await context.instructors.update(expected.id, patch)
        expected = patch.applied(to: expected)
        try expectEqual(updated, expected, "\(name), as returned")
        try expectEqual(updated.version, 2, "\(name), the version")
        try await context.store.expectStored(expected)
      }
    },
    ConformanceCase("instructors.update/set-absent", "Setting an absent optional field makes it present.") {
      context in
      for (name, patch) in everySet {
        let created = try await context.instructors.create(context.newInstructor())
        let updated = try await context.instructors.update(created.id, patch)
        try expectEqual(updated, patch.applied(to: created), "\(name), as returned")
        try await context.store.expectStored(updated)
      }
    },
    ConformanceCase("instructors.update/clear", "Clearing each optional field makes it absent, and only it.")
    {
      context in
      let clears: [(String, InstructorPatch)] = [
        ("middleInitial", InstructorPatch(middleInitial: .clear)),
        ("academicTitle", InstructorPatch(academicTitle: .clear)), ("title", InstructorPatch(title: .clear)),
        ("organization", InstructorPatch(organization: .clear)),
        ("averageRating", InstructorPatch(averageRating: .clear)),
      ]
      for (name, patch) in clears {
        let created = try await context.instructors.create(Samples.complete())
        let cleared = try await context.instructors.update(created.id, patch)
        try expectEqual(cleared, patch.applied(to: created), name)
        try await context.store.expectStored(cleared)
        let again = try await context.instructors.update(created.id, patch)
        try expectEqual(again.version, 3, "\(name), cleared again: the version")
      }
    },
    ConformanceCase("instructors.update/all-at-once", "One patch may set, clear and keep fields together.") {
      context in
      let created = try await context.instructors.create(
        Samples.complete(courses: [.primary(context.freshCourse())]))
      let patch = InstructorPatch(
        firstName: "F", middleInitial: .clear, lastName: "L", academicTitle: .set("A"), title: .clear,
        organization: .keep, learners: 0, averageRating: .set(AverageRating(tenths: 0)), ratingCount: 1)
      let updated = try await context.instructors.update(created.id, patch)
      try expectEqual(updated, patch.applied(to: created), "as returned")
      try expectEqual(updated.courses, created.courses, "the courses")
      try await context.store.expectStored(updated)
    },
    ConformanceCase("instructors.update/same-values", "Setting what is there already is a change of version.")
    {
      context in
      let created = try await context.instructors.create(Samples.complete())
      let updated = try await context.instructors.update(
        created.id, InstructorPatch(firstName: created.firstName, learners: created.learners))
      try expectEqual(updated.version, 2, "the version")
    },
    ConformanceCase(
      "instructors.update/empty",
      "An empty patch changes nothing, the version included, and still checks the call."
    ) { context in
      let created = try await context.instructors.create(Samples.complete())
      try expectEqual(
        try await context.instructors.update(created.id, InstructorPatch()), created, "as returned")
      try expectEqual(
        try await context.instructors.update(created.id, InstructorPatch(), ifVersion: 1), created,
        "with the right version")
      try await expectError(.conflict, constraint: .version, of: "another version") {
        try await context.instructors.update(created.id, InstructorPatch(), ifVersion: 2)
      }
      let absent = context.freshID()
      let error = try await expectError(.notFound, of: "an absent id") {
        try await context.instructors.update(absent, InstructorPatch())
      }
      try expectEqual(error.entityID, absent.rawValue, "the error's entityID")
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.update/absent", "An absent instructor is notFound, with the id, and stays absent."
    ) {
      context in
      let absent = context.freshID()
      for version in [nil, 1, 7] as [Int64?] {
        let error = try await expectError(.notFound) {
          try await context.instructors.update(absent, InstructorPatch(firstName: "A"), ifVersion: version)
        }
        try expectEqual(error.entityID, absent.rawValue, "the error's entityID")
      }
      try await context.store.expectAbsent(absent)
    },
    ConformanceCase(
      "instructors.update/invalid", "An invalid patch changes nothing and comes before notFound."
    ) {
      context in
      let created = try await context.instructors.create(Samples.complete())
      let patches: [InstructorPatch] = [
        InstructorPatch(firstName: "new", lastName: ""), InstructorPatch(firstName: "new", title: .set("")),
        InstructorPatch(firstName: "new", learners: -1),
        InstructorPatch(firstName: "new", averageRating: .set(AverageRating(tenths: 51))),
      ]
      for patch in patches {
        for id in [created.id, context.freshID()] {
          try await expectError(.invalidArgument) { try await context.instructors.update(id, patch) }
        }
      }
      try await context.store.expectStored(created)
    },
    ConformanceCase(
      "instructors.update/moves-in-the-list",
      "A changed name or organization moves the instructor in lists and counts."
    ) { context in
      let (old, new) = (context.freshName("old"), context.freshName("new"))
      let created = try await context.instructors.create(
        context.newInstructor(lastName: old, organization: old))
      let updated = try await context.instructors.update(
        created.id, InstructorPatch(lastName: new, organization: .set(new)))
      for filter in [InstructorFilter(organization: old), InstructorFilter(lastNamePrefix: old)] {
        try expectEqual(try await context.instructors.list(filter, limit: 5).items, [], "the old place")
        try expectEqual(try await context.instructors.count(filter, upTo: 5), 0, "the old count")
      }
      for filter in [InstructorFilter(organization: new), InstructorFilter(lastNamePrefix: new)] {
        try expectEqual(
          try await context.instructors.list(filter, limit: 5).items, [updated], "the new place")
        try expectEqual(try await context.instructors.count(filter, upTo: 5), 1, "the new count")
      }
      _ = try await context.instructors.update(created.id, InstructorPatch(organization: .clear))
      let count = try await context.instructors.count(InstructorFilter(organization: new), upTo: 5)
      try expectEqual(count, 0, "the count once it has no organization")
    },
  ]

  /// A patch per field that sets it to a new value.
  private static let everySet: [(String, InstructorPatch)] = [
    ("firstName", InstructorPatch(firstName: "Barbara")),
    ("middleInitial", InstructorPatch(middleInitial: .set("J."))),
    ("lastName", InstructorPatch(lastName: "Liskov")),
    ("academicTitle", InstructorPatch(academicTitle: .set("Institute Professor"))),
    ("title", InstructorPatch(title: .set("Head of the Programming Methodology Group"))),
    ("organization", InstructorPatch(organization: .set("MIT"))),
    ("learners", InstructorPatch(learners: 42)),
    ("averageRating", InstructorPatch(averageRating: .set(AverageRating(tenths: 50)))),
    ("ratingCount", InstructorPatch(ratingCount: 43)),
  ]
}
