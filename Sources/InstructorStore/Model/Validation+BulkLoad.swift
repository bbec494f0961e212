extension Validation {
  /// What can be said of a load before its first record.
  package func bulkLoad(_ load: BulkLoad) throws(StoreError) {
    guard load.counts.allSatisfy({ $0 >= 0 }) else { throw call.invalid("the number of records is negative") }
    try text(load.resumeKey, "resumeKey", bytes: Limits.resumeKeyBytes)
  }
}
