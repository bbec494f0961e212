import Synchronization

/// How late the system wakes a thread that asked for a time: the least that an open loop is late.
final class TimerLateness: TimedWork {
  private struct State {
    var due: UInt64
    var left: Int
    var lateness = LatencyHistogram()
    var done: UnsafeContinuation<Void, Never>?
  }
  private let interval: UInt64
  private let state: Mutex<State>

  private init(count: Int, interval: UInt64) {
    self.interval = interval
    state = Mutex(State(due: SystemMonotonicClock().nanoseconds() + interval, left: count))
  }

  /// Asks for `count` times, `interval` apart.
  static func measure(count: Int, interval: Duration) async throws -> LatencyHistogram {
    let work = TimerLateness(count: count, interval: UInt64(max(1, interval.nanoseconds)))
    let thread = try PreciseThread(work)
    await withUnsafeContinuation { continuation in
      let isOver = work.state.withLock { state in
        state.done = continuation
        return state.left == 0
      }
      if isOver { continuation.resume() }
    }
    thread.stop()
    return work.state.withLock { $0.lateness }
  }

  func perform(at now: UInt64) -> UInt64 {
    let (next, done): (UInt64, UnsafeContinuation<Void, Never>?) = state.withLock { state in
      guard state.left > 0 else { return (.max, nil) }
      guard now >= state.due else { return (state.due, nil) }
      state.lateness.record(nanoseconds: now - state.due)
      state.left -= 1
      // From now on: a late one doesn't make the next ones late.
      state.due = max(state.due + interval, now)
      return state.left == 0 ? (.max, state.done) : (state.due, nil)
    }
    done?.resume()
    return next
  }
}
