import Dispatch
import InstructorStore
import Synchronization

extension QueuedCall: PoolWaiter {
  var hasLeft: Bool { currentState == .finished }
}

/// The pool's shell: its lock, threads and timer around ``PoolStateMachine``.
///
/// Threads hold the core and the pool's handle holds it too; when the handle goes, it shuts the core down and the
/// threads let go of it.
/// It knows nothing of the kind of connection: as generic code it would look its types up on every call.
final class PoolCore: Sendable {
  typealias Call = QueuedCall
  typealias WorkerBody = @Sendable (_ core: PoolCore, _ worker: Int, _ equipment: WorkerEquipment) -> Void

  let options: PoolOptions
  private let observation: PoolObservation
  private let startThread: ThreadStarter
  private let workerBody: WorkerBody

  private struct State {
    var machine: PoolStateMachine<Call>
    var counters = StoreStatistics()
    var equipment: [Int: WorkerEquipment] = [:]
    /// The workers whose signal is raised.
    var raised: Set<Int> = []
    /// The last attempt to connect failed, and none has succeeded since.
    var isServerLost = false
    /// When the timer fires next; `never` while it is not armed.
    var nextExpiry = Deadline.never
    var drained: [UnsafeContinuation<Void, Never>] = []
  }
  private let state: Locked<State>
  // Dispatch objects may be used from any thread (libdispatch documents it; its Swift overlay does not declare it).
  // It is scheduled under the lock, so that a later deadline never overwrites an earlier one.
  nonisolated(unsafe) private let timer: any DispatchSourceTimer
  private let queue: DispatchQueue
  private let closedFlag = Atomic<Bool>(false)

  /// What a submission leaves to do outside the lock.
  private enum Submitted {
    case nothing
    case wake(DispatchSemaphore)
    case start(Int, WorkerEquipment)
    case refuse(StoreError.Code, String)
  }

