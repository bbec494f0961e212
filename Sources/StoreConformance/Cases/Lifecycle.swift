import InstructorStore

extension StoreConformance {
  static let lifecycleCases: [ConformanceCase] = [
    ConformanceCase(
      "lifecycle/before-migrate", "Before migrate() every call, ping included, is schemaMismatch."
    ) { context in
      let place = try await context.makeUnmigratedStore()
      for call in NamedCall.every(.absent) {
        try await expectError(.schemaMismatch, of: call.name) { try await call.run(place.store) }
      }
      for call in NamedCall.everyInvalid {
        try await expectError(.invalidArgument, of: "\(call.name), invalid") {
          try await call.run(place.store)
        }
      }
      try await place.store.migrate()
      try await place.store.ping()
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 0, "how many there are")
    },
    ConformanceCase(
      "lifecycle/migrate-again", "migrate() again changes nothing, from any number of handles at once."
    ) { context in
      let place = try await context.makeUnmigratedStore()
      var handles: [any StorageBackend] = [place.store]
      for _ in 0..<3 { handles.append(try await place.openStore()) }
      _ = try await concurrently(handles.count) { [handles] in try await handles[$0].migrate() }
      let created = try await place.instructors.create(Samples.complete(courses: [.primary(1)]))
      _ = try await concurrently(handles.count) { [handles] in try await handles[$0].migrate() }
      for handle in handles {
        try await handle.ping()
        try await handle.expectStored(created)
      }
    },
    ConformanceCase("lifecycle/ping", "ping() answers on a migrated store, through every handle.") {
      context in
      try await context.store.ping()
      try await context.secondHandle.ping()
    },
    ConformanceCase("lifecycle/closed", "After close() every call is closed, whatever else is wrong with it.")
    {
      context in
      let place = try await context.makeStore()
      let other = try await place.openStore()
      let subjects = try await CallSubjects.make(context, in: other)
      await place.store.close()
      for call in NamedCall.every(subjects) + NamedCall.everyInvalid {
        try await expectError(.closed, of: call.name) { try await call.run(place.store) }
      }
      try await expectError(.closed, of: "migrate") { try await place.store.migrate() }
      try await expectError(.closed, of: "a deadline of zero") {
        try await withStoreTimeout(.zero) { try await place.store.ping() }
      }
      let cancelled = await inCancelledTask { try await place.store.ping() }
      try await expectError(.closed, of: "in a cancelled task") { try cancelled.get() }
      try await NamedCall.expectNothingHappened(subjects, in: other)
    },
    ConformanceCase(
      "lifecycle/close-twice", "Closing twice, or from several tasks at once, does nothing more."
    ) {
      context in
      let place = try await context.makeStore()
      _ = try await concurrently(4) { _ in await place.store.close() }
      await place.store.close()
      try await expectError(.closed) { try await place.store.ping() }
    },
    ConformanceCase("lifecycle/close-one-handle", "Closing one handle leaves the others and the data alone.")
    {
      context in
      let place = try await context.makeStore()
      let other = try await place.openStore()
      let created = try await place.instructors.create(Samples.complete(courses: [.primary(1)]))
      await place.store.close()
      try await other.expectStored(created)
      _ = try await other.instructors.update(created.id, InstructorPatch(learners: 1))
      let third = try await place.openStore()
      try expectEqual(try await third.instructors.get(created.id).learners, 1, "learners")
    },
    ConformanceCase(
      "lifecycle/close-lets-calls-finish",
      "Calls under way when close() begins end with an answer or as closed."
    ) { context in
      let place = try await context.makeStore()
      let organization = "closing"
      let counts = try await concurrently(9) { task in
        if task == 8 {
          await Task.yield()
          await place.store.close()
          return 0
        }
        var acknowledged = 0
        for _ in 0..<200 {
          do {
            _ = try await place.instructors.create(context.newInstructor(organization: organization))
            acknowledged += 1
          } catch let error as StoreError {
            try expectEqual(error.code, .closed, "how a call ends")
            try expectEqual(error.outcome, .notApplied, "the outcome of a refused call")
            break
          }
        }
        return acknowledged
      }
      let stored = try await place.openStore().instructors.count(
        InstructorFilter(organization: organization), upTo: 10_000)
      try expectEqual(stored, counts.reduce(0, +), "how many were stored, against how many were acknowledged")
    },
    ConformanceCase("lifecycle/statistics", "Statistics are possible numbers, and calls are counted.") {
      context in
      let place = try await context.makeStore()
      let before = place.store.statistics()
      for _ in 0..<5 { try await place.store.ping() }
      let after = place.store.statistics()
      try expect(after.completedCalls >= before.completedCalls + 5, "five more completed calls, got \(after)")
      for numbers in [before, after] {
        let all = [
          numbers.connectionLimit, numbers.openConnections, numbers.busyConnections, numbers.waitingCalls,
          numbers.completedCalls, numbers.timedOutCalls, numbers.cancelledCalls, numbers.refusedCalls,
          numbers.connectionsOpened, numbers.connectionsDiscarded,
        ]
        try expect(all.allSatisfy { $0 >= 0 }, "no negative counter, got \(numbers)")
        try expect(
          numbers.openConnections <= numbers.connectionLimit, "no more open than allowed, got \(numbers)")
        try expect(
          numbers.busyConnections <= numbers.openConnections, "no more busy than open, got \(numbers)")
      }
      try expectEqual(after.waitingCalls, 0, "calls waiting when there are none")
      try expectEqual(after.refusedCalls, 0, "calls refused")
    },
  ]
}

/// Runs `body` in a task that is cancelled before it begins.
func inCancelledTask<Answer: Sendable>(
  _ body: @escaping @Sendable () async throws -> Answer
) async -> Result<Answer, any Error> {
  let task = Task {
    withUnsafeCurrentTask { $0?.cancel() }
    return try await body()
  }
  return await task.result
}
