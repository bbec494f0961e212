import InstructorStore

extension StoreConformance {
  static let createManyCases: [ConformanceCase] = [
    ConformanceCase(
      "instructors.createMany/in-order",
      "All items are stored and returned in the order given, ids drawn or explicit."
    ) { context in
      let courses = context.freshCourses(3)
      let ids = context.freshIDs(2)
      let items = [
        Samples.complete(id: ids[1], courses: [.primary(courses[0])]),
        Samples.complete(courses: [.assistant(courses[0]), .primary(courses[1])]),
        Samples.complete(id: ids[0], courses: [.primary(courses[2]), .assistant(courses[1])]),
        Samples.complete(),
      ]
      let created = try await context.instructors.createMany(items)
      try expectEqual(created.count, items.count, "how many were returned")
      for (item, instructor) in zip(items, created) {
        try expectEqual(instructor, Instructor(item, id: item.id ?? instructor.id), "an item as returned")
        try await context.store.expectStored(instructor)
      }
      try expectEqual(Set(created.map(\.id)).count, items.count, "how many different ids")
    },
    ConformanceCase("instructors.createMany/sizes", "1 to 1,000 items are accepted; 0 and 1,001 are invalid.")
    {
      context in
      let organization = context.freshName()
      let items = (0..<1_001).map { context.newInstructor(lastName: "L\($0)", organization: organization) }
      try await expectError(.invalidArgument, of: "0 items") { try await context.instructors.createMany([]) }
      try await expectError(.invalidArgument, of: "1,001 items") {
        try await context.instructors.createMany(items)
      }
      let filter = InstructorFilter(organization: organization)
      try expectEqual(
        try await context.instructors.count(filter, upTo: 2_000), 0, "how many of the refused are there")
      let created = try await context.instructors.createMany(Array(items.dropLast()))
      try expectEqual(created.map(\.lastName), items.dropLast().map(\.lastName), "the names")
      try expectEqual(try await context.instructors.count(filter, upTo: 2_000), 1_000, "how many there are")
      _ = try await context.instructors.createMany([items[1_000]])
      try expectEqual(try await context.instructors.count(filter, upTo: 2_000), 1_001, "and one more")
    },
    ConformanceCase(
      "instructors.createMany/invalid-item",
      "The first invalid item is named, before any conflict of an earlier item."
    ) { context in
      let taken = try await context.instructors.create(context.newInstructor(id: context.freshID()))
      let ids = context.freshIDs(3)
      try await expectError(.invalidArgument, index: 2) {
        try await context.instructors.createMany([
          context.newInstructor(id: ids[0]), context.newInstructor(id: taken.id),
          context.newInstructor(id: ids[1], lastName: ""), context.newInstructor(id: ids[2], firstName: ""),
        ])
      }
      for id in ids { try await context.store.expectAbsent(id) }
    },
    ConformanceCase(
      "instructors.createMany/taken-id", "The item with a taken id is named, and nothing is stored."
    ) { context in
      let taken = try await context.instructors.create(Samples.complete(id: context.freshID()))
      let ids = context.freshIDs(2)
      let courses = context.freshCourses(2)
      try await expectError(.conflict, constraint: .instructorID, index: 1) {
        try await context.instructors.createMany([
          context.newInstructor(id: ids[0], courses: [.primary(courses[0])]),
          context.newInstructor(id: taken.id, courses: [.primary(courses[1])]),
          context.newInstructor(id: ids[1]),
        ])
      }
      for id in ids { try await context.store.expectAbsent(id) }
      for course in courses {
        try expectEqual(
          try await context.instructors.primary(of: course), nil, "the primary of an unused course")
      }
      try await context.store.expectStored(taken)
    },
    ConformanceCase(
      "instructors.createMany/id-twice", "Two items that want one id: the later is the conflict."
    ) { context in
      let id = context.freshID()
      try await expectError(.conflict, constraint: .instructorID, index: 2) {
        try await context.instructors.createMany([
          context.newInstructor(id: id), context.newInstructor(), context.newInstructor(id: id),
        ])
      }
      try await context.store.expectAbsent(id)
    },
    ConformanceCase(
      "instructors.createMany/taken-primary",
      "The item whose course has a primary is named, and nothing is stored."
    ) { context in
      let courses = context.freshCourses(2)
      let first = try await context.instructors.create(context.newInstructor(courses: [.primary(courses[0])]))
      let ids = context.freshIDs(3)
      try await expectError(.conflict, constraint: .primaryOfCourse, index: 2) {
        try await context.instructors.createMany([
          context.newInstructor(id: ids[0], courses: [.primary(courses[1])]),
          context.newInstructor(id: ids[1], courses: [.assistant(courses[0])]),
          context.newInstructor(id: ids[2], courses: [.primary(courses[0])]),
        ])
      }
      for id in ids { try await context.store.expectAbsent(id) }
      let team = try await context.instructors.team(of: courses[0])
      try expectEqual(team, CourseTeam(courseID: courses[0], primary: first, assistants: []), "the team")
    },
    ConformanceCase(
      "instructors.createMany/primary-twice",
      "Two items that want one course's primary: the later is the conflict."
    ) { context in
      let course = context.freshCourse()
      try await expectError(.conflict, constraint: .primaryOfCourse, index: 3) {
        try await context.instructors.createMany([
          context.newInstructor(), context.newInstructor(courses: [.primary(course)]),
          context.newInstructor(courses: [.assistant(course)]),
          context.newInstructor(courses: [.primary(course)]),
        ])
      }
      try expectEqual(
        try await context.instructors.team(of: course),
        CourseTeam(courseID: course, primary: nil, assistants: []),
        "the team")
    },
    ConformanceCase(
      "instructors.createMany/first-failing-item",
      "Items take effect in order: the first that fails is named, whatever a later one would fail with."
    ) { context in
      let course = context.freshCourse()
      let first = try await context.instructors.create(
        context.newInstructor(id: context.freshID(), courses: [.primary(course)]))
      let wantsID = context.newInstructor(id: first.id)
      let wantsPrimary = context.newInstructor(courses: [.primary(course)])
      let wantsBoth = context.newInstructor(id: first.id, courses: [.primary(course)])
      try await expectError(.conflict, constraint: .primaryOfCourse, index: 1, of: "the primary first") {
        try await context.instructors.createMany([context.newInstructor(), wantsPrimary, wantsID])
      }
      try await expectError(.conflict, constraint: .instructorID, index: 1, of: "the id first") {
        try await context.instructors.createMany([context.newInstructor(), wantsID, wantsPrimary])
      }
      try await expectError(.conflict, constraint: .instructorID, index: 1, of: "both in one item") {
        try await context.instructors.createMany([context.newInstructor(), wantsBoth, wantsPrimary])
      }
    },
    ConformanceCase(
      "instructors.createMany/drawn-ids-avoid-explicit-ones",
      "A drawn id never takes an id that another item of the call names."
    ) { context in
      let place = try await context.makeStore()
      let last = try await place.store.reserveIDs(.instructor, count: 1).upperBound
      let items = (1...500).flatMap { offset in
        [context.newInstructor(), context.newInstructor(id: InstructorID(last + Int64(offset)))]
      }
      let created = try await place.instructors.createMany(items)
      try expectEqual(Set(created.map(\.id)).count, 1_000, "how many different ids")
      for (item, instructor) in zip(items, created) where item.id != nil {
        try expectEqual(instructor.id, item.id, "an explicit id")
      }
    },
    ConformanceCase(
      "instructors.createMany/all-or-none-to-readers", "Readers see all items of a call or none."
    ) {
      context in
      let organization = context.freshName()
      let filter = InstructorFilter(organization: organization)
      try await whileReading {
        for round in 0..<10 {
          _ = try await context.instructors.createMany(
            (0..<50).map { context.newInstructor(lastName: "R\(round)-\($0)", organization: organization) })
        }
      } read: {
        let count = try await context.secondHandle.instructors.count(filter, upTo: 1_000)
        try expectEqual(count % 50, 0, "the remainder of \(count) by 50")
        let page = try await context.secondHandle.instructors.list(filter, limit: 1_000)
        try expectEqual(page.items.count % 50, 0, "the remainder of a page's \(page.items.count) by 50")
      }
    },
    ConformanceCase(
      "instructors.createMany/racing-in-opposite-order",
      "Two calls that want the same courses in opposite orders: one stores everything, the other nothing."
    ) { context in
      for _ in 0..<10 {
        let courses = context.freshCourses(20)
        let outcomes = try await concurrently(2) { task -> Int? in
          let mine = task == 0 ? courses : courses.reversed()
          let store = task == 0 ? context.store : context.secondHandle
          do {
            return try await store.instructors.createMany(
              mine.map { context.newInstructor(courses: [.primary($0)]) }
            ).count
          } catch let error as StoreError {
            try expectEqual(error.code, .conflict, "how the loser ends")
            try expectEqual(error.constraint, .primaryOfCourse, "the constraint")
            try expect(error.index != nil, "the index of an item")
            return nil
          }
        }
        try expectEqual(outcomes.compactMap { $0 }, [20], "what the winners stored")
        var primaries = 0
        for course in courses where try await context.instructors.primary(of: course) != nil {
          primaries += 1
        }
        try expectEqual(primaries, 20, "courses with a primary")
      }
    },
  ]
}
