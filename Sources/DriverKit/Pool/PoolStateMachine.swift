import DequeModule

/// What the pool's state machine needs to know of a call.
protocol PoolWaiter: AnyObject {
  /// The caller has gone; the entry in the queue is dead.
  var hasLeft: Bool { get }
  /// Calls of the same class, other than 0, may be served together. A small number.
  var batchClass: UInt8 { get }
  /// What the call adds to a batch, for the bound on its size.
  var batchBytes: Int { get }
  /// The machine's own note, touched under the pool's lock only.
  var place: QueuePlace { get set }
}

/// Where a call is, seen from the queue.
enum QueuePlace {
  case outside
  case waiting
  /// Still in the queue, and counted as dead.
  case dead
}

/// The bounds that ``PoolStateMachine`` keeps.
struct PoolLimits {
  var workers: Int
  /// Calls that wait; one more is refused.
  var waitingCalls: Int
  /// Calls of one batch; 1 turns batching off.
  var batchCalls = 1
  var batchBytes = Int.max
  /// Workers that serve one batch class at a time, unless more than a batch of it waits.
  var lanes = 1
  /// Batch classes whose batches would get into each other's way, so that nothing of the class begins beside one, and where sharing an exchange
  /// pays only for several calls: while there are fewer than ``serialBatchFrom``, each is served alone, by as many workers as
  /// there are.
  var serialClasses: Set<UInt8> = []
  var serialBatchFrom = 12
  /// Batch classes whose calls are served by ``lanes`` workers where batching is off, too, while the server answers before a further
  /// thread would run; see ``QuickAnswers``.
  var quickClasses: Set<UInt8> = []
  /// Batch classes that are served by all workers but one, with smaller batches, where that serves more calls; see ``LaneControl``.
  /// The one is for other calls, which would otherwise have to wait for one of these exchanges.
  var elasticClasses: Set<UInt8> = []
  /// How long a worker may serve a batch class, in nanoseconds, before it no longer counts as one of the class's lanes: others
  /// must not wait for what may never be answered.
  var lanePatience: UInt64 = 100_000_000
}

/// Who works, who waits and who may still be started: the pool's decisions without its threads, so that they can
/// be tested one step at a time.
///
/// A worker is a thread with at most one connection. Calls are served first come, first served: a free worker takes
/// the call that came first and, if that is of a batch class, all that wait of this class, up to the bounds; the
/// others keep their places. A class that has all its lanes at work is passed over: what it has waiting goes into
/// the next batch of the first lane to be free.
struct PoolStateMachine<Call: PoolWaiter> {
  typealias WorkerID = Int

  enum WakeAction: Equatable {
    /// A worker sleeps: wake it.
    case wake(WorkerID)
    /// Start a thread for a new worker.
    case start(WorkerID)
    /// Nothing to do: whoever is free first, or on its way, takes it.
    case wait
  }

  enum SubmitAction: Equatable {
    case accepted(WakeAction)
    case refuseFull
    case refuseClosed
  }

  enum WorkAction {
    /// One call, or several of one batch class.
    case run([Call])
    /// Nothing to do: sleep until woken.
    case park
    /// The pool is closed: release the connection and end the thread.
    case exit
  }

  private enum Phase {
    case open
    /// No new calls; those in the queue are still served.
    case draining
    /// Nothing is served any more.
    case closed
  }

  /// What a worker is at: calls of one line. A call's own class may change meanwhile.
  private struct Run {
    let line: Int
    var calls: [Call]
    /// In nanoseconds on the monotonic clock.
    let began: UInt64
    /// It takes so long that it no longer counts as a lane.
    var isOverdue = false
    /// It began with making a connection.
    var hasConnected = false
  }

  let limits: PoolLimits
  private var phase = Phase.open
  /// The waiting calls by batch class; those that are served alone come first.
  private var lines: [WaitingLine<Call>] = [WaitingLine()]
  private var nextTicket: UInt64 = 0
  private var parked: [WorkerID] = []
  private var workers: Set<WorkerID> = []
  private var running: [WorkerID: Run] = [:]
  /// Workers that have finished and, against their promise, have not come back in a moment.
  private var late: Set<WorkerID> = []
  private var nextWorker = 0
  /// Workers that have a connection.
  private var connected: Set<WorkerID> = []
  private var quickAnswers = QuickAnswers()

