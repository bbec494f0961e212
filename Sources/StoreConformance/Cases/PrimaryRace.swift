import InstructorStore

extension StoreConformance {
  static let primaryRaceCases: [ConformanceCase] = [
    ConformanceCase(
      "primary-race/create",
      "Of 16 creates at once that want a course's primary one succeeds; the others conflict."
    ) { context in
      for _ in 0..<15 {
        let course = context.freshCourse()
        try await race(context, for: course) { store, task in
          try await store.instructors.create(context.newInstructor(courses: [.primary(course)])).id
        }
      }
    },
    ConformanceCase("primary-race/assign", "The same for 16 assignments.") { context in
      for _ in 0..<15 {
        let course = context.freshCourse()
        let ids = try await context.instructors.createMany(
          (0..<16).map { _ in context.newInstructor() }
        ).map(\.id)
        try await race(context, for: course) { store, task in
          try await store.instructors.assign(.primary(course), to: ids[task]).id
        }
        let versions = try await context.instructors.get(ids).map { $0?.version }
        try expectEqual(
          versions.compactMap { $0 }.sorted(), Array(repeating: 1, count: 15) + [2], "the versions")
      }
    },
    ConformanceCase("primary-race/every-way", "The same for creates, createManys and assignments mixed.") {
      context in
      for _ in 0..<15 {
        let course = context.freshCourse()
        let ids = try await context.instructors.createMany(
          (0..<16).map { _ in context.newInstructor() }
        ).map(\.id)
        try await race(context, for: course) { store, task in
          let new = context.newInstructor(courses: [.primary(course)])
          switch task % 3 {
          case 0: return try await store.instructors.create(new).id
          case 1: return try await store.instructors.assign(.primary(course), to: ids[task]).id
          default:
            let created = try await store.instructors.createMany([context.newInstructor(), new])
            return created[1].id
          }
        }
      }
    },
    ConformanceCase(
      "primary-race/replaced-meanwhile",
      "While replacePrimary passes the course on, nobody can take it: assignments conflict every time."
    ) { context in
      let course = context.freshCourse()
      let ids = try await context.instructors.createMany(
        (0..<2).map { _ in context.newInstructor() }
      ).map(\.id)
      let outsider = try await context.instructors.create(context.newInstructor())
      try await context.instructors.replacePrimary(of: course, with: ids[0])
      try await whileReading {
        for round in 0..<60 {
          try await context.instructors.replacePrimary(of: course, with: ids[(round + 1) % 2])
        }
      } read: {
        try await expectError(.conflict, constraint: .primaryOfCourse) {
          try await context.secondHandle.instructors.assign(.primary(course), to: outsider.id)
        }
      }
      try await context.store.expectStored(outsider)
    },
    ConformanceCase(
      "primary-race/leaving",
      "A course whose primary leaves while others want it has at most one primary at any time."
    ) { context in
      let course = context.freshCourse()
      let ids = try await context.instructors.createMany(
        (0..<4).map { _ in context.newInstructor() }
      ).map(\.id)
      try await whileReading {
        _ = try await concurrently(4) { task in
          for _ in 0..<15 {
            do {
              _ = try await context.instructors.assign(.primary(course), to: ids[task])
              _ = try await context.instructors.unassign(course, from: ids[task])
            } catch let error as StoreError {
              try expectEqual(error.constraint, .primaryOfCourse, "the constraint of \(error)")
            }
          }
        }
      } read: {
        let team = try await context.secondHandle.instructors.team(of: course)
        try expectEqual(team.assistants, [], "the assistants")
        let holders = try await context.secondHandle.instructors.get(ids).compactMap { $0 }
        try expect(holders.count { !$0.courses.isEmpty } <= 1, "at most one of the four on the course")
      }
    },
  ]

  /// Runs `attempt` 16 times at once over two handles and checks that exactly one became the primary.
  private static func race(
    _ context: ConformanceContext, for course: CourseID,
    attempt: @escaping @Sendable (any StorageBackend, Int) async throws -> InstructorID
  ) async throws {
    let winners = try await concurrently(16) { task -> InstructorID? in
      do {
        return try await attempt(task % 2 == 0 ? context.store : context.secondHandle, task)
      } catch let error as StoreError {
        try expectEqual(error.code, .conflict, "how a loser ends (\(error))")
        try expectEqual(error.constraint, .primaryOfCourse, "the constraint")
        try expectEqual(error.outcome, .notApplied, "the outcome")
        return nil
      }
    }.compactMap { $0 }
    try expectEqual(winners.count, 1, "how many won")
    let team = try await context.instructors.team(of: course)
    try expectEqual(team.primary?.id, winners.first, "the primary")
    try expectEqual(team.assistants, [], "the assistants")
  }
}
