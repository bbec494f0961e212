import CLibPQ
import DriverKit
public import InstructorStore

/// A ``StorageBackend`` on PostgreSQL (15 or later), through libpq.
///
/// ```swift
/// let store = try await PostgresStore.open("postgres://localhost/coursera")
/// try await store.migrate()
/// let team = try await store.instructors.team(of: 42)
/// await store.close()
/// ```
/// Transactions are read committed with `synchronous_commit`; texts are compared by bytes (`COLLATE "C"`).
/// Connections are opened as calls need them, up to ``PostgresOptions/connections``.
public final class PostgresStore: StorageBackend {
  /// `postgres`, or `postgres-jsonb` where instructors are documents.
  public var name: String { "\(options.dataModel.backend)" }
  public var instructors: any InstructorRepository {
    PostgresInstructors(pool: pool, ids: instructorIDs, statements: statements)
  }
  public var reviews: any ReviewRepository {
    PostgresReviews(pool: pool, ids: reviewIDs, model: options.dataModel)
  }
  public var reviewers: any ReviewerRepository {
    PostgresReviewers(pool: pool, ids: reviewerIDs, model: options.dataModel)
  }
  public var ratings: any RatingRepository { PostgresRatings(pool: pool, model: options.dataModel) }

  public var executor: (any TaskExecutor)? { BlockingTaskExecutor.shared }

  let options: PostgresOptions
  let pool: ConnectionPool<PostgresDriver>
  private let statements: InstructorStatements
  let instructorIDs = IDAllocator()
  let reviewerIDs = IDAllocator()
  let reviewIDs = IDAllocator()

  private init(options: PostgresOptions, pool: ConnectionPool<PostgresDriver>) {
    self.options = options
    self.pool = pool
    statements = .of(options.dataModel)
  }

  /// Connects once, so that a wrong address or password is known now.
  ///
  /// - Parameter connection: A URL (`postgres://user:password@host:port/database`) or libpq's `keyword=value` form;
  ///   whatever it leaves out comes from libpq's environment variables and defaults.
  /// - Throws: `invalidArgument` for a malformed connection string or options; `unreachable` or
  ///   `authenticationFailed` within the connect timeout.
  public static func open(
    _ connection: String, options: PostgresOptions = PostgresOptions()
  ) async throws(StoreError) -> PostgresStore {
    let context = CallContext(backend: options.dataModel.backend, operation: "open")
    try check(options, context)
    try check(connection, context)
    let pool = ConnectionPool(
      driver: PostgresDriver(connectionString: connection, options: options),
      name: "\(options.dataModel.backend)",
      options: PoolOptions(
        connections: options.connections, waitingCalls: options.waitingCallsLimit,
        timeout: options.timeout, acquireTimeout: options.acquireTimeout,
        connectTimeout: options.connectTimeout, dispatch: options.dispatch,
        quickClasses: [PipelineClass.reads], elasticClasses: [PipelineClass.reads]))
    let store = PostgresStore(options: options, pool: pool)
    do throws(StoreError) {
      try await pool.lease(context, .read, timeout: options.connectTimeout) {
        (connection, call) throws(StoreError) in
      }
    } catch {
      await pool.close()
      throw error
    }
    return store
  }

  public func ping() async throws(StoreError) {
    let context = call("ping")
    try pool.admit(context)
    try await pool.lease(context, .read) { (connection, call) throws(StoreError) in
      try Self.check(Self.state(connection, call), of: connection.dataModel, call.context)
    }
  }

  public func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64> {
    let context = call("reserveIDs")
    try pool.admit(context)
    try Validation(context).size(count, "count", Limits.idsPerReservation)
    return try await pool.lease(context, .write) { (connection, call) throws(StoreError) in
      try Self.requireSchema(connection, call)
      return try IDReservation.reserve(kind, count: count, connection, call)
    }
  }

  public func statistics() -> StoreStatistics { pool.statistics() }

  public func close() async { await pool.close() }

  func call(_ operation: StaticString) -> CallContext {
    CallContext(backend: options.dataModel.backend, operation: operation)
  }

  private static func check(_ connection: String, _ context: CallContext) throws(StoreError) {
    var message: UnsafeMutablePointer<CChar>?
    guard !connection.utf8.contains(0), let parsed = PQconninfoParse(connection, &message) else {
      // libpq's message quotes parts of the string, which may hold the password.
      PQfreemem(message)
      throw context.invalid(
        "the connection string is malformed; write postgres://user:password@host:port/database")
    }
    PQconninfoFree(parsed)
  }

  private static func check(_ options: PostgresOptions, _ context: CallContext) throws(StoreError) {
    let validation = Validation(context)
    // PostgreSQL cuts longer identifiers.
    try validation.text(options.schema, "schema", bytes: 1...63)
    try validation.size(options.connections, "connections", 1...1_000)
    try validation.size(options.waitingCallsLimit, "waitingCallsLimit", 0...10_000_000)
    guard options.timeout > .zero, options.acquireTimeout > .zero, options.connectTimeout > .zero else {
      throw context.invalid("timeouts must be greater than zero")
    }
  }
}

/// Reserves blocks of ids in the `id_allocator` table.
enum IDReservation {
  private static let statement = Statement(
    """
    UPDATE id_allocator SET next_id = next_id + $2::bigint
      WHERE entity = $1::text AND next_id <= \(Limits.identifiers.upperBound) - $2::bigint + 1
      RETURNING next_id
    """)

  /// Shielded: other calls use the block too, so it is fetched to its end even where its caller has gone, by that
  /// caller's deadline; of a batch, by the last of its callers'.
  static func reserve(
    _ kind: EntityKind, count: Int, _ connection: PostgresConnection, _ call: PostgresConnection.Call
  ) throws(StoreError) -> ClosedRange<Int64> {
    // Nobody's, so that nobody leaves it; and a read, as ids that nobody gets to know harm nobody.
    let fetch = PoolCall<PostgresConnection>(call.context, .read, deadline: call.deadline)
    let end = try call.preparing { () throws(StoreError) in
      try connection.query(fetch, statement) { parameters in
        parameters.append(kind.rawValue)
        parameters.append(Int64(count))
      } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) -> Int64? in
        result.rowCount == 1 ? try result.integer(0, 0) : nil
      }
    }
    guard let end else { throw call.context.error(.resourceExhausted, "ids below 2^62 are used up") }
    return end - Int64(count)...end - 1
  }
}
