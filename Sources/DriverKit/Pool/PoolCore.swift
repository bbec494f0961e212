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
  let observation: PoolObservation
  let startThread: ThreadStarter
  let workerBody: WorkerBody

  struct State {
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
    /// How many ``PoolLevels`` were taken.
    var levelsTaken: UInt64 = 0
  }
  let state: Locked<State>
  // Dispatch objects may be used from any thread (libdispatch documents it; its Swift overlay does not declare it).
  // It is scheduled under the lock, so that a later deadline never overwrites an earlier one.
  nonisolated(unsafe) let timer: any DispatchSourceTimer
  let queue: DispatchQueue
  let closedFlag = Atomic<Bool>(false)

  /// What a submission leaves to do outside the lock.
  enum Submitted {
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
            quickClasses: options.quickClasses, elasticClasses: options.elasticClasses))))
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
    let (next, levels) = state.withLock { state in (enqueue(call, &state), takeLevels(&state)) }
    show(levels)
    if case .refuse(let code, let reason) = next {
      if code != .closed { observation.metrics?.refused() }
      call.deliver(call.context.error(code, reason))
    } else {
      follow(next)
    }
  }

  private func enqueue(_ call: Call, _ state: inout State) -> Submitted {
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

  func follow(_ next: Submitted) {
    switch next {
    case .nothing, .refuse: break
    case .wake(let semaphore): semaphore.signal()
    case .start(let worker, let equipment): start(worker, equipment)
    }
  }

  func prepare(_ action: PoolStateMachine<Call>.WakeAction, _ state: inout State) -> Submitted {
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
    let (semaphores, levels) = state.withLock { state in
      // A worker takes them: this one, if no other. Once the pool is shut down the calls have been let go.
      let woken = state.machine.submitAgain(calls, from: worker)
      return (woken.compactMap { state.equipment[$0]?.semaphore }, takeLevels(&state))
    }
    show(levels)
    for semaphore in semaphores { semaphore.signal() }
  }

  func cancel(_ call: Call) {
    guard let phase = call.claimFinish() else { return }
    let levels = state.withLock { state in
      state.counters.cancelledCalls += 1
      if phase.isOnConnection, let worker = state.machine.worker(running: call) {
        raiseSignal(of: worker, &state)
      }
      state.machine.leftQueue(call)
      return takeLevels(&state)
    }
    show(levels)
    observation.metrics?.cancelled()
    call.deliverLeaving(from: phase, .cancelled, "the task was cancelled")
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
}
