/// A store: its repositories and what belongs to all of them.
///
/// Conforming types: ``InMemoryStore``, `PostgresStore`, `MongoStore`. To add one, conform to this protocol and
/// run the cases of `StoreConformance` against it.
public protocol StorageBackend: Sendable {
  /// For example `postgres`; it stands in every ``StoreError`` of the store.
  var name: String { get }

  var instructors: any InstructorRepository { get }

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
  /// leaves them empty again; otherwise what was loaded so far stays. The id allocator moves past the largest id loaded.
  /// - Throws: `invalidArgument` for a record outside ``Limits`` or without an id (``StoreError/index`` is
  ///   its number), `conflict` where an id or a primary is taken.
  @discardableResult
  func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult

  /// Counters since the store was opened.
  func statistics() -> StoreStatistics

  /// Lets calls under way finish (no longer than the default deadline), then releases everything. Every later call is
  /// `closed`. Closing twice does nothing.
  func close() async
}
