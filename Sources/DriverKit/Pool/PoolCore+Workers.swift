import Dispatch
import InstructorStore

/// What the pool's threads tell and ask it.
extension PoolCore {
  func start(_ worker: Int, _ equipment: WorkerEquipment) {
    let isStarted = startThread { [self] in
      workerBody(self, worker, equipment)
    }
    if !isStarted { workerEnded(worker, .resourceExhausted, "the system gives no more threads") }
  }

  /// A worker has done what it was given and will ask for more in a moment.
  func finished(_ worker: Int, completedCalls: Int) {
    let now = Deadline.now()
    let levels = state.withLock { state in
      state.counters.completedCalls += completedCalls
      state.machine.finished(worker, now: now)
      return takeLevels(&state)
    }
    show(levels)
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
    let (action, further, levels): (PoolStateMachine<Call>.WorkAction, Submitted, PoolLevels?) =
      state.withLock { state in
        clearSignal(of: worker, &state)
        let action = state.machine.next(for: worker, now: now)
        guard case .run(let calls) = action else { return (action, .nothing, takeLevels(&state)) }
        began(calls, at: now, &state)
        return (action, prepare(state.machine.wakeForWaiting(), &state), takeLevels(&state))
      }
    follow(further)
    show(levels)
    if let metrics = observation.metrics, case .run(let calls) = action { metrics.exchangeStarted(calls) }
    return action
  }

  func began(_ calls: [Call], at now: UInt64, _ state: inout State) {
    guard let first = calls.first, !first.isForOthers else { return }
    state.countExchange(of: calls.count)
    // One that is queued again has had its wait counted.
    for call in calls where !call.mustRunAlone { state.countWait(since: call.start, now) }
    // Calls of no class have no lanes.
    guard first.batchClass > 0 else { return }
    let overdue = Deadline(nanoseconds: now &+ state.machine.limits.lanePatience)
    if overdue < state.nextExpiry { arm(overdue, &state) }
  }

  func clearSignal(of worker: Int, _ state: inout State) {
    if !state.raised.isEmpty, !state.machine.isShutDown, state.raised.remove(worker) != nil {
      state.equipment[worker]?.signal.clear()
    }
  }

  func connectionOpened(by worker: Int, isNear: Bool) {
    let levels = state.withLock { state in
      state.machine.connectionOpened(by: worker, isNear: isNear)
      state.counters.connectionsOpened += 1
      state.isServerLost = false
      return takeLevels(&state)
    }
    show(levels)
  }

  func connectFailed() { state.withLock { $0.isServerLost = true } }

  func connectionClosed(by worker: Int, isBroken: Bool) {
    let levels = state.withLock { state in
      state.machine.connectionClosed(by: worker)
      if isBroken { state.counters.connectionsDiscarded += 1 }
      return takeLevels(&state)
    }
    show(levels)
    if isBroken { observation.metrics?.connectionDiscarded() }
  }

  func workerEnded(
    _ worker: Int, _ code: StoreError.Code = .closed, _ reason: String = "the store was closed"
  ) {
    let (stranded, drained, other, levels) = state.withLock { state in
      state.equipment[worker] = nil
      state.raised.remove(worker)
      let stranded = state.machine.workerEnded(worker)
      let other = state.machine.wakeInstead().flatMap { state.equipment[$0]?.semaphore }
      return (stranded, takeDrained(&state), other, takeLevels(&state))
    }
    show(levels)
    other?.signal()
    for call in stranded { call.fail(call.context.error(code, reason)) }
    for continuation in drained { continuation.resume() }
  }
}
