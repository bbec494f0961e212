import Dispatch
import InstructorStore
import Synchronization

extension PoolCall: PoolWaiter {
  var hasLeft: Bool { currentState == .finished }
}

/// The pool's shell: its lock, threads and timer around ``PoolStateMachine``.
///
/// Threads hold the core and the pool's handle holds it too; when the handle goes, it shuts the core down and the
/// threads let go of it.
final class PoolCore<Driver: ConnectionDriver>: Sendable {
  typealias Call = PoolCall<Driver.Connection>

  let driver: Driver
  let options: PoolOptions

  private struct State {
    var machine: PoolStateMachine<Call>
    var counters = StoreStatistics()
    var semaphores: [Int: DispatchSemaphore] = [:]
    var signals: [Int: WakeSignal] = [:]
    /// When the timer fires next; `never` while it is not armed.
    var nextExpiry = Deadline.never
    var drained: [UnsafeContinuation<Void, Never>] = []
  }
  private let state: Mutex<State>
  // Dispatch objects may be used from any thread (libdispatch documents it; its Swift overlay does not declare it).
  // It is scheduled under the lock, so that a later deadline never overwrites an earlier one.
  nonisolated(unsafe) private let timer: any DispatchSourceTimer
  private let closedFlag = Atomic<Bool>(false)

  /// What a submission leaves to do outside the lock.
  private enum Submitted {
    case nothing
    case wake(DispatchSemaphore)
    case start(Int)
    case refuse(StoreError.Code, String)
  }

