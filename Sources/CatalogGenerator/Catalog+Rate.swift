internal import InstructorStore

extension Catalog {
  /// How many instructors a second this thread makes, in batches as a bulk load does: the ceiling of any load with one
  /// generating thread. Meaningful in a release build only (at least 2 million on a core of 2020 or later).
  ///
  /// - Parameters:
  ///   - records: How many to make, at least 1; the catalog is gone through again where it is smaller.
  ///   - batch: Records a batch, at least 1.
  public func measureInstructorsPerSecond(records: Int = 1_000_000, batch: Int = 2_000) -> Double {
    var made = 0
    var start = 0
    // Used, so that the work can't be optimised away.
    var assignments = 0
    let begin = ContinuousClock.now
    while made < max(records, 1) {
      let end = min(start + max(batch, 1), instructorCount)
      for record in instructors(start..<end) { assignments += record.courses.count }
      made += end - start
      start = end < instructorCount ? end : 0
    }
    let elapsed = ContinuousClock.now - begin
    return assignments >= 0 ? Double(made) / (elapsed / .seconds(1)) : 0
  }
}
