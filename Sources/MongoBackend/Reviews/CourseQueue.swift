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
final class CourseQueue: Sendable {
  /// What one transaction takes on.
  private static let writesPerGroup = 64
  private static let bytesPerGroup = 512 << 10

  private struct Lane {
    var waiting: [ReviewWrite] = []
    var running: [ReviewWrite] = []
    /// Goes up when a group has ended, or could not begin.
    var round = 0
    var hasBegun = false
    /// What waits in the pool for the next group's connection.
    var lease: PendingLease?
  }

  private struct State {
    var lanes: [CourseID: Lane] = [:]
    var waitingCount = 0
    var nextTicket: UInt64 = 0
    var counters = StoreStatistics()
    var nextExpiry = Deadline.never
    var isClosed = false
    var drained: [UnsafeContinuation<Void, Never>] = []
  }

  private let limit: Int
  private let sharesTransactions: Bool
  private let state = Mutex(State())
  // Dispatch objects may be used from any thread (libdispatch documents it; its Swift overlay does not declare it).
  // It is scheduled under the lock, so that a later deadline never overwrites an earlier one.
  nonisolated(unsafe) private let timer: any DispatchSourceTimer
  private let pool: ConnectionPool<MongoDriver>

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
    let result = await withTaskCancellationHandler {
      await withUnsafeContinuation { submit(write, $0, core) }
    } onCancel: {
      cancel(write)
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
        state.counters.refusedCalls += 1
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
    case .refuse(let error): continuation.resume(returning: .failure(error))
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
    let (phase, continuation): (ReviewWrite.Phase, ReviewWrite.Continuation?) = state.withLock { state in
      let phase = write.phase
      if phase == .waiting { remove(write, &state) }
      if phase != .finished { state.counters.cancelledCalls += 1 }
      return (phase, claim(write))
    }
    let isUnknown = phase == .running
    continuation?.resume(
      returning: .failure(
        write.context.error(
          .cancelled, "the task was cancelled", entityID: isUnknown ? write.id : nil,
          outcome: isUnknown ? .unknown : .notApplied)))
  }

  /// Under the lock: the right to resume the caller.
  private func claim(_ write: ReviewWrite)
    -> ReviewWrite.Continuation?
  {
    write.phase = .finished
    defer { write.continuation = nil }
    return write.continuation
  }

