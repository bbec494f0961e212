import Synchronization

extension InMemoryStore {
  /// Records asked for, checked and stored at a time: a millisecond or two of work.
  private static let recordsPerChunk = 2_048

  /// Loads chunk by chunk on the calling task and yields in between: the work is computation, so it needs no
  /// thread of its own, and the record sources are called by one task at a time. While it runs, every other
  /// call through any handle, another load included, is `schemaMismatch`.
  @discardableResult
  public func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult {
    let call = context("bulkLoad")
    try admit(call)
    try Validation(call).bulkLoad(load)
    try checkDeadline(call)
    guard lifecycle.beginLoad() else { throw call.error(.closed, "the store was closed") }
    defer { lifecycle.endLoad() }
    let wasEmpty = try shared.state.withLock { (state) throws(StoreError) -> Bool in
      try state.requireUsable(call)
      if load.resumeKey != nil, !state.isEmpty {
        throw call.invalid("only a load into an empty store can be gone on with")
      }
      state.isLoading = true
      return state.isEmpty
    }
    do throws(StoreError) {
      let result = try await loadSources(load, call)
      shared.state.withLock { $0.isLoading = false }
      return result
    } catch {
      shared.state.withLock { state in
        if wasEmpty { state.removeEverything() }
        state.isLoading = false
      }
      var error = error
      // Into a store that was not empty, the records before this one stay.
      error.outcome = wasEmpty ? .notApplied : .unknown
      throw error
    }
  }

  private func loadSources(_ load: BulkLoad, _ call: CallContext) async throws(StoreError) -> BulkLoadResult {
    var result = BulkLoadResult(instructors: 0, assignments: 0)
    var progress = BulkLoadProgress(phase: .instructors, done: 0, total: load.recordCount)
    func advance(_ phase: BulkLoadProgress.Phase, by count: Int) {
      progress.phase = phase
      progress.done += count
      load.onProgress?(progress)
    }
    try await loadChunks(load.instructors, call, &result) { advance(.instructors, by: $0) }
    try await loadChunks(load.reviewers, call, &result) { advance(.reviewers, by: $0) }
    try await loadChunks(load.reviews, call, &result) { advance(.reviews, by: $0) }
    try await loadChunks(load.ratings, call, &result) { advance(.ratings, by: $0) }
    return result
  }

  private func loadChunks<Record: BulkRecord>(
    _ source: BulkSource<Record>, _ call: CallContext, _ result: inout BulkLoadResult, then: (Int) -> Void
  ) async throws(StoreError) {
    for start in stride(from: 0, to: source.count, by: Self.recordsPerChunk) {
      let range = start..<min(start + Self.recordsPerChunk, source.count)
      let records = source.records(range)
      if Task.isCancelled { throw call.error(.cancelled, "the task was cancelled") }
      if lifecycle.mustStopLoading { throw call.error(.closed, "the store was closed") }
      guard records.count == range.count else {
        throw call.invalid("the source made \(records.count) records where \(range.count) were asked for")
      }
      for (offset, record) in records.enumerated() {
        do throws(StoreError) { try record.check(Validation(call)) } catch {
          throw error.at(index: start + offset)
        }
      }
      try shared.state.withLock { (state) throws(StoreError) in
        for (offset, record) in records.enumerated() {
          do throws(StoreError) { try record.load(into: &state, call) } catch {
            throw error.at(index: start + offset)
          }
        }
      }
      for record in records { record.count(in: &result) }
      then(records.count)
      await Task.yield()
    }
  }
}

/// What a bulk load is made of.
private protocol BulkRecord: Sendable {
  func check(_ validation: Validation) throws(StoreError)
  func load(into state: inout InMemoryState, _ call: CallContext) throws(StoreError)
  func count(in result: inout BulkLoadResult)
}

extension NewInstructor: BulkRecord {
  fileprivate func check(_ validation: Validation) throws(StoreError) {
    if id == nil { throw validation.call.invalid("a record of a bulk load needs an id") }
    try validation.instructor(self)
  }

  fileprivate func load(into state: inout InMemoryState, _ call: CallContext) throws(StoreError) {
    state.instructorIDs.move(past: try state.add(self, call).id.rawValue)
  }

  fileprivate func count(in result: inout BulkLoadResult) {
    result.instructors += 1
    result.assignments += courses.count
  }
}

extension Reviewer: BulkRecord {
  fileprivate func check(_ validation: Validation) throws(StoreError) { try validation.loaded(self) }

  fileprivate func load(into state: inout InMemoryState, _ call: CallContext) throws(StoreError) {
    guard state.reviewTables.reviewers[id] == nil else {
      throw call.conflict(.reviewerID, entityID: id.rawValue)
    }
    state.reviewTables.insert(self)
    state.reviewerIDs.move(past: id.rawValue)
  }

  fileprivate func count(in result: inout BulkLoadResult) { result.reviewers += 1 }
}

extension Review: BulkRecord {
  fileprivate func check(_ validation: Validation) throws(StoreError) { try validation.loaded(self) }

  fileprivate func load(into state: inout InMemoryState, _ call: CallContext) throws(StoreError) {
    guard state.reviewTables.reviews[id] == nil else {
      throw call.conflict(.reviewID, entityID: id.rawValue)
    }
    guard state.reviewTables.reviewers[reviewerID] != nil else { throw call.missingReviewer(reviewerID) }
    state.reviewTables.insertUncounted(self)
    state.reviewIDs.move(past: id.rawValue)
  }

  fileprivate func count(in result: inout BulkLoadResult) { result.reviews += 1 }
}

extension CourseRating: BulkRecord {
  fileprivate func check(_ validation: Validation) throws(StoreError) { try validation.loaded(self) }

  fileprivate func load(into state: inout InMemoryState, _ call: CallContext) throws(StoreError) {
    guard state.reviewTables.ratings[courseID] == nil else {
      throw call.conflict(.courseRating, entityID: courseID.rawValue)
    }
    state.reviewTables.replace(self)
  }

  fileprivate func count(in result: inout BulkLoadResult) { result.ratings += 1 }
}
