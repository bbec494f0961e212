/// Everything behind the lock of an ``InMemoryStore``.
struct InMemoryState {
  var isMigrated = false
  /// A bulk load is under way: it alone may touch the tables.
  var isLoading = false
  var instructorIDs = IDAllocator()
  var reviewerIDs = IDAllocator()
  var reviewIDs = IDAllocator()
  var tables = InMemoryTables()
  var reviewTables = InMemoryReviewTables()

  var isEmpty: Bool { tables.isEmpty && reviewTables.isEmpty }

  mutating func removeEverything() {
    tables = InMemoryTables()
    reviewTables = InMemoryReviewTables()
  }

  func requireUsable(_ call: CallContext) throws(StoreError) {
    guard isMigrated else {
      throw call.error(.schemaMismatch, "there is no schema yet: call migrate() first")
    }
    guard !isLoading else { throw call.error(.schemaMismatch, "a bulk load is under way") }
  }
}

/// Hands out ids in ascending order, each once.
struct IDAllocator {
  private var next = Limits.identifiers.lowerBound

  /// `count` ids in a row, or `nil` where fewer are left.
  mutating func reserve(_ count: Int) -> ClosedRange<Int64>? {
    let (end, overflow) = next.addingReportingOverflow(Int64(count))
    guard !overflow, end - 1 <= Limits.identifiers.upperBound else { return nil }
    defer { next = end }
    return next...(end - 1)
  }

  /// The next id that is not taken, or `nil` where ids are used up.
  ///
  /// Imports may have taken long runs of ids with explicit ones: each taken id doubles the step, so a run of a
  /// million costs some twenty tries (and leaves a gap behind it).
  mutating func draw(isTaken: (Int64) -> Bool) -> Int64? {
    var step: Int64 = 1
    while next <= Limits.identifiers.upperBound {
      let candidate = next
      if !isTaken(candidate) {
        next = candidate + 1
        return candidate
      }
      guard step <= Limits.identifiers.upperBound - candidate else { return nil }
      next = candidate + step
      step *= 2
    }
    return nil
  }

  /// As ``draw(isTaken:)``, typed.
  mutating func draw<ID: EntityIdentifier>(_ call: CallContext, isTaken: (ID) -> Bool)
    throws(StoreError) -> ID
  {
    guard let drawn = draw(isTaken: { isTaken(ID($0)) }) else { throw call.idsUsedUp }
    return ID(drawn)
  }

  mutating func move(past id: Int64) { next = max(next, id + 1) }
}
