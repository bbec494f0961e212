import Dispatch
import InstructorStore

/// The pool's timer.
extension PoolCore {
  func arm(_ deadline: Deadline, _ state: inout State) {
    state.nextExpiry = deadline
    guard deadline != .never else { return }
    let now = Deadline.now()
    let wait = deadline.nanoseconds > now ? deadline.nanoseconds - now : 0
    timer.schedule(
      deadline: .now() + .nanoseconds(Int(clamping: wait)), leeway: .milliseconds(1))
  }

  /// Lets go of every caller whose deadline has passed, has others pass lanes that take too long, and arms the timer for the next.
  func expire() {
    let now = Deadline(nanoseconds: Deadline.now())
    let (late, isConnected, further, levels): ([(Call, Call.State)], Bool, [Submitted], PoolLevels?) =
      state.withLock { state in
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
              if phase.isOnConnection { raiseSignal(of: worker, &state) }
            }
          }
        }
        state.counters.timedOutCalls += late.count { !$0.0.isForOthers }
        if let overdue = state.machine.passOverdueRuns(now: now.nanoseconds) {
          next = min(next, Deadline(nanoseconds: overdue))
        }
        arm(next, &state)
        var further: [Submitted] = []
        while case let action = state.machine.wakeForWaiting(), action != .wait {
          further.append(prepare(action, &state))
        }
        return (late, state.machine.openConnections > 0, further, takeLevels(&state))
      }
    show(levels)
    for next in further { follow(next) }
    observation.metrics?.timedOut(late.count { !$0.0.isForOthers })
    for (call, phase) in late {
      if phase.isOnConnection {
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
  func raiseSignal(of worker: Int, _ state: inout State) {
    state.equipment[worker]?.signal.raise()
    state.raised.insert(worker)
  }
}
