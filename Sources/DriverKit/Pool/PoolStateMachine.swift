import DequeModule

/// What the pool's state machine needs to know of a call.
protocol PoolWaiter: AnyObject {
  /// The caller has gone; the entry in the queue is dead.
  var hasLeft: Bool { get }
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

/// Who works, who waits and who may still be started: the pool's decisions without its threads, so that they can
/// be tested one step at a time.
///
/// A worker is a thread with at most one connection. Calls are served first come, first served.
struct PoolStateMachine<Call: PoolWaiter> {
  typealias WorkerID = Int

  enum SubmitAction: Equatable {
    /// A worker sleeps: wake it.
    case wake(WorkerID)
    /// Start a thread for a new worker.
    case start(WorkerID)
    /// Nothing to do: whoever is free first, or on its way, takes it.
    case wait
    case refuseFull
    case refuseClosed
  }

  enum WorkAction {
    case run(Call)
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

  let workerLimit: Int
  let waitingLimit: Int
  private var phase = Phase.open
  private var queue = Deque<Call>()
  private var deadInQueue = 0
  private var parked: [WorkerID] = []
  private var workers: Set<WorkerID> = []
  private var running: [WorkerID: Call] = [:]
  private var nextWorker = 0
  private(set) var openConnections = 0

  init(workerLimit: Int, waitingLimit: Int) {
    self.workerLimit = max(1, workerLimit)
    self.waitingLimit = max(0, waitingLimit)
  }

  var waitingCalls: Int { queue.count - deadInQueue }
  var busyWorkers: Int { running.count }
  var isIdle: Bool { running.isEmpty && waitingCalls == 0 }
  var workerCount: Int { workers.count }
  var isShutDown: Bool { phase == .closed }

  /// Every call that has not ended, for the search for passed deadlines.
  var waiting: some Collection<Call> { queue }
  var runningCalls: some Sequence<(key: WorkerID, value: Call)> { running }

  mutating func submit(_ call: Call) -> SubmitAction {
    guard phase == .open else { return .refuseClosed }
    // Its caller left on the way here, when the queue did not know it yet.
    if call.hasLeft { return .wait }
    // As many calls as there are workers without one are as good as taken; the rest is the queue.
    if waitingCalls - (workerLimit - running.count) >= waitingLimit { return .refuseFull }
    let arriving = workers.count - running.count - parked.count
    let isAwaited = waitingCalls < arriving
    queue.append(call)
    call.place = .waiting
    // A worker is on its way to a call that has left or that another took: it takes this one.
    if isAwaited { return .wait }
    // The worker parked last has the warmest connection.
    if let worker = parked.popLast() { return .wake(worker) }
    guard workers.count < workerLimit else { return .wait }
    let worker = nextWorker
    nextWorker += 1
    workers.insert(worker)
    return .start(worker)
  }

  /// A worker is free; what should it do?
  mutating func next(for worker: WorkerID) -> WorkAction {
    running[worker] = nil
    if phase == .closed { return .exit }
    while let call = queue.popFirst() {
      if call.place == .dead { deadInQueue -= 1 }
      call.place = .outside
      if call.hasLeft { continue }
      running[worker] = call
      return .run(call)
    }
    if phase == .draining { return .exit }
    parked.append(worker)
    return .park
  }

  /// The thread of a worker could not be started, or has ended.
  ///
  /// - Returns: Calls that nobody is left to serve.
  mutating func workerEnded(_ worker: WorkerID) -> [Call] {
    workers.remove(worker)
    running[worker] = nil
    parked.removeAll { $0 == worker }
    return workers.isEmpty ? removeQueue() : []
  }

  /// Empties the queue; what was in it is then outside, whoever leaves it later.
  private mutating func removeQueue() -> [Call] {
    let calls = Array(queue.lazy.filter { $0.place == .waiting })
    for call in queue { call.place = .outside }
    queue.removeAll()
    deadInQueue = 0
    return calls
  }

  /// The caller of `call` has gone; does nothing unless the call is in the queue.
  mutating func leftQueue(_ call: Call) {
    guard call.place == .waiting else { return }
    call.place = .dead
    deadInQueue += 1
    // Dead entries must not pile up while every worker is stuck.
    if deadInQueue > 64, deadInQueue > queue.count / 2 {
      queue = Deque(queue.filter { $0.place == .waiting })
      deadInQueue = 0
    }
  }

  func worker(running call: Call) -> WorkerID? { running.first { $0.value === call }?.key }

  mutating func connectionOpened() { openConnections += 1 }
  mutating func connectionClosed() { openConnections -= 1 }

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
    return (removeQueue() + running.values, parked)
  }
}