  /// - Parameter workerBody: What a thread does until it is told to exit.
  init(
    name: String, options: PoolOptions, observation: PoolObservation, startThread: @escaping ThreadStarter,
    workerBody: @escaping WorkerBody
  ) {
    self.observation = observation
    self.workerBody = workerBody
    self.startThread = startThread
    self.options = options
    state = Locked(
      State(
        machine: PoolStateMachine(
          PoolLimits(
            workers: options.connections, waitingCalls: options.waitingCalls, batchCalls: options.batchCalls,
            batchBytes: options.batchBytes, lanes: options.lanes, serialClasses: options.serialClasses,
            quickClasses: options.quickClasses))))
    queue = DispatchQueue(label: "\(name)-deadlines")
    timer = DispatchSource.makeTimerSource(queue: queue)
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
      case .accepted(let action): next = prepare(action, &state)
      case .refuseFull:
        // Unless its task was cancelled meanwhile: then that is how it ended.
        guard call.claimFinish() != nil else { return .nothing }
        state.counters.refusedCalls += 1
        // Too many calls because nobody is served: not a matter of the pool's size.
        return state.isServerLost && state.machine.openConnections == 0
          ? .refuse(.unreachable, "no connection can be made, and too many calls wait for one")
          : .refuse(.poolExhausted, "too many calls wait for a connection")
      case .refuseClosed:
        return call.claimFinish() == nil ? .nothing : .refuse(.closed, "the store was closed")
      }
      if call.queueDeadline < state.nextExpiry { arm(call.queueDeadline, &state) }
      return next
    }
    if case .refuse(let code, let reason) = next {
      if code != .closed { observation.metrics?.refused() }
      call.deliver(call.context.error(code, reason))
    } else {
      follow(next)
    }
  }

  private func follow(_ next: Submitted) {
    switch next {
    case .nothing, .refuse: break
    case .wake(let semaphore): semaphore.signal()
    case .start(let worker, let equipment): start(worker, equipment)
    }
  }

  private func prepare(_ action: PoolStateMachine<Call>.WakeAction, _ state: inout State) -> Submitted {
    switch action {
    case .wait: return .nothing
    case .wake(let worker): return state.equipment[worker].map { .wake($0.semaphore) } ?? .nothing
    case .start(let worker):
      let equipment = WorkerEquipment()
      state.equipment[worker] = equipment
      return .start(worker, equipment)
    }
  }

  /// Queues calls that a worker has run, not to their end, and whose batch class is 0 by now.
  func submitAgain(_ calls: [Call], from worker: Int) {
    let semaphores: [DispatchSemaphore] = state.withLock { state in
      // A worker takes them: this one, if no other. Once the pool is shut down the calls have been let go.
      state.machine.submitAgain(calls, from: worker).compactMap { state.equipment[$0]?.semaphore }
    }
    for semaphore in semaphores { semaphore.signal() }
  }

  func cancel(_ call: Call) {
    guard let phase = call.claimFinish() else { return }
    state.withLock { state in
      state.counters.cancelledCalls += 1
      if phase == .running, let worker = state.machine.worker(running: call) {
        raiseSignal(of: worker, &state)
      }
      state.machine.leftQueue(call)
    }
    observation.metrics?.cancelled()
    call.deliverLeaving(from: phase, .cancelled, "the task was cancelled")
  }

  /// Ends a call that waits and is not needed any more, and counts it nowhere.
  func withdraw(_ call: Call) {
    let isWithdrawn = state.withLock { state in
      guard call.place == .waiting, call.withdraw() else { return false }
      state.machine.leftQueue(call)
      return true
    }
    if isWithdrawn { call.deliver(call.context.error(.cancelled, "it was not needed any more")) }
  }

  /// Takes a call that runs, and turned out not to be needed, out of the counts.
  func uncount(_ call: Call) {
    state.withLock { state in
      state.counters.exchanges -= 1
      state.counters.waitingNanoseconds &-= call.waitedNanoseconds
      // It is about to be counted as one.
      state.counters.completedCalls -= 1
    }
  }

  func statistics() -> StoreStatistics {
    state.withLock { state in
      var counters = state.counters
      counters.connectionLimit = state.machine.limits.workers
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

  /// Lets go of every caller whose deadline has passed, has others pass lanes that take too long, and arms the timer for the next.
  private func expire() {
    let now = Deadline(nanoseconds: Deadline.now())
    let (late, isConnected, further): ([(Call, Call.State)], Bool, [Submitted]) = state.withLock { state in
      var late: [(Call, Call.State)] = []
      var next = Deadline.never
      // Claimed under the lock: no worker takes a call from the queue between the verdict and the claim.
      for call in state.machine.waiting where !call.hasLeft {
        // A call that is queued again has had its connection in time.
        let deadline = call.mustRunAlone ? call.deadline : call.queueDeadline
        if deadline > now {
          next = min(next, deadline)
        } else if let phase = call.claimFinish() {
          late.append((call, phase))
        }
      }
      for (call, _) in late { state.machine.leftQueue(call) }
      for (worker, calls) in state.machine.runningCalls {
        for call in calls where !call.hasLeft {
          if call.deadline > now {
            next = min(next, call.deadline)
          } else if let phase = call.claimFinish() {
            late.append((call, phase))
            if phase == .running { raiseSignal(of: worker, &state) }
          }
        }
      }
      state.counters.timedOutCalls += late.count
      if let overdue = state.machine.passOverdueRuns(now: now.nanoseconds) {
        next = min(next, Deadline(nanoseconds: overdue))
      }
      arm(next, &state)
      var further: [Submitted] = []
      while case let action = state.machine.wakeForWaiting(), action != .wait {
        further.append(prepare(action, &state))
      }
      return (late, state.machine.openConnections > 0, further)
    }
    for next in further { follow(next) }
    observation.metrics?.timedOut(late.count)
    for (call, phase) in late {
      if phase == .running {
        call.deliverLeaving(from: phase, .timeout(.response), "the answer did not come in time")
      } else if phase == .queued && isConnected {
        call.deliverLeaving(from: phase, .poolExhausted, "no connection became free in time")
      } else {
        // Not a matter of the pool's size: there is no connection to be had.
        call.deliverLeaving(from: phase, .unreachable, "no connection could be made in time")
      }
    }
  }

  /// Tells the driver that the caller of what it runs has gone.
  ///
  /// Under the lock, so that the signal is never that of a call which the worker has left behind.
  private func raiseSignal(of worker: Int, _ state: inout State) {
    state.equipment[worker]?.signal.raise()
    state.raised.insert(worker)
  }

  // MARK: Threads

  private func start(_ worker: Int, _ equipment: WorkerEquipment) {
    let isStarted = startThread { [self] in
      workerBody(self, worker, equipment)
    }
    if !isStarted { workerEnded(worker, .resourceExhausted, "the system gives no more threads") }
  }

  /// A worker has done what it was given and will ask for more in a moment.
  func finished(_ worker: Int, completedCalls: Int) {
    let now = Deadline.now()
    state.withLock { state in
      state.counters.completedCalls += completedCalls
      state.machine.finished(worker, now: now)
    }
  }

  /// A worker that has finished runs its callers' code, which takes long.
  func isLate(_ worker: Int) {
    follow(
      state.withLock { state in
        state.machine.isLate(worker)
        return prepare(state.machine.wakeForWaiting(), &state)
      })
  }

  func nextAction(for worker: Int) -> PoolStateMachine<Call>.WorkAction {
    let now = Deadline.now()
    let (action, busy, further): (PoolStateMachine<Call>.WorkAction, Int, Submitted) = state.withLock {
      state in
      clearSignal(of: worker, &state)
      let action = state.machine.next(for: worker, now: now)
      guard case .run(let calls) = action else { return (action, state.machine.busyWorkers, .nothing) }
      began(calls, at: now, &state)
      return (action, state.machine.busyWorkers, prepare(state.machine.wakeForWaiting(), &state))
    }
    follow(further)
    if let metrics = observation.metrics, case .run(let calls) = action {
      metrics.exchangeStarted(calls, busyConnections: busy)
    }
    return action
  }

  private func began(_ calls: [Call], at now: UInt64, _ state: inout State) {
    state.counters.exchanges += 1
    if calls.count > 1 { state.counters.batchedCalls += calls.count }
    state.counters.largestBatch = max(state.counters.largestBatch, calls.count)
    // One that is queued again has had its wait counted.
    for call in calls where !call.mustRunAlone {
      call.waitedNanoseconds = now &- min(call.start, now)
      state.counters.waitingNanoseconds &+= call.waitedNanoseconds
    }
    // Calls of no class have no lanes.
    guard let first = calls.first, first.batchClass > 0 else { return }
    let overdue = Deadline(nanoseconds: now &+ state.machine.limits.lanePatience)
    if overdue < state.nextExpiry { arm(overdue, &state) }
  }

  // MARK: On callers' threads

  /// Returns when the call has ended.
  ///
  /// - Parameter mayRunInline: Whether the caller's own thread may serve it, where it may block: for a caller that finds
  ///   the pool quiet, this saves the two hand-offs between threads. Calls of maintenance take too long for it.
  func finish(_ call: Call, mayRunInline: Bool) async {
    guard let tracer = observation.tracer else { return await finishUntraced(call, mayRunInline) }
    let span = tracer.start(call.context)
    await finishUntraced(call, mayRunInline)
    do throws(StoreError) {
      try call.checkEnding()
      tracer.end(span, nil)
    } catch {
      tracer.end(span, call.isWithdrawn ? nil : error)
    }
  }

  private func finishUntraced(_ call: Call, _ mayRunInline: Bool) async {
    await withTaskCancellationHandler {
      if mayRunInline, options.servesInline, let executor = BlockingTaskExecutor.beginBlocking() {
        let ending = runInline(call)
        executor.didBlock()
        switch ending {
        case .ended: return
        case .left: return await call.waitForLeavingError()
        case .again: break
        }
      }
      await withUnsafeContinuation { continuation in
        call.prepareToWait(continuation)
        submit(call)
      }
    } onCancel: {
      cancel(call)
    }
  }

  private func runInline(_ call: Call) -> InlineEnding {
    let now = Deadline.now()
    let checkedOut: (worker: Int, place: WorkerPlace, busy: Int)? = state.withLock { state in
      guard let worker = state.machine.checkOut(for: call, now: now) else { return nil }
      guard let place = state.equipment[worker]?.loop, call.move(from: .created, to: .running) else {
        // Cancelled: submitting it will show that. The worker has slept on.
        _ = state.machine.checkIn(worker, now: now)
        return nil
      }
      began([call], at: now, &state)
      if call.deadline < state.nextExpiry { arm(call.deadline, &state) }
      return (worker, place, state.machine.busyWorkers)
    }
    guard let (worker, place, busy) = checkedOut else { return .again }
    observation.metrics?.exchangeStarted([call], busyConnections: busy)
    let ending = place.runInline(call)
    checkIn(worker, completedCalls: ending == .ended ? 1 : 0)
    return ending
  }

  /// Gives a worker's place back, on a thread that had it.
  private func checkIn(_ worker: Int, completedCalls: Int) {
    let now = Deadline.now()
    let semaphore: DispatchSemaphore? = state.withLock { state in
      state.counters.completedCalls += completedCalls
      clearSignal(of: worker, &state)
      return state.machine.checkIn(worker, now: now) ? state.equipment[worker]?.semaphore : nil
    }
    semaphore?.signal()
  }

  private func clearSignal(of worker: Int, _ state: inout State) {
    if !state.raised.isEmpty, !state.machine.isShutDown, state.raised.remove(worker) != nil {
      state.equipment[worker]?.signal.clear()
    }
  }

  func connectionOpened(by worker: Int, isNear: Bool) {
    let open = state.withLock { state in
      state.machine.connectionOpened(by: worker, isNear: isNear)
      state.counters.connectionsOpened += 1
      state.isServerLost = false
      return state.machine.openConnections
    }
    observation.metrics?.connectionsChanged(open: open, isDiscard: false)
  }

  func connectFailed() { state.withLock { $0.isServerLost = true } }

  func connectionClosed(by worker: Int, isBroken: Bool) {
    let open = state.withLock { state in
      state.machine.connectionClosed(by: worker)
      if isBroken { state.counters.connectionsDiscarded += 1 }
      return state.machine.openConnections
    }
    observation.metrics?.connectionsChanged(open: open, isDiscard: isBroken)
  }

  func workerEnded(
    _ worker: Int, _ code: StoreError.Code = .closed, _ reason: String = "the store was closed"
  ) {
    let (stranded, drained, other) = state.withLock { state in
      state.equipment[worker] = nil
      state.raised.remove(worker)
      let stranded = state.machine.workerEnded(worker)
      let other = state.machine.wakeInstead().flatMap { state.equipment[$0]?.semaphore }
      return (stranded, takeDrained(&state), other)
    }
    other?.signal()
    for call in stranded { call.fail(call.context.error(code, reason)) }
    for continuation in drained { continuation.resume() }
  }

  // MARK: Closing

  func close() async {
    closedFlag.store(true, ordering: .releasing)
    let semaphores = state.withLock { state in
      state.machine.drain().compactMap { state.equipment[$0]?.semaphore }
    }
    for semaphore in semaphores { semaphore.signal() }
    // Whatever is still under way when the default timeout has passed is let go.
    let timeout = DispatchWorkItem { [weak self] in self?.shutDown() }
    let (seconds, attoseconds) = options.timeout.components
    queue.asyncAfter(deadline: .now() + Double(seconds) + Double(attoseconds) / 1e18, execute: timeout)
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let isDone = state.withLock { state in
        if state.machine.workerCount == 0 || state.machine.isShutDown { return true }
        state.drained.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
    timeout.cancel()
  }

  /// Shuts down from wherever the last reference to the pool was dropped.
  func shutDownSoon() { queue.async { self.shutDown() } }

  /// Ends everything at once. Threads that are stuck in a driver end when the driver lets go of them.
  func shutDown() {
    closedFlag.store(true, ordering: .releasing)
    let (left, semaphores, drained) = state.withLock { state in
      let (calls, wake) = state.machine.shutDown()
      // Before the signals: whoever is woken by one finds that its caller has gone.
      let left = calls.compactMap { call in call.claimFinish().map { (call, $0) } }
      for equipment in state.equipment.values { equipment.signal.raise() }
      let drained = state.drained
      state.drained = []
      return (left, wake.compactMap { state.equipment[$0]?.semaphore }, drained)
    }
    for (call, phase) in left { call.deliverLeaving(from: phase, .closed, "the store was closed") }
    for semaphore in semaphores { semaphore.signal() }
    for continuation in drained { continuation.resume() }
  }

  private func takeDrained(_ state: inout State) -> [UnsafeContinuation<Void, Never>] {
    guard isClosed, state.machine.workerCount == 0 else { return [] }
    defer { state.drained = [] }
    return state.drained
  }
}
