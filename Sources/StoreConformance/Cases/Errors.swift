import InstructorStore

extension StoreConformance {
  static let errorCases: [ConformanceCase] = [
    ConformanceCase("errors/where-from", "An error names the backend and the operation.") { context in
      let absent = context.freshID()
      let repository = context.instructors
      let calls: [(String, @Sendable () async throws -> Void)] = [
        ("instructors.create", { _ = try await repository.create(context.newInstructor(id: 0)) }),
        ("instructors.createMany", { _ = try await repository.createMany([]) }),
        ("instructors.get", { _ = try await repository.get(absent) }),
        ("instructors.get", { _ = try await repository.get([0]) }),
        ("instructors.update", { _ = try await repository.update(absent, InstructorPatch()) }),
        ("instructors.delete", { try await repository.delete(absent) }),
        ("instructors.team", { _ = try await repository.team(of: 0) }),
        ("instructors.primary", { _ = try await repository.primary(of: 0) }),
        ("instructors.assign", { _ = try await repository.assign(.primary(1), to: absent) }),
        ("instructors.unassign", { _ = try await repository.unassign(1, from: absent) }),
        ("instructors.replacePrimary", { try await repository.replacePrimary(of: 1, with: absent) }),
        ("instructors.list", { _ = try await repository.list(limit: 0) }),
        ("instructors.count", { _ = try await repository.count(.all, upTo: 0) }),
        ("reserveIDs", { _ = try await context.store.reserveIDs(.instructor, count: 0) }),
        ("ping", { try await withStoreTimeout(.zero) { try await context.store.ping() } }),
        ("migrate", { try await withStoreTimeout(.zero) { try await context.store.migrate() } }),
        (
          "bulkLoad",
          {
            try await withStoreTimeout(.zero) {
              _ = try await context.store.bulkLoad(BulkLoad(instructors: BulkSource(count: 0) { _ in [] }))
            }
          }
        ),
      ]
      for (operation, call) in calls {
        do {
          try await call()
        } catch let error as StoreError {
          try expectEqual(error.operation, operation, "the operation of \(error)")
          try expectEqual(error.backend, context.store.name, "the backend of \(error)")
          try expect(!error.reason.isEmpty, "a reason")
          continue
        }
        throw ConformanceFailure("\(operation): expected an error, got an answer")
      }
    },
    ConformanceCase(
      "errors/show-no-value", "An error's description shows nothing of what was stored or given."
    ) {
      context in
      let secret = "hunter2secret"
      let (id, course) = (context.freshID(), context.freshCourse())
      var new = Samples.complete(id: id, courses: [.primary(course)])
      for field in TextField.all { field.put(secret, &new) }
      let created = try await context.instructors.create(new)
      var tooLong = new
      tooLong.middleInitial = secret + secret
      let calls: [@Sendable () async throws -> Void] = [
        { [new] in _ = try await context.instructors.create(new) },
        { [new] in
          var other = new
          other.id = context.freshID()
          _ = try await context.instructors.create(other)
        },
        { [new] in _ = try await context.instructors.createMany([new]) },
        { [tooLong] in _ = try await context.instructors.create(tooLong) },
        {
          _ = try await context.instructors.update(created.id, InstructorPatch(title: .set(secret + "\0")))
        },
        {
          _ = try await context.instructors.update(
            created.id, InstructorPatch(title: .set(secret)), ifVersion: 7)
        },
        { _ = try await context.instructors.list(InstructorFilter(organization: secret), limit: 0) },
        { _ = try await context.instructors.list(.all, after: PageCursor(token: secret), limit: 5) },
        { _ = try await context.instructors.assign(.assistant(course), to: created.id) },
        { try await context.instructors.delete(created.id, ifVersion: 1 << 41) },
        {
          try await context.instructors.replacePrimary(
            of: course, with: InstructorID(id.rawValue + (1 << 50)))
        },
      ]
      for (index, call) in calls.enumerated() {
        do {
          try await call()
        } catch let error as StoreError {
          for value in [secret, "\(id)", "\(course)"] {
            try expect(!"\(error)".contains(value), "no value in the description of error \(index): \(error)")
          }
          try expect(!"\(error)".contains("\n"), "one line, got \(error)")
          try expect(!error.isSafeToRetry, "an error that is not safe to retry: \(error)")
          continue
        }
        throw ConformanceFailure("call \(index): expected an error, got an answer")
      }
    },
  ]
}
