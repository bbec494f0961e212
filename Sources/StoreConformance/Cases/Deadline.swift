import InstructorStore

extension StoreConformance {
  static let deadlineCases: [ConformanceCase] = [
    ConformanceCase(
      "deadlines/zero-or-less",
      "With a deadline of zero or less every call is timeout(connection) and changes nothing."
    ) { context in
      let place = try await context.makeStore()
      let subjects = try await CallSubjects.make(context, in: place.store)
      for timeout in [Duration.zero, .seconds(-1), .nanoseconds(-1)] {
        for call in NamedCall.every(subjects) + [NamedCall("migrate") { try await $0.migrate() }] {
          try await expectError(.timeout(.connection), of: "\(call.name) within \(timeout)") {
            try await withStoreTimeout(timeout) { try await call.run(place.store) }
          }
        }
      }
      try await NamedCall.expectNothingHappened(subjects, in: place.store)
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 1, "how many there are")
    },
    ConformanceCase(
      "deadlines/after-invalid-argument", "An invalid argument is reported before a deadline of zero."
    ) { context in
      for call in NamedCall.everyInvalid {
        try await expectError(.invalidArgument, of: call.name) {
          try await withStoreTimeout(.zero) { try await call.run(context.store) }
        }
      }
    },
    ConformanceCase("deadlines/before-the-schema", "A deadline of zero is reported before a missing schema.")
    { context in
      let place = try await context.makeUnmigratedStore()
      try await expectError(.timeout(.connection)) {
        try await withStoreTimeout(.zero) { try await place.store.ping() }
      }
    },
    ConformanceCase(
      "deadlines/scope", "The innermost timeout holds for the calls of its scope, and for no others."
    ) {
      context in
      let id = try await context.instructors.create(context.newInstructor()).id
      try await withStoreTimeout(.zero) {
        try await expectError(.timeout(.connection), of: "in the outer scope") {
          try await context.instructors.get(id)
        }
        let inner = try await withStoreTimeout(.seconds(60)) { try await context.instructors.get(id) }
        try expectEqual(inner.id, id, "the answer in the inner scope")
        try await expectError(.timeout(.connection), of: "in the outer scope again") {
          try await context.instructors.get(id)
        }
      }
      try expectEqual(try await context.instructors.get(id).id, id, "the answer after the scope")
    },
    ConformanceCase("deadlines/very-long", "A very long deadline is no overflow.") { context in
      let id = try await context.instructors.create(context.newInstructor()).id
      for timeout in [Duration.seconds(86_400 * 365), .seconds(Int64.max / 4), .milliseconds(Int64.max)] {
        let found = try await withStoreTimeout(timeout) { try await context.instructors.get(id) }
        try expectEqual(found.id, id, "the answer")
      }
    },
    ConformanceCase(
      "deadlines/isSafeToRetry", "A call that missed its deadline before it was sent may be made again."
    ) {
      context in
      let new = context.newInstructor(id: context.freshID())
      let error = try await expectError(.timeout(.connection)) {
        try await withStoreTimeout(.zero) { try await context.instructors.create(new) }
      }
      try expect(error.isSafeToRetry, "an error that is safe to retry")
      _ = try await context.instructors.create(new)
    },
  ]
}
