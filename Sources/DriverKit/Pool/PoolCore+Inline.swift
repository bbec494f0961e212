import Dispatch
import InstructorStore

/// Calls from where they are made to their end, on their callers' own threads where these may serve them.
extension PoolCore {
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
      tracer.end(span, error)
    }
  }

  func finishUntraced(_ call: Call, _ mayRunInline: Bool) async {
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
    let checkedOut: (worker: Int, place: WorkerPlace, levels: PoolLevels?)? = state.withLock { state in
      guard let worker = state.machine.checkOut(for: call, now: now) else { return nil }
      guard let place = state.equipment[worker]?.loop, call.move(from: .created, to: .running) else {
        // Cancelled: submitting it will show that. The worker has slept on.
        _ = state.machine.checkIn(worker, now: now)
        return nil
      }
      began([call], at: now, &state)
      if call.deadline < state.nextExpiry { arm(call.deadline, &state) }
      return (worker, place, takeLevels(&state))
    }
    guard let (worker, place, levels) = checkedOut else { return .again }
    show(levels)
    observation.metrics?.exchangeStarted([call])
    let ending = place.runInline(call)
    checkIn(worker, completedCalls: ending == .ended ? 1 : 0)
    return ending
  }

  /// Gives a worker's place back, on a thread that had it.
  private func checkIn(_ worker: Int, completedCalls: Int) {
    let now = Deadline.now()
    let (semaphore, levels): (DispatchSemaphore?, PoolLevels?) = state.withLock { state in
      state.counters.completedCalls += completedCalls
      clearSignal(of: worker, &state)
      let isWanted = state.machine.checkIn(worker, now: now)
      return (isWanted ? state.equipment[worker]?.semaphore : nil, takeLevels(&state))
    }
    show(levels)
    semaphore?.signal()
  }
}
