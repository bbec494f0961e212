import InstructorStore

extension StoreConformance {
  static let versionCases: [ConformanceCase] = [
    ConformanceCase(
      "versions/count-every-change", "The version is 1 at first and one more with every change."
    ) {
      context in
      let courses = context.freshCourses(2)
      let id = try await context.instructors.create(context.newInstructor(courses: [.assistant(courses[0])]))
        .id
      _ = try await context.instructors.update(id, InstructorPatch(learners: 1))
      try expectEqual(try await context.instructors.get(id).version, 2, "after update")
      _ = try await context.instructors.assign(.primary(courses[1]), to: id)
      try expectEqual(try await context.instructors.get(id).version, 3, "after assign")
      _ = try await context.instructors.unassign(courses[0], from: id)
      try expectEqual(try await context.instructors.get(id).version, 4, "after unassign")
      try await context.instructors.replacePrimary(of: courses[0], with: id)
      try expectEqual(try await context.instructors.get(id).version, 5, "after becoming a primary")
      let other = try await context.instructors.create(context.newInstructor()).id
      try await context.instructors.replacePrimary(of: courses[0], with: other)
      try expectEqual(try await context.instructors.get(id).version, 6, "after being replaced")
      _ = try? await context.instructors.assign(.assistant(courses[1]), to: id)
      _ = try? await context.instructors.update(id, InstructorPatch(), ifVersion: 6)
      try expectEqual(try await context.instructors.get(id).version, 6, "after calls that change nothing")
    },
    ConformanceCase(
      "versions/if-version",
      "The right version applies a change; any other is a conflict and changes nothing."
    ) {
      context in
      let courses = context.freshCourses(2)
      var current = try await context.instructors.create(Samples.complete(courses: [.primary(courses[0])]))
      let id = current.id
      let changes: [(String, @Sendable (Int64) async throws -> Instructor)] = [
        (
          "update",
          { try await context.instructors.update(id, InstructorPatch(title: .clear), ifVersion: $0) }
        ),
        ("assign", { try await context.instructors.assign(.assistant(courses[1]), to: id, ifVersion: $0) }),
        ("unassign", { try await context.instructors.unassign(courses[0], from: id, ifVersion: $0) }),
      ]
      for (name, change) in changes {
        for wrong in [current.version - 1, current.version + 1, 1 << 40, .max] where wrong > 0 {
          try await expectError(.conflict, constraint: .version, of: "\(name) of version \(wrong)") {
            try await change(wrong)
          }
        }
        try await context.store.expectStored(current)
        let changed = try await change(current.version)
        try expectEqual(changed.version, current.version + 1, "the version after \(name)")
        current = changed
      }
    },
    ConformanceCase("versions/bounds", "An ifVersion below 1 is an invalid argument.") { context in
      let course = context.freshCourse()
      let id = try await context.instructors.create(context.newInstructor(courses: [.primary(course)])).id
      for version: Int64 in [0, -1, .min] {
        let calls: [(String, @Sendable () async throws -> Void)] = [
          ("update", { _ = try await context.instructors.update(id, InstructorPatch(), ifVersion: version) }),
          ("delete", { try await context.instructors.delete(id, ifVersion: version) }),
          ("assign", { _ = try await context.instructors.assign(.assistant(1), to: id, ifVersion: version) }),
          ("unassign", { _ = try await context.instructors.unassign(course, from: id, ifVersion: version) }),
        ]
        for (name, call) in calls {
          try await expectError(.invalidArgument, of: "\(name) of version \(version)") { try await call() }
        }
      }
    },
    ConformanceCase(
      "versions/every-change-counts",
      "200 updates from 8 tasks leave version 201: none is lost or counted twice."
    ) { context in
      let id = try await context.instructors.create(context.newInstructor()).id
      let versions = try await concurrently(8) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        var versions: [Int64] = []
        for round in 0..<25 {
          let patch = InstructorPatch(learners: Int64(task * 25 + round))
          versions.append(try await store.instructors.update(id, patch).version)
        }
        return versions
      }.flatMap { $0 }
      try expectEqual(versions.sorted(), (2...201).map { Int64($0) }, "the versions returned")
      try expectEqual(try await context.instructors.get(id).version, 201, "the version at the end")
    },
    ConformanceCase(
      "versions/one-winner-each",
      "With ifVersion 8 tasks count to 160: each version has one winner, no update is lost."
    ) { context in
      let id = try await context.instructors.create(context.newInstructor()).id
      let won = try await concurrently(8) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        var won: [Int64] = []
        var attempts = 0
        while won.count < 20 {
          attempts += 1
          // Some task wins each version, so 160 rounds would do if all kept step.
          try expect(attempts <= 5_000, "20 wins in 5,000 attempts, got \(won.count)")
          let read = try await store.instructors.get(id)
          // A backend that never suspends would otherwise let no other task come in between.
          await Task.yield()
          do {
            let updated = try await store.instructors.update(
              id, InstructorPatch(learners: read.learners + 1), ifVersion: read.version)
            won.append(updated.version)
            try expectEqual(updated.version, read.version + 1, "the version won")
            try expectEqual(updated.learners, read.learners + 1, "the count after it")
          } catch let error as StoreError {
            try expectEqual(error.code, .conflict, "how a loser ends")
            try expectEqual(error.constraint, .version, "the constraint")
          }
        }
        return won
      }.flatMap { $0 }
      try expectEqual(Set(won).count, 160, "how many different versions were won")
      let stored = try await context.instructors.get(id)
      try expectEqual(stored.learners, 160, "the count")
      try expectEqual(stored.version, 161, "the version")
    },
    ConformanceCase("versions/different-fields", "Patches of different fields at once all take effect.") {
      context in
      for _ in 0..<10 {
        let id = try await context.instructors.create(context.newInstructor()).id
        let course = context.freshCourse()
        _ = try await concurrently(TextField.all.count + 3) { task in
          let store = task % 2 == 0 ? context.store : context.secondHandle
          switch task {
          case TextField.all.count: _ = try await store.instructors.update(id, InstructorPatch(learners: 7))
          case TextField.all.count + 1: _ = try await store.instructors.assign(.primary(course), to: id)
          case TextField.all.count + 2:
            _ = try await store.instructors.update(
              id, InstructorPatch(averageRating: .set(AverageRating(tenths: 33))))
          default: _ = try await store.instructors.update(id, TextField.all[task].patch("patched"))
          }
        }
        let stored = try await context.instructors.get(id)
        for field in TextField.all { try expectEqual(field.read(stored), "patched", field.name) }
        try expectEqual(stored.learners, 7, "learners")
        try expectEqual(stored.averageRating?.tenths, 33, "averageRating")
        try expectEqual(stored.courses, [.primary(course)], "courses")
        try expectEqual(stored.version, Int64(TextField.all.count + 4), "version")
      }
    },
  ]
}
