import InstructorStore

extension StoreConformance {
  static let cancellationCases: [ConformanceCase] = [
    ConformanceCase(
      "cancellation/before-the-call",
      "In a task that is cancelled already every call is cancelled and changes nothing."
    ) { context in
      let place = try await context.makeStore()
      let subjects = try await CallSubjects.make(context, in: place.store)
      for call in NamedCall.every(subjects) + [NamedCall("migrate") { try await $0.migrate() }] {
        let result = await inCancelledTask { try await call.run(place.store) }
        try await expectError(.cancelled, of: call.name) { try result.get() }
      }
      try await NamedCall.expectNothingHappened(subjects, in: place.store)
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 1, "how many there are")
    },
    ConformanceCase(
      "cancellation/before-invalid-argument",
      "Cancelled is reported before an invalid argument or a missed deadline."
    ) { context in
      for call in NamedCall.everyInvalid {
        let result = await inCancelledTask { try await call.run(context.store) }
        try await expectError(.cancelled, of: call.name) { try result.get() }
      }
      let result = await inCancelledTask {
        try await withStoreTimeout(.zero) { try await context.store.ping() }
      }
      try await expectError(.cancelled, of: "with a deadline of zero") { try result.get() }
    },
    ConformanceCase("cancellation/before-the-schema", "Also on a store that was not migrated.") { context in
      let place = try await context.makeUnmigratedStore()
      let result = await inCancelledTask { try await place.store.ping() }
      try await expectError(.cancelled) { try result.get() }
      let migration = await inCancelledTask { try await place.store.migrate() }
      try await expectError(.cancelled, of: "migrate") { try migration.get() }
      try await expectError(.schemaMismatch, of: "a call after the migration that did not happen") {
        try await place.store.ping()
      }
    },
    ConformanceCase(
      "cancellation/at-any-moment",
      "Calls cancelled at any moment end with their answer or as cancelled; the store tells the truth about them and works on."
    ) { context in
      var random = context.random
      for _ in 0..<10 {
        let ids = context.freshIDs(32)
        let tasks = ids.map { id in
          Task { try await context.instructors.create(context.newInstructor(id: id)) }
        }
        for task in tasks where Bool.random(using: &random) {
          if Bool.random(using: &random) { await Task.yield() }
          task.cancel()
        }
        for (id, task) in zip(ids, tasks) {
          switch await task.result {
          case .success(let created):
            try expectEqual(created.id, id, "a call gets its own answer: the id")
            try await context.secondHandle.expectStored(created)
          case .failure(let error as StoreError):
            try expectEqual(error.code, .cancelled, "how a cancelled call ends")
            if error.outcome == .notApplied { try await context.secondHandle.expectAbsent(id) }
          case .failure(let error): throw error
          }
        }
      }
      // Every connection that a cancelled call had used must still give each caller its own answer.
      let created = try await context.instructors.createMany((0..<32).map { _ in context.newInstructor() })
      let answers = try await concurrently(32) { try await context.instructors.get(created[$0].id) }
      try expectEqual(answers, created, "the answers afterwards")
    },
    ConformanceCase(
      "cancellation/of-atomic-writes",
      "A cancelled createMany or replacePrimary has happened wholly or not at all."
    ) { context in
      var random = context.random
      let course = context.freshCourse()
      let pair = try await context.instructors.createMany((0..<2).map { _ in context.newInstructor() }).map(
        \.id)
      try await context.instructors.replacePrimary(of: course, with: pair[0])
      for round in 0..<20 {
        let organization = context.freshName()
        let many = Task {
          try await context.instructors.createMany(
            (0..<20).map { _ in context.newInstructor(organization: organization) })
        }
        let swap = Task {
          try await context.instructors.replacePrimary(of: course, with: pair[(round + 1) % 2])
        }
        for _ in 0..<Int.random(in: 0...20, using: &random) { await Task.yield() }
        many.cancel()
        swap.cancel()
        let results = (await many.result, await swap.result)
        // A cancelled call may be applied a little later than it returned, never in part.
        let count = try await context.instructors.count(
          InstructorFilter(organization: organization), upTo: 100)
        try expect(count == 0 || count == 20, "none or all of 20, got \(count)")
        if case .success(let created) = results.0 {
          try expectEqual(count, created.count, "how many are there")
        }
        let team = try await context.instructors.team(of: course)
        try expect(team.primary != nil && team.assistants.isEmpty, "exactly one primary, got \(team)")
      }
    },
  ]
}
