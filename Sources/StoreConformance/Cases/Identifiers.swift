import InstructorStore

extension StoreConformance {
  static let identifierCases: [ConformanceCase] = [
    ConformanceCase("ids/positive-and-below-2^62", "Drawn ids are positive and below 2⁶².") { context in
      for _ in 0..<10 {
        let id = try await context.instructors.create(context.newInstructor()).id
        try expect(Limits.identifiers.contains(id.rawValue), "an id within the limits, got \(id)")
      }
    },
    ConformanceCase(
      "ids/distinct", "4,000 creates from 8 tasks over two handles get 4,000 ids."
    ) { context in
      let ids = try await concurrently(8) { task in
        let instructors = task % 2 == 0 ? context.instructors : context.secondHandle.instructors
        var ids: [InstructorID] = []
        for _ in 0..<500 { ids.append(try await instructors.create(context.newInstructor()).id) }
        return ids
      }.flatMap { $0 }
      try expectEqual(Set(ids).count, 4_000, "how many different ids")
    },
    ConformanceCase(
      "ids/reserved-blocks", "A reserved block has the size asked for, and nobody else gets any of its ids."
    ) { context in
      let parts = try await concurrently(8) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        var parts: [ClosedRange<Int64>] = []
        for round in 0..<5 {
          let size = 1 + task * 7 + round * 300
          let block = try await store.reserveIDs(.instructor, count: size)
          try expectEqual(block.count, size, "the size of a block")
          parts.append(block)
          let id = try await store.instructors.create(context.newInstructor()).id.rawValue
          parts.append(id...id)
        }
        return parts
      }.flatMap { $0 }.sorted { $0.lowerBound < $1.lowerBound }
      for (left, right) in zip(parts, parts.dropFirst()) {
        try expect(left.upperBound < right.lowerBound, "disjoint blocks, got \(left) and \(right)")
      }
    },
    ConformanceCase("ids/reservation-size", "1 to 1,000,000,000 ids may be reserved at once.") { context in
      for count in [0, -1, 1_000_000_001, .max, .min] {
        try await expectError(.invalidArgument, of: "\(count) ids") {
          try await context.store.reserveIDs(.instructor, count: count)
        }
      }
      let place = try await context.makeStore()
      let one = try await place.store.reserveIDs(.instructor, count: 1)
      try expectEqual(one.count, 1, "the size of a block of one")
      let many = try await place.store.reserveIDs(.instructor, count: 1_000_000_000)
      try expectEqual(many.count, 1_000_000_000, "the size of the largest block")
      try expect(many.lowerBound > one.upperBound, "the second block after the first, got \(many)")
    },
    ConformanceCase(
      "ids/explicit-never-moves-the-allocator",
      "An explicit id, however large, leaves the allocator where it is."
    ) { context in
      let place = try await context.makeStore()
      let before = try await place.store.reserveIDs(.instructor, count: 1).upperBound
      let far: Int64 = 1 << 61
      _ = try await place.instructors.create(context.newInstructor(id: InstructorID(far)))
      _ = try await place.instructors.createMany([
        context.newInstructor(id: InstructorID(far + 1)), context.newInstructor(),
      ])
      let drawn = try await place.instructors.create(context.newInstructor()).id.rawValue
      let block = try await place.openStore().reserveIDs(.instructor, count: 1)
      for id in [drawn, block.lowerBound] {
        try expect(id > before && id < far, "an id above \(before) and far below 2⁶¹, got \(id)")
      }
    },
    ConformanceCase(
      "ids/taken-ids-are-redrawn",
      "A drawn id that an import has taken is drawn again; nobody sees a conflict."
    ) { context in
      let place = try await context.makeStore()
      let last = try await place.store.reserveIDs(.instructor, count: 1).upperBound
      // The next ids the allocator would hand out, and far more than a reasonable number of tries.
      let taken = (1...2_000).map { InstructorID(last + $0) }
      for part in [taken[..<1_000], taken[1_000...]] {
        _ = try await place.instructors.createMany(part.map { context.newInstructor(id: $0) })
      }
      var ids = Set(taken)
      for store in [place.store, try await place.openStore()] {
        for _ in 0..<10 { ids.insert(try await store.instructors.create(context.newInstructor()).id) }
        for instructor in try await store.instructors.createMany([
          context.newInstructor(), context.newInstructor(),
        ]) {
          ids.insert(instructor.id)
        }
      }
      try expectEqual(ids.count, 2_024, "how many different ids")
    },
    ConformanceCase("ids/used-up", "When the ids below 2⁶² are used up, drawing is resourceExhausted.") {
      context in
      let place = try await context.makeStore()
      let largest = InstructorID(Limits.identifiers.upperBound)
      try await place.store.bulkLoad(
        BulkLoad(
          instructors: BulkSource(count: 1) { _ in [NewInstructor(id: largest, firstName: "A", lastName: "B")]
          }))
      try await expectError(.resourceExhausted, of: "reserveIDs") {
        try await place.store.reserveIDs(.instructor, count: 1)
      }
      try await expectError(.resourceExhausted, of: "create") {
        try await place.instructors.create(context.newInstructor())
      }
      _ = try await place.instructors.create(context.newInstructor(id: 7))
    },
    ConformanceCase("ids/bounds", "Ids from 1 to 2⁶² − 1 are stored exactly.") { context in
      let place = try await context.makeStore()
      for id in Samples.edgeIDs.map({ InstructorID($0) }) {
        let created = try await place.instructors.create(Samples.complete(id: id))
        try expectEqual(created.id, id, "the id")
      }
      for id in Samples.edgeIDs.map({ InstructorID($0) }) {
        try expectEqual(try await place.instructors.get(id).id, id, "the id read back")
        try await place.instructors.delete(id)
      }
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 0, "how many are left")
    },
    ConformanceCase("ids/course-bounds", "Courses from 1 to 2⁶² − 1 are stored exactly.") { context in
      let place = try await context.makeStore()
      let created = try await place.instructors.create(
        context.newInstructor(courses: Samples.edgeIDs.map { .primary(CourseID($0)) }))
      try expectEqual(created.courses.map(\.courseID.rawValue), Samples.edgeIDs.sorted(), "the courses")
      for course in Samples.edgeIDs.map({ CourseID($0) }) {
        try expectEqual(try await place.instructors.primary(of: course), created, "the primary of \(course)")
        let team = try await place.instructors.team(of: course)
        try expectEqual(team.courseID, course, "the team's course")
      }
    },
    ConformanceCase("ids/out-of-bounds", "Any other id is an invalid argument, in every method.") { context in
      let good = context.freshID()
      let course = context.freshCourse()
      let repository = context.instructors
      for value in Samples.invalidIDs {
        let id = InstructorID(value)
        let badCourse = CourseID(value)
        let calls: [(String, @Sendable () async throws -> Void)] = [
          ("create", { _ = try await repository.create(context.newInstructor(id: id)) }),
          (
            "create, retried",
            { _ = try await repository.create(context.newInstructor(id: id), isRetry: true) }
          ),
          (
            "create with a course",
            {
              _ = try await repository.create(context.newInstructor(courses: [.assistant(badCourse)]))
            }
          ),
          ("get", { _ = try await repository.get(id) }),
          ("get many", { _ = try await repository.get([good, id]) }),
          ("update", { _ = try await repository.update(id, InstructorPatch()) }),
          ("delete", { try await repository.delete(id) }),
          ("team", { _ = try await repository.team(of: badCourse) }),
          ("primary", { _ = try await repository.primary(of: badCourse) }),
          ("assign", { _ = try await repository.assign(.assistant(course), to: id) }),
          ("assign a course", { _ = try await repository.assign(.primary(badCourse), to: good) }),
          ("unassign", { _ = try await repository.unassign(course, from: id) }),
          ("unassign a course", { _ = try await repository.unassign(badCourse, from: good) }),
          ("replacePrimary", { try await repository.replacePrimary(of: course, with: id) }),
          ("replacePrimary of a course", { try await repository.replacePrimary(of: badCourse, with: good) }),
        ]
        for (name, call) in calls {
          try await expectError(.invalidArgument, of: "\(name) with \(value)") { try await call() }
        }
        try await expectError(.invalidArgument, index: 1, of: "createMany with \(value)") {
          try await repository.createMany([context.newInstructor(id: good), context.newInstructor(id: id)])
        }
      }
      try await context.store.expectAbsent(good)
    },
  ]
}
