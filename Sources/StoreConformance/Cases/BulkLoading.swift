import InstructorStore
import Synchronization

extension StoreConformance {
  static let bulkLoadCases: [ConformanceCase] = [
    ConformanceCase("bulkLoad/into-empty", "Every record is stored at version 1 and found by every read.") {
      context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 5_003)
      let largestProgress = Highest()
      let load = BulkLoad(instructors: source.source) { progress in
        if progress.phase == .instructors, progress.done <= progress.total {
          largestProgress.raise(to: Int64(progress.done))
        } else if progress.done > progress.total || progress.done < 0 {
          largestProgress.raise(to: .max)
        }
      }
      let result = try await place.store.bulkLoad(load)
      try expectEqual(
        result, BulkLoadResult(instructors: source.count, assignments: source.assignments), "the result")
      try expectEqual(largestProgress.value, Int64(source.count), "the furthest progress")
      try expectEqual(try await place.instructors.count(.all, upTo: 10_000), source.count, "the count")
      let expected = (0..<source.count).map { source.expected($0) }
      for start in stride(from: 0, to: source.count, by: 1_000) {
        let part = expected[start..<min(start + 1_000, source.count)]
        try expectEqual(try await place.instructors.get(part.map(\.id)), Array(part), "records from \(start)")
      }
      try expectEqual(
        try await place.instructors.allPages(.all, limit: 1_000).flatMap(\.items), expected.inListOrder(),
        "the list")
      let filter = InstructorFilter(organization: "org 3", lastNamePrefix: "L1")
      let selected = expected.filter { $0.organization == "org 3" && $0.lastName.hasPrefix("L1") }
      try expectEqual(
        try await place.instructors.allPages(filter, limit: 100).flatMap(\.items), selected.inListOrder(),
        "the filtered list")
      for index in [0, 1, 77, source.count - 2] {
        let team = try await place.instructors.team(of: source.course(index))
        try expectEqual(team.primary, expected[index], "a primary")
        try expectEqual(team.assistants, [expected[index + 1]], "the assistants")
      }
    },
    ConformanceCase("bulkLoad/allocator", "The allocator moves past the largest id loaded.") { context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 300, firstID: 1_000_000)
      try await place.store.bulkLoad(BulkLoad(instructors: source.source))
      let largest = source.expected(299).id.rawValue
      for store in [place.store, try await place.openStore()] {
        let block = try await store.reserveIDs(.instructor, count: 5)
        try expect(block.lowerBound > largest, "a block beyond \(largest), got \(block)")
        let drawn = try await store.instructors.create(context.newInstructor()).id.rawValue
        try expect(drawn > largest, "an id beyond \(largest), got \(drawn)")
      }
    },
    ConformanceCase(
      "bulkLoad/rules-hold-afterwards", "After a load the store refuses what it always refuses."
    ) { context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 200)
      try await place.store.bulkLoad(BulkLoad(instructors: source.source))
      try await expectError(.conflict, constraint: .instructorID) {
        try await place.instructors.create(context.newInstructor(id: source.expected(9).id))
      }
      try await expectError(.conflict, constraint: .primaryOfCourse) {
        try await place.instructors.create(context.newInstructor(courses: [.primary(source.course(9))]))
      }
      try await expectError(.conflict, constraint: .courseAssignment) {
        try await place.instructors.assign(.primary(source.course(9)), to: source.expected(9).id)
      }
      _ = try await place.instructors.update(source.expected(9).id, InstructorPatch(learners: 1))
      try await place.instructors.delete(source.expected(10).id)
    },
    ConformanceCase("bulkLoad/into-non-empty", "A load adds to what is there and leaves it as it was.") {
      context in
      let place = try await context.makeStore()
      let before = try await place.instructors.createMany(
        (0..<3).map { Samples.complete(courses: [.primary(CourseID(Int64(1 << 50) + Int64($0)))]) })
      let source = BulkRecords(count: 2_500, firstID: 500_000)
      let result = try await place.store.bulkLoad(BulkLoad(instructors: source.source))
      try expectEqual(result.instructors, 2_500, "how many were loaded")
      try expectEqual(try await place.instructors.get(before.map(\.id)), before, "what was there")
      try expectEqual(try await place.instructors.count(.all, upTo: 10_000), 2_503, "the count")
      for index in [0, 1_234, 2_499] { try await place.store.expectStored(source.expected(index)) }
      try await expectError(.conflict, constraint: .primaryOfCourse, of: "a second primary") {
        try await place.instructors.create(context.newInstructor(courses: [.primary(source.course(5))]))
      }
    },
    ConformanceCase("bulkLoad/nothing", "A load of no records does nothing; a negative number is invalid.") {
      context in
      let place = try await context.makeStore()
      let result = try await place.store.bulkLoad(BulkLoad(instructors: BulkSource(count: 0) { _ in [] }))
      try expectEqual(result, BulkLoadResult(instructors: 0, assignments: 0), "the result")
      try await expectError(.invalidArgument, of: "a negative number") {
        try await place.store.bulkLoad(BulkLoad(instructors: BulkSource(count: -1) { _ in [] }))
      }
      _ = try await place.instructors.create(context.newInstructor(courses: [.primary(1)]))
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 1, "the count")
    },
    ConformanceCase(
      "bulkLoad/invalid-record",
      "A record outside the limits or without an id is named; the store is empty again."
    ) { context in
      let changes: [(String, @Sendable (inout NewInstructor) -> Void)] = [
        ("no id", { $0.id = nil }), ("an empty name", { $0.lastName = "" }), ("U+0000", { $0.title = "a\0" }),
        ("an id of zero", { $0.id = 0 }), ("a course twice", { $0.courses += $0.courses }),
        ("a rating over 5.0", { $0.averageRating = AverageRating(tenths: 51) }),
      ]
      let place = try await context.makeStore()
      for (what, change) in changes {
        let source = BulkRecords(count: 3_000, changed: [2_345: change])
        try await expectError(.invalidArgument, index: 2_345, of: what) {
          try await place.store.bulkLoad(BulkLoad(instructors: source.source))
        }
        try await expectEmptyAndUsable(place, source)
      }
    },
    ConformanceCase(
      "bulkLoad/conflict", "A taken id or primary among the records is a conflict; the store is empty again."
    ) { context in
      let place = try await context.makeStore()
      let changes: [(Constraint, @Sendable (inout NewInstructor) -> Void)] = [
        (.instructorID, { $0.id = BulkRecords(count: 3_000).expected(40).id }),
        (.primaryOfCourse, { $0.courses = [.primary(BulkRecords(count: 3_000).course(40))] }),
      ]
      for (constraint, change) in changes {
        let source = BulkRecords(count: 3_000, changed: [2_800: change])
        try await expectLoadError(.conflict, constraint: constraint) {
          try await place.store.bulkLoad(BulkLoad(instructors: source.source))
        }
        try await expectEmptyAndUsable(place, source)
      }
    },
    ConformanceCase(
      "bulkLoad/conflict-with-what-is-there", "A conflict with what was there before leaves that as it was."
    ) { context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 500)
      let there = try await place.instructors.create(
        Samples.complete(id: source.expected(450).id, courses: [.primary(1)]))
      try await expectLoadError(.conflict, constraint: .instructorID) {
        try await place.store.bulkLoad(BulkLoad(instructors: source.source))
      }
      try await place.store.expectStored(there)
      try expectEqual(try await place.instructors.primary(of: 1), there, "the primary")
      let other = BulkRecords(count: 500, firstID: 90_000, changed: [321: { $0.courses = [.primary(1)] }])
      try await expectLoadError(.conflict, constraint: .primaryOfCourse) {
        try await place.store.bulkLoad(BulkLoad(instructors: other.source))
      }
      try await place.store.expectStored(there)
      try expectEqual(try await place.instructors.primary(of: 1), there, "the primary")
      _ = try await place.instructors.create(context.newInstructor(courses: [.primary(CourseID(1 << 55))]))
    },
    ConformanceCase(
      "bulkLoad/cancelled", "A cancelled load ends as cancelled and leaves the store empty again."
    ) {
      context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 20_000)
      let isStarted = Flag()
      let load = Task {
        let running = BulkSource(count: source.count) { range in
          isStarted.raise()
          return source.source.records(range)
        }
        return try await place.store.bulkLoad(BulkLoad(instructors: running))
      }
      // Cancelled when the first records have been asked for: the load is under way.
      try await isStarted.wait()
      load.cancel()
      switch await load.result {
      case .success:
        // The cancellation came too late; then everything is there.
        try expectEqual(try await place.instructors.count(.all, upTo: 100_000), source.count, "the count")
      case .failure(let error as StoreError):
        try expectEqual(error.code, .cancelled, "how the load ends")
        try await expectEmptyAndUsable(place, source)
      case .failure(let error): throw error
      }
    },
    ConformanceCase(
      "bulkLoad/handles-opened-meanwhile",
      "A handle opened while a load runs fails with schemaMismatch until it is done."
    ) { context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 30_000)
      let (isStarted, isOver) = (Flag(), Flag())
      let refusals = try await concurrently(2) { task -> Int in
        if task == 0 {
          defer { isOver.raise() }
          let running = BulkSource(count: source.count) { range in
            isStarted.raise()
            return source.source.records(range)
          }
          try await place.store.bulkLoad(BulkLoad(instructors: running))
          return 0
        }
        while !isStarted.isRaised, !isOver.isRaised {
          try Task.checkCancellation()
          await Task.yield()
        }
        var refusals = 0
        while !isOver.isRaised {
          do {
            let handle = try await place.openStore()
            let count: Result<Int, StoreError>
            do throws(StoreError) {
              count = .success(try await handle.instructors.count(.all, upTo: 100_000))
            } catch {
              count = .failure(error)
            }
            // Hundreds of open handles would use up a server's connections.
            await handle.close()
            try expectEqual(try count.get(), source.count, "the count of a handle that is not refused")
          } catch let error as StoreError {
            try expectEqual(error.code, .schemaMismatch, "how a handle opened meanwhile fails, \(error)")
            refusals += 1
          }
          await Task.yield()
        }
        return refusals
      }
      try expect(refusals[1] > 0, "at least one handle refused while the load ran")
      let after = try await place.openStore()
      try expectEqual(
        try await after.instructors.count(.all, upTo: 100_000), source.count, "the count afterwards")
    },
  ]

  /// A load into a non-empty store may have applied a part: its outcome and index are not looked at.
  private static func expectLoadError(
    _ code: StoreError.Code, constraint: Constraint, file: String = #fileID, line: Int = #line,
    _ body: () async throws -> BulkLoadResult
  ) async throws {
    let result: BulkLoadResult
    do {
      result = try await body()
    } catch let error as StoreError {
      try expectEqual(error.code, code, "the code of \(error)", file: file, line: line)
      try expectEqual(error.constraint, constraint, "the constraint of \(error)", file: file, line: line)
      return
    }
    throw ConformanceFailure(
      "expected \(code) [\(constraint.rawValue)], got \(result)", file: file, line: line)
  }

  /// Checks that a failed load left nothing, and that the same handle takes the good records afterwards, and refuses
  /// what it should; then makes the store empty again.
  private static func expectEmptyAndUsable(_ place: PrivatePlace, _ source: BulkRecords) async throws {
    try expectEqual(try await place.instructors.count(.all, upTo: 10), 0, "how many are left")
    let team = try await place.instructors.team(of: source.course(0))
    try expect(team.primary == nil && team.assistants.isEmpty, "an empty team, got \(team)")
    let good = try await place.instructors.create(
      NewInstructor(firstName: "A", lastName: "B", courses: [.primary(1)]))
    try await expectError(.conflict, constraint: .primaryOfCourse, of: "a second primary after a failed load")
    {
      try await place.instructors.create(NewInstructor(firstName: "A", lastName: "B", courses: [.primary(1)]))
    }
    try await place.instructors.delete(good.id)
  }
}