  init(_ limits: PoolLimits) {
    var limits = limits
    limits.workers = max(1, limits.workers)
    limits.waitingCalls = max(0, limits.waitingCalls)
    limits.batchCalls = max(1, limits.batchCalls)
    limits.lanes = max(1, min(limits.lanes, limits.workers))
    self.limits = limits
  }

  var waitingCalls: Int { lines.reduce(0) { $0 + $1.alive } }
  var busyWorkers: Int { running.count }
  var sleepingWorkers: Int { parked.count }
  var openConnections: Int { connected.count }
  var idleConnections: Int { connected.count { running[$0] == nil } }
  var isIdle: Bool { running.isEmpty && waitingCalls == 0 }
  var workerCount: Int { workers.count }
  var isShutDown: Bool { phase == .closed }

  /// Every call that has not ended, for the search for passed deadlines.
  var waiting: some Sequence<Call> { lines.lazy.flatMap(\.calls) }
  var runningCalls: some Sequence<(key: WorkerID, value: [Call])> { running.mapValues(\.calls) }

  mutating func submit(_ call: Call) -> SubmitAction {
    guard phase == .open else { return .refuseClosed }
    // Its caller left on the way here, when the queue did not know it yet.
    if call.hasLeft { return .accepted(.wait) }
    // As many calls as there are workers without one are as good as taken; the rest is the queue.
    if waitingCalls - (limits.workers - running.count) >= limits.waitingCalls { return .refuseFull }
    enqueue(call)
    return .accepted(wakeForWaiting())
  }

  /// Workers that were woken or started, or have finished, and have not come yet.
  private var arriving: Int { workers.count - running.count - parked.count - late.count }

  /// Sees to it that enough workers are on their way to what waits; wakes or starts one at most. To be called after
  /// ``next(for:)`` too: a worker may leave a part of what waited for another that sleeps.
  mutating func wakeForWaiting() -> WakeAction {
    // A worker that is on its way to a call that has left or that another took: it takes the next.
    if workersWanted <= arriving { return .wait }
    // The worker parked last has the warmest connection.
    if let worker = parked.popLast() { return .wake(worker) }
    guard workers.count < limits.workers else { return .wait }
    let worker = nextWorker
    nextWorker += 1
    workers.insert(worker)
    return .start(worker)
  }

  /// Queues calls that were accepted before and that a worker has run, not to their end; it comes back for them if no other
  /// does. From now on they are the queue's, or of whoever takes them next, and not this worker's.
  ///
  /// - Returns: The workers to wake, of those that sleep.
  mutating func submitAgain(_ calls: [Call], from worker: WorkerID) -> [WorkerID] {
    guard phase != .closed else { return [] }
    var woken: [WorkerID] = []
    for call in calls where !call.hasLeft {
      enqueue(call)
      if let sleeper = parked.popLast() { woken.append(sleeper) }
    }
    guard var run = running.removeValue(forKey: worker) else { return woken }
    let count = run.calls.count
    run.calls.removeAll { $0.place == .waiting }
    if !run.isOverdue { lines[run.line].callsUnderWay -= count - run.calls.count }
    running[worker] = run
    return woken
  }

  private mutating func enqueue(_ call: Call) {
    let line = line(of: call)
    while lines.count <= line { lines.append(WaitingLine()) }
    lines[line].append(call, ticket: nextTicket)
    nextTicket += 1
  }

  private func line(of call: Call) -> Int {
    let batchClass = call.batchClass
    return limits.batchCalls == 1 && !limits.quickClasses.contains(batchClass) ? 0 : Int(batchClass)
  }

  /// How many more workers would find something to do.
  private var workersWanted: Int {
    var wanted = lines[0].alive
    for line in 1..<lines.count where lines[line].alive > 0 {
      let size = batchSize(line)
      wanted += min((lines[line].alive + size - 1) / size, lanesFree(line))
    }
    return wanted
  }

