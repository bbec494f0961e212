import DequeModule
import Synchronization

/// One call that is due.
struct Arrival: Sendable {
  /// Its place among the arrivals, from 0.
  var number: Int
  /// When it was to be made, on the monotonic clock.
  var intended: UInt64
}

/// Hands arrivals, when they are due, to tasks that wait for one: no task is made for an arrival.
///
/// An arrival that finds all tasks busy waits in a bounded backlog, still with its own intended time; one that finds the
/// backlog full is dropped and counted.
final class ArrivalFeed: TimedWork {
  typealias Consumer = UnsafeContinuation<Arrival?, Never>

  private struct State {
    var times: ArrivalSchedule.Times
    var next: UInt64
    var due = 0
    var idle: [Consumer] = []
    var backlog: Deque<Arrival> = []
    var dropped = 0
    var completed = 0
    /// No arrival comes any more.
    var isOver = false
    var trend = BacklogTrend()

    /// Returns the tasks that wait for an arrival that never comes.
    mutating func end() -> [Consumer] {
      isOver = true
      defer { idle = [] }
      return idle
    }

    mutating func dropBacklog() {
      dropped += backlog.count
      backlog = []
    }
  }

  let schedule: ArrivalSchedule
  /// When the first arrival's clock starts.
  let start: UInt64
  private let lastDrop: UInt64
  private let backlogLimit: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - drain: How long after the last arrival the backlog may still be worked off.
  init(_ schedule: ArrivalSchedule, start: UInt64, duration: Duration, drain: Duration, backlogLimit: Int) {
    self.schedule = schedule
    self.start = start
    self.backlogLimit = backlogLimit
    lastDrop = start &+ UInt64(max(0, (duration + drain).nanoseconds))
    var times = schedule.times()
    let first = start &+ times.next()
    state = Mutex(State(times: times, next: first))
  }

  /// The next arrival, when it is due; `nil` when there is none any more.
  func arrival() async -> Arrival? {
    await withUnsafeContinuation { continuation in
      let ready: Arrival?? = state.withLock { state in
        if let waiting = state.backlog.popFirst() { return .some(waiting) }
        if state.isOver { return .some(nil) }
        state.idle.append(continuation)
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }

  /// Says that a call has ended, however it did.
  func complete() { state.withLock { $0.completed += 1 } }

  /// Ends the arrivals now: those that were not due yet never come, and those that wait are dropped.
  func stop() {
    let idle = state.withLock { state in
      state.dropBacklog()
      return state.end()
    }
    for consumer in idle { consumer.resume(returning: nil) }
  }

  /// How many arrivals became due, how many of them were dropped, and whether the calls under way grew. Final once every
  /// task got its `nil`.
  var figures: (due: Int, dropped: Int, trend: BacklogTrend) {
    state.withLock { ($0.due, $0.dropped, $0.trend) }
  }

  // MARK: TimedWork

  func perform(at now: UInt64) -> UInt64 {
    // At most one allocation, and none where nobody waits.
    var resumed: [(Consumer, Arrival?)] = []
    let next: UInt64 = state.withLock { state in
      while !state.isOver, state.next <= now { feed(&state, &resumed) }
      if state.isOver, !state.backlog.isEmpty, now >= lastDrop { state.dropBacklog() }
      if !state.isOver { return state.next }
      return state.backlog.isEmpty ? .max : lastDrop
    }
    for (consumer, arrival) in resumed { consumer.resume(returning: arrival) }
    return next
  }

  private func feed(_ state: inout State, _ resumed: inout [(Consumer, Arrival?)]) {
    let arrival = Arrival(number: state.due, intended: state.next)
    let outstanding = state.due - state.dropped - state.completed
    state.trend.note(outstanding, at: state.due, of: schedule.count)
    state.due += 1
    if let consumer = state.idle.popLast() {
      resumed.append((consumer, arrival))
    } else if state.backlog.count < backlogLimit {
      state.backlog.append(arrival)
    } else {
      state.dropped += 1
    }
    if state.due < schedule.count {
      state.next = start &+ state.times.next()
    } else {
      for consumer in state.end() { resumed.append((consumer, nil)) }
    }
  }
}
