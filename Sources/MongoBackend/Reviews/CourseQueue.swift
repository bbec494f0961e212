import Dispatch
import DriverKit
import InstructorStore
import Synchronization

/// The review writes of each course, one group after the other and first come, first served, in front of the pool.
///
/// All of them change the same document, the course's rating, and two transactions at once would only make one of
/// them start again: measured, 64 writers of one course got 340 to 505 writes/s that way and some missed their
/// deadline. Here the writes of a course that wait while a transaction runs share the next one. A write that waits holds
/// no connection; it keeps its deadline and ends with its task.
///
/// Where calls may share exchanges, a transaction also takes along what waits for other courses: they have no document in
/// common but a reviewer now and then.
///
/// Other processes have queues of their own: against those the transaction's retry loop helps.
///
/// A write that waits here is a call like any other to whoever watches the pool: counters, metrics and spans have it, and not the lease
/// that a group waits for.
final class CourseQueue: Sendable {
  struct Lane {
    var waiting: [ReviewWrite] = []
    var running: [ReviewWrite] = []
    /// Goes up when a group has ended, or could not begin.
    var round = 0
    var hasBegun = false
    /// What waits in the pool for the next group's connection.
    var lease: PendingLease?
  }

  struct State {
    var lanes: [CourseID: Lane] = [:]
    var waitingCount = 0
    var nextTicket: UInt64 = 0
    var nextExpiry = Deadline.never
    var isClosed = false
    var drained: [UnsafeContinuation<Void, Never>] = []
  }

  private let limit: Int
  let sharesTransactions: Bool
  let state = Mutex(State())
  // Dispatch objects may be used from any thread (libdispatch documents it; its Swift overlay does not declare it).
  // It is scheduled under the lock, so that a later deadline never overwrites an earlier one.
  nonisolated(unsafe) private let timer: any DispatchSourceTimer
  let pool: ConnectionPool<MongoDriver>

