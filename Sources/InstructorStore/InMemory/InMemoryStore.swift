import Synchronization

/// A store in the memory of this process: a peer of the database backends, with the same contract and no server.
///
/// A new store has no schema, as a new database has none: every call is `schemaMismatch` until ``migrate()`` was
/// called once.
///
/// ```swift
/// let store = InMemoryStore()
/// try await store.migrate()
/// let grace = try await store.instructors.create(.init(firstName: "Grace", lastName: "Hopper", courses: [.primary(42)]))
/// ```
///
/// **Concurrency.** One lock guards the data and is never held across a suspension, so calls from any number of tasks
/// take effect one after the other. No call waits for anything but that lock (``close()`` aside): a positive
/// deadline is never missed, a deadline of zero or less is `timeout` as everywhere.
///
/// **Cost.** Reads and writes by id are O(1), by name or place in a listing O(log n) and a shift of at most a few hundred
/// references; pages and teams cost what they return, a search the reviews it examines, a leaderboard the organizations.
public final class InMemoryStore: StorageBackend {
  static let backendName: StaticString = "memory"

  public var name: String { "\(Self.backendName)" }
  public var instructors: any InstructorRepository { InMemoryInstructors(store: self) }
  public var reviews: any ReviewRepository { InMemoryReviews(store: self) }
  public var reviewers: any ReviewerRepository { InMemoryReviewers(store: self) }
  public var ratings: any RatingRepository { InMemoryRatings(store: self) }

  /// What all handles of one store share.
  final class Shared: Sendable {
    let state = Mutex(InMemoryState())
  }

  let shared: Shared
  let lifecycle = InMemoryLifecycle()
  private let completedCalls = Atomic<Int>(0)
  private let cancelledCalls = Atomic<Int>(0)
  private let timedOutCalls = Atomic<Int>(0)

  /// An empty store without a schema: call ``migrate()`` before anything else.
  public convenience init() { self.init(shared: Shared()) }

  private init(shared: Shared) { self.shared = shared }

  /// Another handle on the same data, as a second process would have on a database. Each handle is closed by itself.
  public func makeHandle() -> InMemoryStore { InMemoryStore(shared: shared) }

  public func migrate() async throws(StoreError) {
    let call = context("migrate")
    try admit(call)
    try checkDeadline(call)
    shared.state.withLock { $0.isMigrated = true }
    completedCalls.add(1, ordering: .relaxed)
  }

  public func ping() async throws(StoreError) {
    try perform("ping") { (_, _) throws(StoreError) in }
  }

  public func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64> {
    try perform("reserveIDs") { (check) throws(StoreError) in
      try check.size(count, "count", Limits.idsPerReservation)
    } body: { (state, call) throws(StoreError) in
      let block =
        switch kind {
        case .instructor: state.instructorIDs.reserve(count)
        case .reviewer: state.reviewerIDs.reserve(count)
        case .review: state.reviewIDs.reserve(count)
        }
      guard let block else { throw call.idsUsedUp }
      return block
    }
  }

  public func statistics() -> StoreStatistics {
    var statistics = StoreStatistics()
    statistics.completedCalls = completedCalls.load(ordering: .relaxed)
    statistics.cancelledCalls = cancelledCalls.load(ordering: .relaxed)
    statistics.timedOutCalls = timedOutCalls.load(ordering: .relaxed)
    return statistics
  }

  /// Waits for this handle's bulk load, if one runs, for no longer than the default deadline; a load that needs longer
  /// ends as `closed`. The data lives on in the store's other handles.
  public func close() async { await lifecycle.close() }
}

extension InMemoryStore {
  func context(_ operation: StaticString) -> CallContext {
    CallContext(backend: Self.backendName, operation: operation)
  }

  /// One call, from its checks to its answer. The order of the checks is the same on every backend: closed, cancelled,
  /// invalid argument, deadline, schema, and then what the data says.
  func perform<Answer: Sendable>(
    _ operation: StaticString,
    check: (Validation) throws(StoreError) -> Void = { (_) throws(StoreError) in },
    body: (inout InMemoryState, CallContext) throws(StoreError) -> Answer
  ) throws(StoreError) -> Answer {
    let call = context(operation)
    try admit(call)
    try check(Validation(call))
    try checkDeadline(call)
    completedCalls.add(1, ordering: .relaxed)
    return try shared.state.withLock { (state) throws(StoreError) -> Answer in
      try state.requireUsable(call)
      return try body(&state, call)
    }
  }

  /// Throws `closed` for a closed handle and `cancelled` for a cancelled task, in this order.
  func admit(_ call: CallContext) throws(StoreError) {
    if lifecycle.isClosed { throw call.error(.closed, "the store was closed") }
    if Task.isCancelled {
      cancelledCalls.add(1, ordering: .relaxed)
      throw call.error(.cancelled, "the task was cancelled")
    }
  }

  func checkDeadline(_ call: CallContext) throws(StoreError) {
    if let timeout = StoreTimeout.current, timeout <= .zero {
      timedOutCalls.add(1, ordering: .relaxed)
      throw call.error(.timeout(.connection), "the deadline had passed before anything was done")
    }
  }
}

extension CallContext {
  var idsUsedUp: StoreError { error(.resourceExhausted, "the ids below 2^62 are used up") }
}