  /// How many more workers may serve a class; more than usual where more waits than fits a batch.
  private func lanesFree(_ line: Int) -> Int {
    if limits.batchCalls == 1 {
      return quickAnswers.areQuick ? max(0, limits.lanes - lines[line].lanes) : limits.workers
    }
    if isSerial(line) {
      let lanes = lines[line].lanes
      // Nothing begins beside a batch. A batch may begin beside single calls: one of them may be stuck.
      if lines[line].callsUnderWay > lanes { return 0 }
      return isShared(line) ? 1 : max(0, limits.workers - lanes)
    }
    return max(0, lanes(of: line) + max(0, lines[line].alive - 1) / limits.batchCalls - lines[line].lanes)
  }

  /// How many workers serve a class where its calls share exchanges.
  private func lanes(of line: Int) -> Int {
    lines[line].control.isWide ? max(limits.lanes, limits.workers - 1) : limits.lanes
  }

  /// How many calls of a class one batch takes at the most: an equal part of all that are under way. Otherwise all callers
  /// would end up in one batch, and they and the server would wait for each other in turn.
  private func batchSize(_ line: Int) -> Int {
    if isSerial(line) { return isShared(line) ? limits.batchCalls : 1 }
    let calls = lines[line].alive + lines[line].callsUnderWay
    let lanes = lanes(of: line)
    return max(1, min(limits.batchCalls, (calls + lanes - 1) / lanes))
  }

  private func isSerial(_ line: Int) -> Bool { line > 0 && limits.serialClasses.contains(UInt8(line)) }

  /// Whether there are enough calls of a serial class for batches.
  private func isShared(_ line: Int) -> Bool {
    lines[line].alive + lines[line].callsUnderWay + lines[line].callsReturning >= limits.serialBatchFrom
  }

  /// A worker has done what it was given and comes for more in a moment: until then nobody needs to be woken for what
  /// it can take.
  mutating func finished(_ worker: WorkerID, now: UInt64 = 0) { finishRun(of: worker, now) }

  /// A worker that has finished stays away: others are woken for what waits. ``wakeForWaiting()`` should follow.
  mutating func isLate(_ worker: WorkerID) {
    if workers.contains(worker), running[worker] == nil, !parked.contains(worker) { late.insert(worker) }
  }

  /// A worker is free; what should it do?
  ///
  /// - Parameter now: In nanoseconds on the monotonic clock, as everywhere here.
  mutating func next(for worker: WorkerID, now: UInt64 = 0) -> WorkAction {
    finishRun(of: worker, now)
    late.remove(worker)
    if phase == .closed { return .exit }
    while let line = nextLine() {
      let calls =
        line == 0
        ? lines[0].popFirst().map { [$0] } ?? []
        : lines[line].popBatch(calls: batchSize(line), bytes: limits.batchBytes)
      if calls.isEmpty { continue }
      begin(Run(line: line, calls: calls, began: now), worker)
      return .run(calls)
    }
    if phase == .draining { return .exit }
    parked.append(worker)
    return .park
  }

  /// The class whose first call has waited longest, of those that a further worker may serve.
  private mutating func nextLine() -> Int? {
    var first: (line: Int, ticket: UInt64)?
    for line in lines.indices {
      lines[line].dropDead()
      guard let ticket = lines[line].firstTicket, line == 0 || lanesFree(line) > 0 else { continue }
      if first.map({ ticket < $0.ticket }) ?? true { first = (line, ticket) }
    }
    return first?.line
  }

  private mutating func begin(_ run: Run, _ worker: WorkerID) {
    lines[run.line].lanes += 1
    lines[run.line].callsUnderWay += run.calls.count
    running[worker] = run
  }

  private mutating func finishRun(of worker: WorkerID, _ now: UInt64) {
    guard let run = running.removeValue(forKey: worker) else { return }
    if !run.isOverdue { leaveLane(run) }
    lines[run.line].callsReturning = run.calls.count
    if limits.batchCalls == 1 {
      if run.line > 0 { quickAnswers.note(now &- run.began) }
    } else if limits.elasticClasses.contains(UInt8(run.line)), limits.workers - 1 > limits.lanes {
      lines[run.line].control.note(
        LaneControl.Exchange(
          calls: run.calls.count, began: run.began, ended: now,
          isSettled: !run.hasConnected && running.keys.allSatisfy(connected.contains)))
    }
  }

