import InstructorStore
import Synchronization

/// The open loop: calls are made when they are due, whether or not earlier ones were answered, as users do.
///
/// While the backend is slow or stands still the calls keep coming, so its tails are those that users see. (A closed
/// loop sends less just then: "coordinated omission".) A ``PreciseThread`` makes every call itself, in tasks that
/// exist before the first arrival. Memory is bounded: so many tasks, so many waiting arrivals.
enum OpenLoop {
  static func run<W: Workload>(
    _ workload: W, _ request: OpenLoopRequest, on store: any StorageBackend
  ) async throws(BenchmarkFailure) -> OpenLoopResult {
    let start = SystemMonotonicClock().nanoseconds() &+ leadNanoseconds
    let feed = ArrivalFeed(
      request.schedule, start: start, duration: request.duration, drain: request.drain,
      backlogLimit: OpenLoopRequest.backlogLimit)
    let recorder = OpenLoopRecorder(request.missLimit)
    let thread = try PreciseThread(feed)
    await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<max(1, request.outstanding) {
          group.addTask(executorPreference: thread) {
            await call(workload, from: request.firstOperation, feed, recorder, store)
          }
        }
      }
    } onCancel: {
      feed.stop()
    }
    thread.stop()
    return result(request, feed, recorder)
  }

  /// Between making the tasks and the first arrival: they must all be waiting by then.
  private static let leadNanoseconds: UInt64 = 50_000_000

  /// One task: makes the calls that the feed hands to it, one at a time.
  private static func call<W: Workload>(
    _ workload: W, from first: Int, _ feed: ArrivalFeed, _ recorder: OpenLoopRecorder,
    _ store: any StorageBackend
  ) async {
    let clock = SystemMonotonicClock()
    let stamps = CallStamps()
    await CallStamps.$current.withValue(stamps) {
      while let arrival = await feed.arrival() {
        let index = first + arrival.number
        let operation = workload.operation(index)
        let hash = ClosedLoop.hash(of: operation, index: index)
        stamps.reset()
        let called = clock.nanoseconds()
        var outcome = OpenLoopRecorder.Outcome(intended: arrival.intended, called: called, hash: hash)
        do throws(StoreError) {
          _ = try await workload.execute(operation, on: store)
        } catch {
          outcome.error = error
        }
        outcome.delivered = clock.nanoseconds()
        outcome.exchange = stamps.exchange
        feed.complete()
        if recorder.add(outcome) { feed.stop() }
      }
    }
  }

  private static func result(
    _ request: OpenLoopRequest, _ feed: ArrivalFeed, _ recorder: OpenLoopRecorder
  ) -> OpenLoopResult {
    let (due, dropped, trend) = feed.figures
    var result = recorder.result
    // What never became due was cut off by a cancellation (then it is dropped) or by the limit of misses (then it was
    // not to be made any more).
    let scheduled = result.isCutShort ? due : request.schedule.count
    result.ledger.scheduled = scheduled
    result.ledger.dropped += dropped + scheduled - due
    result.start = feed.start
    result.elapsedNanoseconds = max(result.elapsedNanoseconds, feed.start) &- feed.start
    result.trend = trend
    result.ratePerSecond = request.schedule.ratePerSecond
    result.touched = request.firstOperation..<request.firstOperation + due
    return result
  }
}

/// Gathers what the calls of an open loop took.
///
/// The calls end on one thread, so the lock is free whenever it is taken.
final class OpenLoopRecorder: Sendable {
  struct Outcome {
    var intended: UInt64
    var called: UInt64
    var hash: UInt64
    var delivered: UInt64 = 0
    var exchange: (began: UInt64, ended: UInt64)?
    var error: StoreError?

    init(intended: UInt64, called: UInt64, hash: UInt64) {
      self.intended = intended
      self.called = called
      self.hash = hash
    }
  }

  private struct State {
    var result = OpenLoopResult()
    var slow = 0
    var fatalInARow = 0
  }

  private let limit: MissLimit?
  private let state = Mutex(State())

  init(_ limit: MissLimit?) { self.limit = limit }

  /// `elapsedNanoseconds` is the moment of the last answer here.
  var result: OpenLoopResult { state.withLock { $0.result } }

  /// A backend that lost its schema or our password answers every call with that: after so many in a row the loop ends.
  /// (One that can't be reached may come back, and how long that takes is what an open loop shows.)
  private static let fatalFailuresInARow = 100

  /// - Returns: Whether the loop is to end.
  func add(_ outcome: Outcome) -> Bool {
    state.withLock { state in
      state.result.elapsedNanoseconds = max(state.result.elapsedNanoseconds, outcome.delivered)
      if let error = outcome.error, error.code == .cancelled, Task.isCancelled {
        state.result.ledger.dropped += 1
        return false
      }
      state.result.traceHash &+= outcome.hash
      if let error = outcome.error {
        state.result.ledger.failures[error.code.description, default: 0] += 1
        state.fatalInARow = Self.isFatal(error.code) ? state.fatalInARow + 1 : 0
        if state.fatalInARow >= Self.fatalFailuresInARow, state.result.fatal == nil {
          state.result.fatal = error
        }
      } else {
        state.fatalInARow = 0
        state.result.ledger.succeeded += 1
        state.result.times.record(outcome)
      }
      return endsNow(&state, outcome)
    }
  }

  private func endsNow(_ state: inout State, _ outcome: Outcome) -> Bool {
    if state.result.fatal != nil { return true }
    guard let limit else { return false }
    if outcome.error != nil || outcome.delivered &- outcome.intended > limit.nanoseconds { state.slow += 1 }
    if state.slow > limit.count { state.result.isCutShort = true }
    return state.result.isCutShort
  }

  private static func isFatal(_ code: StoreError.Code) -> Bool {
    switch code {
    case .authenticationFailed, .schemaMismatch, .closed, .readOnly: true
    default: false
    }
  }
}