  /// - Parameters:
  ///   - limit: The most writes that wait.
  ///   - sharesTransactions: Whether writes of several courses share transactions.
  init(_ pool: ConnectionPool<MongoDriver>, limit: Int, sharesTransactions: Bool) {
    self.pool = pool
    self.limit = limit
    self.sharesTransactions = sharesTransactions
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "mongo-review-deadlines"))
    timer.setEventHandler { [weak self] in self?.expire() }
    timer.resume()
  }

  deinit { timer.cancel() }

  /// Runs `change` when it is its turn among those of `course`.
  func run(
    _ change: ReviewChange, of course: CourseID, _ context: CallContext, deadline: Deadline, _ core: MongoCore
  ) async throws(StoreError) -> ReviewOutcome {
    try pool.admit(context)
    guard !deadline.hasPassed else {
      throw context.error(.timeout(.connection), "the deadline passed before anything was sent")
    }
    let write = ReviewWrite(change, of: course, context, deadline: deadline)
    let result = await pool.traced(context) {
      await withTaskCancellationHandler {
        await withUnsafeContinuation { submit(write, $0, core) }
      } onCancel: {
        cancel(write)
      }
    }
    return try result.get()
  }

  // MARK: Waiting

  private func submit(_ write: ReviewWrite, _ continuation: ReviewWrite.Continuation, _ core: MongoCore) {
    let course = write.course
    enum Action {
      case none
      case serve
      case refuse(StoreError)
    }
    let action: Action = state.withLock { state in
      guard write.phase == .created else {
        return .refuse(write.context.error(.cancelled, "the task was cancelled"))
      }
      guard !state.isClosed else { return .refuse(write.context.error(.closed, "the store was closed")) }
      guard state.waitingCount < limit else {
        return .refuse(write.context.error(.poolExhausted, "too many writes wait for the course"))
      }
      write.phase = .waiting
      write.continuation = continuation
      write.ticket = state.nextTicket
      state.nextTicket += 1
      state.waitingCount += 1
      if write.deadline < state.nextExpiry { arm(write.deadline, &state) }
      let isIdle = state.lanes[course] == nil
      state.lanes[course, default: Lane()].waiting.append(write)
      return isIdle ? .serve : .none
    }
    switch action {
    case .none: break
    case .serve: serve(course, core)
    case .refuse(let error):
      if error.code == .poolExhausted { pool.refusedCall() }
      continuation.resume(returning: .failure(error))
    }
  }

  /// Ends a write with what came of it; does nothing if its caller has gone.
  func finish(_ write: ReviewWrite, _ result: Result<ReviewOutcome, StoreError>) {
    let continuation = state.withLock { _ in
      write.phase == .running ? claim(write) : nil
    }
    continuation?.resume(returning: result)
  }

  private func cancel(_ write: ReviewWrite) {
    typealias Left = (ReviewWrite.Phase, ReviewWrite.Continuation?, PendingLease?)
    let (phase, continuation, lease): Left = state.withLock { state in
      let phase = write.phase
      let lease = phase == .waiting ? remove(write, &state) : nil
      return (phase, claim(write), lease)
    }
    lease?.withdraw()
    if phase != .finished { pool.cancelledCall() }
    let isUnknown = phase == .running
    continuation?.resume(
      returning: .failure(
        write.context.error(
          .cancelled, "the task was cancelled", entityID: isUnknown ? write.id : nil,
          outcome: isUnknown ? .unknown : .notApplied)))
  }

  /// Under the lock: the right to resume the caller.
  func claim(_ write: ReviewWrite) -> ReviewWrite.Continuation? {
    write.phase = .finished
    defer { write.continuation = nil }
    return write.continuation
  }

  /// Under the lock: takes out a write that waits.
  ///
  /// - Returns: A lease to take back, because nobody is left who waits for it.
  func remove(_ write: ReviewWrite, _ state: inout State) -> PendingLease? {
    guard var lane = state.lanes[write.course], let index = lane.waiting.firstIndex(where: { $0 === write })
    else { return nil }
    lane.waiting.remove(at: index)
    state.waitingCount -= 1
    defer { state.lanes[write.course] = lane }
    guard lane.waiting.isEmpty, let lease = lane.lease else { return nil }
    lane.lease = nil
    return lease
  }

  // MARK: Deadlines

  private func arm(_ deadline: Deadline, _ state: inout State) {
    state.nextExpiry = deadline
    guard deadline != .never else { return }
    let now = Deadline.now()
    let wait = deadline.nanoseconds > now ? deadline.nanoseconds - now : 0
    timer.schedule(deadline: .now() + .nanoseconds(Int(clamping: wait)), leeway: .milliseconds(1))
  }

  /// Lets go of every caller whose deadline has passed, and arms the timer for the next.
  private func expire() {
    typealias Late = (ReviewWrite, StoreError.Code, ReviewWrite.Continuation)
    let now = Deadline(nanoseconds: Deadline.now())
    // Who waits while nobody of the course runs waits for a connection.
    let isConnected = pool.statistics().openConnections > 0
    let (late, leases): ([Late], [PendingLease]) = state.withLock { state in
      var late: [Late] = []
      var leases: [PendingLease] = []
      var next = Deadline.never
      for lane in state.lanes.values {
        for write in lane.waiting + lane.running where write.phase != .finished {
          guard write.deadline <= now else {
            next = min(next, write.deadline)
            continue
          }
          let code: StoreError.Code =
            if write.phase == .running { .timeout(.response) } else if lane.hasBegun { .contended } else {
              isConnected ? .poolExhausted : .unreachable
            }
          if write.phase == .waiting, let lease = remove(write, &state) { leases.append(lease) }
          if let continuation = claim(write) { late.append((write, code, continuation)) }
        }
      }
      arm(next, &state)
      return (late, leases)
    }
    for lease in leases { lease.withdraw() }
    pool.timedOut(calls: late.count)
    for (write, code, continuation) in late { continuation.resume(returning: .failure(write.late(code))) }
  }

  // MARK: The store's own

  /// Takes no more writes and returns when those under way have ended, each by its deadline.
  func close() async {
    await withUnsafeContinuation { continuation in
      let isIdle = state.withLock { state in
        state.isClosed = true
        if !state.lanes.isEmpty { state.drained.append(continuation) }
        return state.lanes.isEmpty
      }
      if isIdle { continuation.resume() }
    }
  }

  /// The calls that wait here and that the pool does not see: it counts the leases that wait.
  var waitingCalls: Int {
    state.withLock { state in state.waitingCount - state.lanes.values.count { $0.lease != nil } }
  }
}

extension ReviewWrite {
  fileprivate func late(_ code: StoreError.Code) -> StoreError {
    switch code {
    case .contended: context.error(code, "other writers of the course kept coming first", entityID: id)
    case .poolExhausted: context.error(code, "no connection became free in time", entityID: id)
    case .unreachable: context.error(code, "no connection could be made in time", entityID: id)
    default:
      context.error(code, "the answer did not come in time", entityID: id, outcome: .unknown)
    }
  }
}