  private mutating func leaveLane(_ run: Run) {
    lines[run.line].lanes -= 1
    lines[run.line].callsUnderWay -= run.calls.count
  }

  /// Counts those no longer as lanes that have been at it for too long. ``wakeForWaiting()`` should follow.
  ///
  /// - Returns: When to look again: when the next one would have been; `nil` without one.
  mutating func passOverdueRuns(now: UInt64) -> UInt64? {
    var next: UInt64?
    for (worker, run) in running where run.line > 0 && !run.isOverdue {
      let end = run.began &+ limits.lanePatience
      if end <= now {
        running[worker]?.isOverdue = true
        leaveLane(run)
      } else {
        next = min(next ?? end, end)
      }
    }
    return next
  }

  /// The thread of a worker could not be started, or has ended.
  ///
  /// - Returns: Calls that nobody is left to serve.
  mutating func workerEnded(_ worker: WorkerID) -> [Call] {
    workers.remove(worker)
    finishRun(of: worker, 0)
    late.remove(worker)
    parked.removeAll { $0 == worker }
    return workers.isEmpty ? removeQueue() : []
  }

  /// A worker that sleeps and is wanted, as one that was to come has ended.
  mutating func wakeInstead() -> WorkerID? {
    phase == .closed || workersWanted <= arriving ? nil : parked.popLast()
  }

  /// Empties the queue; what was in it is then outside, whoever leaves it later.
  private mutating func removeQueue() -> [Call] {
    lines.indices.flatMap { lines[$0].removeAll() }
  }

  /// The caller of `call` has gone; does nothing unless the call is in the queue.
  mutating func leftQueue(_ call: Call) {
    guard call.place == .waiting else { return }
    lines[line(of: call)].markDead(call)
  }

  func worker(running call: Call) -> WorkerID? {
    running.first { $0.value.calls.contains { $0 === call } }?.key
  }

  /// - Parameter isNear: The server shares the client's machine.
  mutating func connectionOpened(by worker: WorkerID, isNear: Bool = false) {
    connected.insert(worker)
    running[worker]?.hasConnected = true
    quickAnswers.isServerNear = isNear
  }
  mutating func connectionClosed(by worker: WorkerID) { connected.remove(worker) }

  // MARK: Calls on their callers' threads

  /// Gives the place of a worker that sleeps and has a connection to the thread that makes `call`; `nil` where there is
  /// none, or where others wait and would be overtaken. ``checkIn(_:)`` must follow.
  mutating func checkOut(for call: Call, now: UInt64 = 0) -> WorkerID? {
    let line = line(of: call)
    while lines.count <= line { lines.append(WaitingLine()) }
    guard phase == .open, waitingCalls == 0, line == 0 || lanesFree(line) > 0,
      let index = parked.lastIndex(where: { connected.contains($0) })
    else { return nil }
    let worker = parked.remove(at: index)
    begin(Run(line: line, calls: [call], began: now), worker)
    return worker
  }

  /// Takes a place back. Returns whether its worker must be woken, because there is something for it to do.
  mutating func checkIn(_ worker: WorkerID, now: UInt64 = 0) -> Bool {
    finishRun(of: worker, now)
    // Without this one, which is neither running nor parked.
    if phase != .open || workersWanted > arriving - 1 { return true }
    parked.append(worker)
    return false
  }

  /// Takes no more calls. Returns the workers to wake, so that they end when the queue is empty.
  mutating func drain() -> [WorkerID] {
    guard phase == .open else { return [] }
    phase = .draining
    defer { parked.removeAll() }
    return parked
  }

  /// Serves nothing any more. Returns the calls to fail and the workers to wake.
  mutating func shutDown() -> (calls: [Call], wake: [WorkerID]) {
    phase = .closed
    defer { parked.removeAll() }
    return (removeQueue() + running.values.flatMap(\.calls), parked)
  }
}
