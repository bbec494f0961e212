import InstructorStore

extension StoreConformance {
  static let bulkLoadResumingCases: [ConformanceCase] = [
    ConformanceCase(
      "bulkLoad/resume",
      "An interrupted load with a key shows nobody a part; the same load again makes the store what one load would."
    ) { context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 60_000)
      let load = BulkLoad(instructors: source.source, resumeKey: "a catalog")
      if try await interrupt(load, at: 30_000, on: place.store) {
        for store in [place.store, try await place.openStore()] { try await expectNothingReadable(store) }
      } else {
        // The cancellation came too late.
        try expectEqual(try await place.instructors.count(.all, upTo: 100_000), source.count, "the count")
        return
      }
      let result = try await place.store.bulkLoad(load)
      try expectEqual(
        result, BulkLoadResult(instructors: source.count, assignments: source.assignments), "the result")
      try expectEqual(try await place.instructors.count(.all, upTo: 100_000), source.count, "the count")
      for start in stride(from: 0, to: source.count, by: 1_000) {
        let expected = (start..<start + 1_000).map { source.expected($0) }
        try expectEqual(
          try await place.instructors.get(expected.map(\.id)), expected, "records from \(start)")
      }
      for index in [0, 29_999, 30_000, source.count - 2] {
        let team = try await place.instructors.team(of: source.course(index))
        try expectEqual(team.primary, source.expected(index), "a primary")
        try expectEqual(team.assistants, [source.expected(index + 1)], "the assistants")
      }
      try await expectError(.conflict, constraint: .primaryOfCourse, of: "a second primary") {
        try await place.instructors.create(context.newInstructor(courses: [.primary(source.course(9))]))
      }
      let drawn = try await place.instructors.create(context.newInstructor()).id
      try expect(drawn > source.expected(source.count - 1).id, "an id beyond those loaded, got \(drawn)")
    },
    ConformanceCase(
      "bulkLoad/resume-another",
      "An interrupted load is not mixed with another: that is refused, or begins anew where it has no key."
    ) { context in
      let place = try await context.makeStore()
      let source = BulkRecords(count: 60_000)
      let load = BulkLoad(instructors: source.source, resumeKey: "a catalog")
      guard try await interrupt(load, at: 30_000, on: place.store) else { return }
      let others = BulkRecords(count: 2_500, firstID: 500_000)
      for other in [
        BulkLoad(instructors: others.source, resumeKey: "another catalog"),
        BulkLoad(instructors: others.source, resumeKey: "a catalog"),
      ] {
        do throws(StoreError) {
          _ = try await place.store.bulkLoad(other)
        } catch {
          try expectEqual(error.code, .conflict, "how another load is refused, \(error)")
          try expectEqual(error.constraint, .interruptedLoad, "the constraint of \(error)")
          continue
        }
        // A store that kept nothing took it.
        try expectEqual(try await place.instructors.count(.all, upTo: 100_000), 2_500, "the count")
        return
      }
      _ = try await place.store.bulkLoad(BulkLoad(instructors: others.source))
      try expectEqual(try await place.instructors.count(.all, upTo: 100_000), 2_500, "the count")
      for index in [0, 1_234, 2_499] { try await place.store.expectStored(others.expected(index)) }
      _ = try await place.instructors.create(context.newInstructor(courses: [.primary(CourseID(1 << 55))]))
    },
    ConformanceCase(
      "bulkLoad/resume-invalid",
      "A load with a key that can't succeed leaves nothing, and none goes into a store with records."
    ) { context in
      let place = try await context.makeStore()
      let bad = BulkRecords(count: 3_000, changed: [2_345: { $0.lastName = "" }])
      try await expectError(.invalidArgument, index: 2_345, of: "a bad record") {
        try await place.store.bulkLoad(BulkLoad(instructors: bad.source, resumeKey: "a catalog"))
      }
      for key in ["", "a\0", String(repeating: "k", count: 257)] {
        try await expectError(.invalidArgument, of: "a bad key") {
          try await place.store.bulkLoad(BulkLoad(instructors: bad.source, resumeKey: key))
        }
      }
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 0, "how many are left")
      let there = try await place.instructors.create(context.newInstructor(courses: [.primary(1)]))
      let good = BulkRecords(count: 300, firstID: 500_000)
      try await expectError(.invalidArgument, of: "a load with a key into a store with records") {
        try await place.store.bulkLoad(BulkLoad(instructors: good.source, resumeKey: "a catalog"))
      }
      try await place.store.expectStored(there)
      try expectEqual(try await place.instructors.count(.all, upTo: 10), 1, "the count")
      _ = try await place.instructors.create(context.newInstructor(courses: [.primary(2)]))
    },
  ]

  /// Cancels a load when record `number` is asked for; `false` where it was finished all the same.
  private static func interrupt(_ load: BulkLoad, at number: Int, on store: any StorageBackend) async throws
    -> Bool
  {
    let isTime = Flag()
    var load = load
    let records = load.instructors.records
    load.instructors.records = { range in
      if range.upperBound > number { isTime.raise() }
      return records(range)
    }
    let loading = Task { [load] in try await store.bulkLoad(load) }
    try await isTime.wait()
    loading.cancel()
    switch await loading.result {
    case .success: return false
    case .failure(let error as StoreError):
      try expectEqual(error.code, .cancelled, "how the load ends")
      return true
    case .failure(let error): throw error
    }
  }

  private static func expectNothingReadable(_ store: any StorageBackend) async throws {
    let count: Int
    do throws(StoreError) {
      count = try await store.instructors.count(.all, upTo: 100_000)
    } catch {
      return try expectEqual(error.code, .schemaMismatch, "how a call fails, \(error)")
    }
    try expectEqual(count, 0, "what can be read")
  }
}
