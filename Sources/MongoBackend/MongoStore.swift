import DriverKit
public import InstructorStore

/// Instructors, and reviews of their courses, in a MongoDB replica set (one server is enough), version 5.0 or later.
///
/// One document per instructor holds its courses, and a unique index over the courses it is primary of keeps "one
/// primary per course", so nearly every call is one command. A review carries its reviewer's name, so that a page of
/// reviews is one; writing a review is a transaction, as it counts in two other documents. Writes are acknowledged by a majority with its journal on
/// disk, and reads see what a majority has; ``MongoOptions/isDurable`` alone can weaken that.
///
/// **Concurrency.** Calls may come from any task. Each of the store's connections has a thread of its own, so that no
/// call blocks Swift's cooperative threads.
///
/// ```swift
/// let store = try await MongoStore.open("mongodb://localhost/coursera")
/// try await store.migrate()
/// let grace = try await store.instructors.create(.init(firstName: "Grace", lastName: "Hopper"))
/// ```
public final class MongoStore: StorageBackend {
  /// What stands in every error of this store.
  static let backendName: StaticString = "mongo"

  public let name = "\(MongoStore.backendName)"
  public let instructors: any InstructorRepository
  public let reviews: any ReviewRepository
  public let reviewers: any ReviewerRepository
  public let ratings: any RatingRepository
  public var executor: (any TaskExecutor)? { core.servesInline ? BlockingTaskExecutor.shared : nil }
  let core: MongoCore

  init(_ core: MongoCore) {
    self.core = core
    instructors = MongoInstructors(core: core)
    reviews = MongoReviews(core: core)
    reviewers = MongoReviewers(core: core)
    ratings = MongoRatings(core: core)
  }

  /// Connects to the deployment at `url` and looks at its primary once.
  ///
  /// - Parameters:
  ///   - url: A MongoDB connection string. Its path names the database unless `options` does. A database that was
  ///     not migrated yet is fine: every call but ``migrate()`` is `schemaMismatch` until it is.
  ///   - options: Limits and deadlines.
  /// - Throws: `invalidArgument` for a malformed URL or option; `unreachable` and `authenticationFailed` within
  ///   ``MongoOptions/connectTimeout``; `schemaMismatch` for a server that is too old or no member of a replica set.
  public static func open(_ url: String, options: MongoOptions = MongoOptions()) async throws(StoreError)
    -> MongoStore
  {
    let call = CallContext(backend: backendName, operation: "open")
    let core = MongoCore(try MongoAddress(url, options: options, call), options)
    do throws(StoreError) {
      // The pool makes a connection for this, on a thread of its own.
      try await core.pool.lease(call, .read, timeout: options.connectTimeout) { _, _ throws(StoreError) in }
    } catch {
      await core.pool.close()
      throw error
    }
    return MongoStore(core)
  }

  public func ping() async throws(StoreError) {
    try await core.pool.lease(core.call("ping"), .read) {
      [gate = core.gate] connection, call throws(StoreError) in
      // Reading the schema document is the round trip.
      gate.reset()
      try gate.pass(connection, call)
    }
  }

  public func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64> {
    // A read as far as the pool is concerned: ids drawn by an attempt whose answer was lost harm nobody, so that the
    // call may be made again.
    try await core.run(core.call("reserveIDs"), .read) { (validation) throws(StoreError) in
      try validation.size(count, "count", Limits.idsPerReservation)
    } _: { connection, call throws(StoreError) in
      try connection.reserveIDs(kind, count: count, call)
    }
  }

  public func statistics() -> StoreStatistics {
    var sum = core.pool.statistics()
    // The two are read one after the other.
    sum.waitingCalls = max(0, sum.waitingCalls + core.reviewQueue.waitingCalls)
    return sum
  }

  public func close() async {
    // The writes that wait there still need connections.
    await core.reviewQueue.close()
    await core.pool.close()
  }
}

/// What the store and its repositories share.
final class MongoCore: Sendable {
  let options: MongoOptions
  let database: String
  let pool: ConnectionPool<MongoDriver>
  let gate = SchemaGate()
  let reviewQueue: CourseQueue
  let instructorIDs = IDAllocator()
  let reviewerIDs = IDAllocator()
  let reviewIDs = IDAllocator()
  /// libmongoc's own sockets, which TLS runs over, know no deadline per call: no caller's thread may wait for them.
  let servesInline: Bool

  /// - Parameter observation: Instead of what the process has installed.
  init(_ address: MongoAddress, _ options: MongoOptions, observation: PoolObservation? = nil) {
    self.options = options
    database = address.database
    servesInline = address.usesOwnSockets
    pool = ConnectionPool(
      driver: MongoDriver(address: address, gate: gate, ids: instructorIDs), name: "mongo",
      options: PoolOptions(
        connections: options.connections, waitingCalls: options.waitingCallsLimit, timeout: options.timeout,
        acquireTimeout: options.acquireTimeout, connectTimeout: options.connectTimeout,
        dispatch: options.dispatch, serialClasses: [SharedRequest.changes],
        elasticClasses: SharedRequest.reads,
        servesInline: servesInline),
      observation: observation)
    reviewQueue = CourseQueue(
      pool, limit: options.waitingCallsLimit, sharesTransactions: options.dispatch == .batched)
  }

  /// When a call that begins now must be over.
  func deadline() -> Deadline { .after(StoreTimeout.current ?? options.timeout) }

  func call(_ operation: StaticString) -> CallContext {
    CallContext(backend: MongoStore.backendName, operation: operation)
  }

  /// The checks that come before a call's own: closed, cancelled, `validate`, a deadline of zero or less; then runs
  /// `body` on a connection whose database has the right schema.
  func run<Value: Sendable>(
    _ context: CallContext, _ effect: CallEffect,
    validate: (Validation) throws(StoreError) -> Void = { _ in },
    _ body: @escaping @Sendable (MongoConnection, MongoCall) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try pool.admit(context)
    try validate(Validation(context))
    return try await pool.lease(context, effect) {
      [gate] connection, call throws(StoreError) in
      try gate.pass(connection, call)
      do throws(StoreError) { return try body(connection, call) } catch {
        throw gate.explained(error, connection, call)
      }
    }
  }
}
