internal import InstructorStore

extension Catalog {
  /// How many instructors a second this thread makes, in batches as a bulk load does: the ceiling of any load with one
  /// generating thread. Meaningful in a release build only (at least 2 million on a core of 2020 or later).
  ///
  /// - Parameters:
  ///   - records: How many to make, at least 1; the catalog is gone through again where it is smaller.
  ///   - batch: Records a batch, at least 1.
  public func measureInstructorsPerSecond(records: Int = 1_000_000, batch: Int = 2_000) -> Double {
    Self.rate(of: instructorSource, records: records, batch: batch) { $0.courses.count }
  }

  /// The same of reviews (at least half a million).
  ///
  /// - Parameters:
  ///   - records: As for instructors; nothing is measured in a catalog without reviews.
  ///   - batch: Records a batch, at least 1.
  public func measureReviewsPerSecond(records: Int = 1_000_000, batch: Int = 2_000) -> Double {
    Self.rate(of: reviewSource, records: records, batch: batch) { $0.comment.utf8.count }
  }

  private static func rate<Record>(
    of source: BulkSource<Record>, records: Int, batch: Int, _ use: (Record) -> Int
  ) -> Double {
    guard source.count > 0 else { return 0 }
    var made = 0
    var start = 0
    // Used, so that the work can't be optimised away.
    var used = 0
    let begin = ContinuousClock.now
    while made < max(records, 1) {
      let end = min(start + max(batch, 1), source.count)
      for record in source.records(start..<end) { used += use(record) }
      made += end - start
      start = end < source.count ? end : 0
    }
    let elapsed = ContinuousClock.now - begin
    return used >= 0 ? Double(made) / (elapsed / .seconds(1)) : 0
  }
}
