/// A store: its repositories and what belongs to all of them.
///
/// Conforming types: ``InMemoryStore``, `PostgresStore`, `MongoStore`. To add one, conform to this protocol and
/// run the cases of `StoreConformance` against it.
public protocol StorageBackend: Sendable {
  /// For example `postgres`; it stands in every ``StoreError`` of the store.
  var name: String { get }

  var instructors: any InstructorRepository { get }
  var reviews: any ReviewRepository { get }
  var reviewers: any ReviewerRepository { get }
  var ratings: any RatingRepository { get }

  /// Where a task runs best that makes one call to this store after the other; `nil` where it makes no difference.
  ///
  /// ```swift
  /// let reader = Task(executorPreference: store.executor) { try await store.instructors.get(id) }
  /// ```
  /// The threads of this executor may block, so a call that finds the store quiet is served by the thread it is made on,
  /// without the two hand-offs between threads that otherwise weigh as much as a local round trip. Nothing else
  /// changes: deadlines, cancellation and batching are the same. The executor has about as many threads as there are
  /// cores and is shared by all stores; long computations belong elsewhere.
  var executor: (any TaskExecutor)? { get }

  /// Creates the schema or brings it up to date. Safe to run from many processes at once, and again.
  ///
  /// - Throws: `schemaMismatch` where the schema is newer than this code and no longer serves it.
  func migrate() async throws(StoreError)

  /// One round trip to the server, to tell whether it answers and the schema is one this code can use.
  func ping() async throws(StoreError)

  /// Draws `count` ids that nobody else will get, in one block.
  ///
  /// - Parameter count: 1 to 1,000,000,000.
  /// - Throws: `resourceExhausted` when ids below 2⁶² are used up.
  func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64>

  /// Loads a large number of records, far faster than creating them one by one.
  ///
  /// Not atomic: while it runs the schema is marked as loading, and handles opened meanwhile fail with `schemaMismatch`.
  /// If the collections were empty before, indexes are built after the rows, and a load that fails or is cancelled
  /// leaves them empty again; otherwise what was loaded so far stays. The id allocators move past the largest ids loaded.
  ///
  /// Derived values (``Reviewer/reviewCount``, ``CourseRating/reviews``, a review's reviewer name and picture) are stored
  /// as they are given: the source must make them consistent, which a generator or an export can and a loader in flat
  /// memory can't. ``RatingRepository/recompute(_:)`` mends a rating.
  /// - Throws: `invalidArgument` for a record outside ``Limits`` or without an id (``StoreError/index`` is
  ///   its number within its source), `conflict` where an id, a primary or a course's rating
  ///   (``Constraint/courseRating``) is taken, `referenceViolation` with ``Constraint/reviewerReference`` for a review whose
  ///   reviewer is neither stored nor loaded. These two name a record only where the backend can tell which it was.
  @discardableResult
  func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult

  /// Counters since the store was opened.
  func statistics() -> StoreStatistics

  /// Lets calls under way finish (no longer than the default deadline), then releases everything. Every later call is
  /// `closed`. Closing twice does nothing.
  func close() async
}

extension StorageBackend {
  /// None: its calls don't wait for anything.
  public var executor: (any TaskExecutor)? { nil }
}