  private func remove(_ write: ReviewWrite, _ state: inout State) {
    guard let index = state.lanes[write.course]?.waiting.firstIndex(where: { $0 === write }) else { return }
    state.lanes[write.course]?.waiting.remove(at: index)
    state.waitingCount -= 1
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
    let late: [Late] = state.withLock { state in
      var late: [Late] = []
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
          if write.phase == .waiting { remove(write, &state) }
          if let continuation = claim(write) { late.append((write, code, continuation)) }
        }
      }
      state.counters.timedOutCalls += late.count
      arm(next, &state)
      return late
    }
    for (write, code, continuation) in late { continuation.resume(returning: .failure(write.late(code))) }
  }

  // MARK: Serving

  /// Sees to it that the next group of the course runs. There is one at most at a time.
  private func serve(_ course: CourseID, _ core: MongoCore) {
    let next: (head: ReviewWrite, round: Int)? = state.withLock { state in
      // A group that has begun, another course's perhaps, sees to what waits when it ends.
      guard let lane = state.lanes[course], !lane.hasBegun else { return nil }
      if let head = lane.waiting.first { return (head, lane.round) }
      removeLane(course, &state)
      return nil
    }
    guard let (head, round) = next else { return }
    Task { [self] in
      do throws(StoreError) {
        let timeout = Duration.milliseconds(Int64(head.deadline.remainingMilliseconds))
        let lease = try pool.pendingLease(head.context, .write, timeout: timeout) {
          [self] connection, _ throws(StoreError) in
          let group = begin(course, round)
          guard !group.isEmpty else { return false }
          // The pool counts the lease itself as one call.
          state.withLock { $0.counters.completedCalls -= 1 }
          ReviewGroup(writes: group, core: core, connection: connection, context: head.context).run()
          return true
        }
        guard keep(lease, course, round) else { return }
        try await lease.run()
      } catch {
        couldNotBegin(course, round, head, error, core)
      }
      // Also where everybody had left before it began.
      if state.withLock({ $0.lanes[course].map { $0.round == round && !$0.hasBegun } ?? false }) {
        couldNotBegin(course, round, head, nil, core)
      }
    }
  }

  /// Notes the lease that a round waits for. Returns `false` where another course's group has begun the round already.
  private func keep(_ lease: PendingLease, _ course: CourseID, _ round: Int) -> Bool {
    state.withLock { state in
      guard let lane = state.lanes[course], lane.round == round, !lane.hasBegun else { return false }
      state.lanes[course]?.lease = lease
      return true
    }
  }

  /// Takes the next group; empty where nobody waits any more, or this round is over or under way with another course's.
  private func begin(_ course: CourseID, _ round: Int) -> [ReviewWrite] {
    var leases: [PendingLease] = []
    let group = state.withLock { takeGroup(course, round, &leases, &$0) }
    // Otherwise each would have its turn on a connection, with nothing to do.
    for lease in leases { lease.withdraw() }
    return group
  }

  /// - Parameter leases: Gets those of the courses that are taken along.
  private func takeGroup(
    _ course: CourseID, _ round: Int, _ leases: inout [PendingLease], _ state: inout State
  ) -> [ReviewWrite] {
    guard let lane = state.lanes[course], lane.round == round, !lane.hasBegun else { return [] }
    state.lanes[course]?.lease = nil
    var group: [ReviewWrite] = []
    var bytes = 0
    take(course, into: &group, &bytes, &state)
    guard sharesTransactions, group.first.map({ !$0.isExclusive }) ?? false else { return group }
    let others = state.lanes.values.compactMap { $0.hasBegun ? nil : $0.waiting.first }
    // First come, first served.
    for head in others.sorted(by: { $0.ticket < $1.ticket }) where !head.isExclusive {
      guard group.count < Self.writesPerGroup, bytes < Self.bytesPerGroup else { break }
      if let lease = state.lanes[head.course]?.lease { leases.append(lease) }
      state.lanes[head.course]?.lease = nil
      take(head.course, into: &group, &bytes, &state)
    }
    return group
  }

  /// Under the lock: adds what waits for a course, as much of it as fits, and the first in any case.
  private func take(
    _ course: CourseID, into group: inout [ReviewWrite], _ bytes: inout Int, _ state: inout State
  ) {
    guard var lane = state.lanes[course], let first = lane.waiting.first else { return }
    var count = 1
    bytes += first.byteCount
    while !first.isExclusive, count < lane.waiting.count, group.count + count < Self.writesPerGroup {
      let next = lane.waiting[count]
      guard !next.isExclusive, bytes + next.byteCount <= Self.bytesPerGroup else { break }
      bytes += next.byteCount
      count += 1
    }
    lane.running = Array(lane.waiting.prefix(count))
    lane.waiting.removeFirst(count)
    lane.hasBegun = true
    for write in lane.running { write.phase = .running }
    state.waitingCount -= count
    state.lanes[course] = lane
    group += lane.running
  }

  /// All writes of these courses in a group have ended: their next groups may begin.
  func end(_ writes: [ReviewWrite], _ core: MongoCore) {
    let courses = Set(writes.map(\.course))
    state.withLock { state in
      state.counters.completedCalls += writes.count
      for course in courses {
        state.lanes[course]?.running = []
        state.lanes[course]?.hasBegun = false
        state.lanes[course]?.round += 1
      }
    }
    for course in courses { serve(course, core) }
  }

  /// Ends the round whose group got no connection: `head` fails for it, the others try for themselves.
  private func couldNotBegin(
    _ course: CourseID, _ round: Int, _ head: ReviewWrite, _ error: StoreError?, _ core: MongoCore
  ) {
    let (isOver, continuation): (Bool, ReviewWrite.Continuation?) = state.withLock { state in
      guard let lane = state.lanes[course], lane.round == round, !lane.hasBegun else { return (false, nil) }
      state.lanes[course]?.round += 1
      state.lanes[course]?.lease = nil
      guard error != nil, head.phase == .waiting else { return (true, nil) }
      remove(head, &state)
      return (true, claim(head))
    }
    if let error { continuation?.resume(returning: .failure(error)) }
    if isOver { serve(course, core) }
  }

  private func removeLane(_ course: CourseID, _ state: inout State) {
    state.lanes[course] = nil
    guard state.isClosed, state.lanes.isEmpty else { return }
    for waiter in state.drained { waiter.resume() }
    state.drained = []
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

  /// What the pool's counters lack: it sees a group as one call.
  var statistics: StoreStatistics {
    state.withLock { state in
      var counters = state.counters
      // The pool counts the leases that wait.
      counters.waitingCalls = state.waitingCount - state.lanes.values.count { $0.lease != nil }
      return counters
    }
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
