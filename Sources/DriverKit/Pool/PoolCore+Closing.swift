import Dispatch
import InstructorStore
import Synchronization

/// The pool's end.
extension PoolCore {
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
    let (left, semaphores, drained, levels) = state.withLock { state in
      let (calls, wake) = state.machine.shutDown()
      // Before the signals: whoever is woken by one finds that its caller has gone.
      let left = calls.compactMap { call in call.claimFinish().map { (call, $0) } }
      for equipment in state.equipment.values { equipment.signal.raise() }
      let drained = state.drained
      state.drained = []
      return (left, wake.compactMap { state.equipment[$0]?.semaphore }, drained, takeLevels(&state))
    }
    show(levels)
    for (call, phase) in left { call.deliverLeaving(from: phase, .closed, "the store was closed") }
    for semaphore in semaphores { semaphore.signal() }
    for continuation in drained { continuation.resume() }
  }

  /// Those who wait for the end, where it has come.
  func takeDrained(_ state: inout State) -> [UnsafeContinuation<Void, Never>] {
    guard isClosed, state.machine.workerCount == 0 else { return [] }
    defer { state.drained = [] }
    return state.drained
  }
}
