import HeapModule
import InstructorStore
import Synchronization

/// A backend that does nothing but take a known time, and keeps its own record of how long each call really took: the
/// truth that a meter's figures are held against.
///
/// It answers on a thread of its own, as a driver does, and stamps its exchanges in the same way.
final class KnownLatencyBackend: Sendable {
  /// When a call came in and when its answer left, on the monotonic clock; 0 for one that never came.
  struct Truth: Sendable {
    var entered: UInt64 = 0
    var left: UInt64 = 0
    var nanoseconds: UInt64 { left &- entered }
  }

  private let latency: @Sendable (Int) -> UInt64
  private let answers: Answers
  private let thread: PreciseThread

  /// - Parameters:
  ///   - calls: How many calls are recorded; those with a higher number are answered only.
  ///   - latency: Nanoseconds of the n-th call.
  init(calls: Int, latency: @escaping @Sendable (Int) -> UInt64) throws(BenchmarkFailure) {
    self.latency = latency
    answers = Answers(calls: calls)
    thread = try PreciseThread(answers)
  }

  deinit { thread.stop() }

  func call(_ number: Int) async {
    let stamps = CallStamps.current
    let entered = SystemMonotonicClock().nanoseconds()
    stamps?.begin(at: entered)
    await withUnsafeContinuation { continuation in
      let isFirst = answers.add(
        Answers.Waiting(
          due: entered &+ latency(number), number: number, entered: entered, stamps: stamps,
          continuation: continuation))
      if isFirst { thread.wake() }
    }
  }

  var truth: [Truth] { answers.truth }
}

private final class Answers: TimedWork {
  struct Waiting: Comparable {
    var due: UInt64
    var number: Int
    var entered: UInt64
    var stamps: CallStamps?
    var continuation: UnsafeContinuation<Void, Never>

    static func < (left: Self, right: Self) -> Bool { left.due < right.due }
    static func == (left: Self, right: Self) -> Bool { left.due == right.due }
  }

  private struct State {
    var waiting = Heap<Waiting>()
    var truth: [KnownLatencyBackend.Truth]
  }
  private let state: Mutex<State>

  init(calls: Int) {
    state = Mutex(State(truth: Array(repeating: .init(), count: calls)))
  }

  var truth: [KnownLatencyBackend.Truth] { state.withLock { $0.truth } }

  /// - Returns: Whether it is the next to be answered.
  func add(_ waiting: Waiting) -> Bool {
    state.withLock { state in
      let isFirst = state.waiting.min.map { waiting.due < $0.due } ?? true
      state.waiting.insert(waiting)
      return isFirst
    }
  }

  func perform(at now: UInt64) -> UInt64 {
    var answered: [Waiting] = []
    let next: UInt64 = state.withLock { state in
      while let first = state.waiting.min, first.due <= now {
        state.waiting.removeMin()
        if first.number < state.truth.count {
          state.truth[first.number] = .init(entered: first.entered, left: now)
        }
        answered.append(first)
      }
      return state.waiting.min?.due ?? .max
    }
    for call in answered {
      call.stamps?.end(at: now)
      call.continuation.resume()
    }
    return next
  }
}

/// Calls of a ``KnownLatencyBackend``, or of nothing at all, in the form of a workload: what the loops themselves measure
/// and cost.
struct MeterWorkload: Workload {
  let backend: KnownLatencyBackend?

  struct Operation: TraceOperation {
    let number: Int
    func add(to digest: inout TraceDigest) { digest.add(number) }
    var text: String { "call(\(number))" }
  }

  init(_ backend: KnownLatencyBackend?) { self.backend = backend }

  /// The null backend.
  init(_ context: WorkloadContext) { backend = nil }

  func operation(_ index: Int) -> Operation { Operation(number: index) }

  func execute(_ operation: Operation, on store: any StorageBackend)
    async throws(StoreError) -> Instructor?
  {
    await backend?.call(operation.number)
    return nil
  }
}
