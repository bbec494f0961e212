package import InstructorStore

/// A store around another one, with some repositories of its own.
package struct DecoratedStore: StorageBackend {
  private let base: any StorageBackend
  package let name: String
  package let instructors: any InstructorRepository
  package let reviews: any ReviewRepository
  package let reviewers: any ReviewerRepository
  package let ratings: any RatingRepository

  /// - Parameters: What is `nil` is that of `base`.
  package init(
    base: any StorageBackend, name: String? = nil, instructors: (any InstructorRepository)? = nil,
    reviews: (any ReviewRepository)? = nil, reviewers: (any ReviewerRepository)? = nil,
    ratings: (any RatingRepository)? = nil
  ) {
    self.base = base
    self.name = name ?? base.name
    self.instructors = instructors ?? base.instructors
    self.reviews = reviews ?? base.reviews
    self.reviewers = reviewers ?? base.reviewers
    self.ratings = ratings ?? base.ratings
  }

  package var executor: (any TaskExecutor)? { base.executor }
  package func migrate() async throws(StoreError) { try await base.migrate() }
  package func ping() async throws(StoreError) { try await base.ping() }
  package func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64> {
    try await base.reserveIDs(kind, count: count)
  }
  package func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult {
    try await base.bulkLoad(load)
  }
  package func statistics() -> StoreStatistics { base.statistics() }
  package func close() async { await base.close() }
}
