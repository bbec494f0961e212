import Synchronization

extension InMemoryStore {
  /// Records asked for, checked and stored at a time: a millisecond or two of work.
  private static let recordsPerChunk = 2_048

  /// Loads chunk by chunk on the calling task and yields in between: the work is computation, so it needs no
  /// thread of its own, and the record source is called by one task at a time. While it runs, every other
  /// call through any handle, another load included, is `schemaMismatch`.
  @discardableResult
  public func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult {
    let call = context("bulkLoad")
    try admit(call)
    let source = load.instructors
    guard source.count >= 0 else { throw call.invalid("the number of records is negative") }
    try checkDeadline(call)
    guard lifecycle.beginLoad() else { throw call.error(.closed, "the store was closed") }
    defer { lifecycle.endLoad() }
    let wasEmpty = try shared.state.withLock { (state) throws(StoreError) -> Bool in
      try state.requireUsable(call)
      state.isLoading = true
      return state.tables.isEmpty
    }
    do throws(StoreError) {
      let result = try await loadChunks(load, call)
      shared.state.withLock { $0.isLoading = false }
      return result
    } catch {
      shared.state.withLock { state in
        if wasEmpty { state.tables = InMemoryTables() }
        state.isLoading = false
      }
      var error = error
      // Into a store that was not empty, the chunks before this one stay.
      error.outcome = wasEmpty ? .notApplied : .unknown
      throw error
    }
  }

  private func loadChunks(_ load: BulkLoad, _ call: CallContext) async throws(StoreError) -> BulkLoadResult {
    let source = load.instructors
    var result = BulkLoadResult(instructors: 0, assignments: 0)
    for start in stride(from: 0, to: source.count, by: Self.recordsPerChunk) {
      let range = start..<min(start + Self.recordsPerChunk, source.count)
      let records = source.records(range)
      if Task.isCancelled { throw call.error(.cancelled, "the task was cancelled") }
      if lifecycle.mustStopLoading { throw call.error(.closed, "the store was closed") }
      guard records.count == range.count else {
        throw call.invalid("the source made \(records.count) records where \(range.count) were asked for")
      }
      for (offset, record) in records.enumerated() {
        do throws(StoreError) { try Validation(call).loaded(record) } catch {
          throw error.at(index: start + offset)
        }
      }
      try shared.state.withLock { (state) throws(StoreError) in
        try state.load(records, firstIndex: start, call)
      }
      result.instructors += records.count
      result.assignments += records.reduce(0) { $0 + $1.courses.count }
      load.onProgress?(BulkLoadProgress(phase: .rows, done: range.upperBound, total: source.count))
      await Task.yield()
    }
    return result
  }
}

extension InMemoryState {
  fileprivate mutating func load(_ records: [NewInstructor], firstIndex: Int, _ call: CallContext)
    throws(StoreError)
  {
    for (offset, record) in records.enumerated() {
      do throws(StoreError) {
        let instructor = try add(record, call)
        instructorIDs.move(past: instructor.id.rawValue)
      } catch {
        throw error.at(index: firstIndex + offset)
      }
    }
  }
}

extension Validation {
  fileprivate func loaded(_ record: NewInstructor) throws(StoreError) {
    if record.id == nil { throw call.invalid("a record of a bulk load needs an id") }
    try instructor(record)
  }
}