  init(driver: Driver, name: String, options: PoolOptions) {
    self.driver = driver
    self.options = options
    state = Mutex(
      State(
        machine: PoolStateMachine(workerLimit: options.connections, waitingLimit: options.waitingCalls)))
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "\(name)-deadlines"))
    timer.setEventHandler { [weak self] in self?.expire() }
    timer.resume()
  }

  deinit { timer.cancel() }

  var isClosed: Bool { closedFlag.load(ordering: .acquiring) }

  func submit(_ call: Call) {
    // Between making the call and this point its task may have been cancelled.
    guard call.move(from: .created, to: .queued) else {
      return call.deliver(call.context.error(.cancelled, "the task was cancelled"))
    }
    let next: Submitted = state.withLock { state in
      let next: Submitted
      switch state.machine.submit(call) {
      case .wait: next = .nothing
      case .wake(let worker): next = state.semaphores[worker].map(Submitted.wake) ?? .nothing
      case .start(let worker):
        state.semaphores[worker] = DispatchSemaphore(value: 0)
        state.signals[worker] = WakeSignal()
        next = .start(worker)
      case .refuseFull:
        state.counters.refusedCalls += 1
        return .refuse(.poolExhausted, "too many calls wait for a connection")
      case .refuseClosed: return .refuse(.closed, "the store was closed")
      }
      if call.queueDeadline < state.nextExpiry { arm(call.queueDeadline, &state) }
      return next
    }
    switch next {
    case .nothing: break
    case .wake(let semaphore): semaphore.signal()
    case .start(let worker): startThread(worker)
    case .refuse(let code, let reason): call.fail(call.context.error(code, reason))
    }
  }

  func cancel(_ call: Call) {
    guard call.leave({ _ in (.cancelled, "the task was cancelled") }) else { return }
    let signal = state.withLock { state in
      state.counters.cancelledCalls += 1
      return forget(call, &state)
    }
    signal?.raise()
  }

  func statistics() -> StoreStatistics {
    state.withLock { state in
      var counters = state.counters
      counters.connectionLimit = options.connections
      counters.openConnections = state.machine.openConnections
      counters.busyConnections = state.machine.busyWorkers
      counters.waitingCalls = state.machine.waitingCalls
      return counters
    }
  }

  // MARK: Deadlines

  private func arm(_ deadline: Deadline, _ state: inout State) {
    state.nextExpiry = deadline
    guard deadline != .never else { return }
    let now = Deadline.now()
    let wait = deadline.nanoseconds > now ? deadline.nanoseconds - now : 0
    timer.schedule(
      deadline: .now() + .nanoseconds(Int(clamping: wait)), leeway: .milliseconds(1))
  }

  /// Lets go of every caller whose deadline has passed, and arms the timer for the next.
  private func expire() {
    let now = Deadline(nanoseconds: Deadline.now())
    let (late, isConnected): ([Call], Bool) = state.withLock { state in
      var late: [Call] = []
      var next = Deadline.never
      for call in state.machine.waiting where !call.hasLeft {
        if call.queueDeadline <= now { late.append(call) } else { next = min(next, call.queueDeadline) }
      }
      for (_, call) in state.machine.runningCalls where !call.hasLeft {
        if call.deadline <= now { late.append(call) } else { next = min(next, call.deadline) }
      }
      arm(next, &state)
      return (late, state.machine.openConnections > 0)
    }
    for call in late {
      let hasLeft = call.leave { phase in
        switch phase {
        case .created, .queued, .finished:
          // Connections exist and serve others, or there are none to be had: never to be confused.
          isConnected
            ? (.poolExhausted, "no connection became free in time")
            : (.unreachable, "no connection could be made in time")
        case .connecting: (.unreachable, "no connection could be made in time")
        case .running: (.timeout(.response), "the answer did not come in time")
        }
      }
      guard hasLeft else { continue }
      let signal = state.withLock { state in
        state.counters.timedOutCalls += 1
        return forget(call, &state)
      }
      signal?.raise()
    }
  }

  /// The caller of `call` has gone: clears the queue's entry, or finds the signal of the thread that runs it.
  private func forget(_ call: Call, _ state: inout State) -> WakeSignal? {
    if let worker = state.machine.worker(running: call) { return state.signals[worker] }
    state.machine.leftQueue(call)
    return nil
  }

  // MARK: Threads

  private func startThread(_ worker: Int) {
    let isStarted = DriverThread.start { [self] in
      WorkerLoop(core: self, worker: worker).run()
    }
    if !isStarted { workerEnded(worker, .resourceExhausted, "the system gives no more threads") }
  }

  func equipment(of worker: Int) -> (DispatchSemaphore, WakeSignal)? {
    state.withLock { state in
      guard let semaphore = state.semaphores[worker], let signal = state.signals[worker] else { return nil }
      return (semaphore, signal)
    }
  }

  func nextAction(for worker: Int, hasCompletedCall: Bool) -> PoolStateMachine<Call>.WorkAction {
    let (action, drained) = state.withLock { state in
      if hasCompletedCall { state.counters.completedCalls += 1 }
      return (state.machine.next(for: worker), takeDrained(&state))
    }
    for continuation in drained { continuation.resume() }
    return action
  }

  func connectionOpened() {
    state.withLock {
      $0.machine.connectionOpened()
      $0.counters.connectionsOpened += 1
    }
  }

  func connectionClosed(isBroken: Bool) {
    state.withLock {
      $0.machine.connectionClosed()
      if isBroken { $0.counters.connectionsDiscarded += 1 }
    }
  }

  func workerEnded(_ worker: Int, _ code: StoreError.Code = .closed, _ reason: String = "the store was closed") {
    let (stranded, drained) = state.withLock { state in
      state.semaphores[worker] = nil
      state.signals[worker] = nil
      return (state.machine.workerEnded(worker), takeDrained(&state))
    }
    for call in stranded { call.fail(call.context.error(code, reason)) }
    for continuation in drained { continuation.resume() }
  }

  // MARK: Closing

  func close() async {
    closedFlag.store(true, ordering: .releasing)
    let semaphores = state.withLock { state in
      state.machine.drain().compactMap { state.semaphores[$0] }
    }
    for semaphore in semaphores { semaphore.signal() }
    // Whatever is still under way when the default timeout has passed is let go.
    let timeout = DispatchWorkItem { [weak self] in self?.shutDown() }
    let (seconds, attoseconds) = options.timeout.components
    DispatchQueue.global().asyncAfter(
      deadline: .now() + Double(seconds) + Double(attoseconds) / 1e18, execute: timeout)
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let isDone = state.withLock { state in
        if state.machine.workerCount == 0 { return true }
        state.drained.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
    timeout.cancel()
  }

  /// Ends everything at once. Threads that are stuck in a driver end when the driver lets go of them.
  func shutDown() {
    closedFlag.store(true, ordering: .releasing)
    let (calls, semaphores, signals, drained) = state.withLock { state in
      let (calls, wake) = state.machine.shutDown()
      let drained = state.drained
      state.drained = []
      return (calls, wake.compactMap { state.semaphores[$0] }, Array(state.signals.values), drained)
    }
    for call in calls { _ = call.leave { _ in (.closed, "the store was closed") } }
    for semaphore in semaphores { semaphore.signal() }
    for signal in signals { signal.raise() }
    for continuation in drained { continuation.resume() }
  }

  private func takeDrained(_ state: inout State) -> [UnsafeContinuation<Void, Never>] {
    guard isClosed, state.machine.workerCount == 0 else { return [] }
    defer { state.drained = [] }
    return state.drained
  }
}
