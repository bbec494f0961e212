import Dispatch
import Synchronization

/// A thread that lends itself to the jobs of a ``BlockingTaskExecutor``, as others see it.
package final class Lender: Sendable {
  /// When its turn began, in nanoseconds on the monotonic clock; 0 between turns.
  fileprivate let began = Atomic<UInt64>(0)
  fileprivate let onLate: @Sendable () -> Void

  init(onLate: @escaping @Sendable () -> Void) { self.onLate = onLate }

  func begin(at now: UInt64) { began.store(now, ordering: .sequentiallyConsistent) }
  func end() { began.store(0, ordering: .releasing) }
}

/// A thread that looks at lenders every few milliseconds while any of them is at work, and sleeps otherwise.
///
/// A lender promises to be back in a moment, so nobody is woken in its stead. What it runs is its callers' code: if that takes
/// long or blocks, calls and jobs would wait beside idle threads, or for each other.
final class LenderWatch: Sendable {
  private static let period = DispatchTimeInterval.milliseconds(5)
  private static let longestTurnNanoseconds: UInt64 = 2_000_000
  /// After so many looks at nobody the watch sleeps.
  private static let looksBeforeSleep = 20

  private struct State {
    var lenders: [Lender] = []
    /// The turns that were told to be late, by when they began.
    var reported: [ObjectIdentifier: UInt64] = [:]
    var isStarted = false
    var onLate: @Sendable () -> Void = {}
  }
  private let state = Locked(State())
  private let isAwake = Atomic<Bool>(false)
  private let wakeUp = DispatchSemaphore(value: 0)
  private let startThread: ThreadStarter

  init(startThread: @escaping ThreadStarter) { self.startThread = startThread }

  /// Called beside the lender's own.
  func setOnLate(_ onLate: @escaping @Sendable () -> Void) { state.withLock { $0.onLate = onLate } }

  func add(_ lender: Lender) { state.withLock { $0.lenders.append(lender) } }

  func remove(_ lender: Lender) {
    state.withLock { state in
      state.lenders.removeAll { $0 === lender }
      state.reported[ObjectIdentifier(lender)] = nil
    }
  }

  /// A lender has begun a turn. Returns whether somebody watches: not where the system gives no thread.
  func see() -> Bool {
    if isAwake.load(ordering: .sequentiallyConsistent) { return true }
    guard isAwake.exchange(true, ordering: .sequentiallyConsistent) == false else { return true }
    let starts = state.withLock { state in
      defer { state.isStarted = true }
      return !state.isStarted
    }
    guard starts else {
      wakeUp.signal()
      return true
    }
    if startThread({ [self] in run() }) { return true }
    state.withLock { $0.isStarted = false }
    isAwake.store(false, ordering: .sequentiallyConsistent)
    return false
  }

  private func run() {
    var looksAtNobody = 0
    while true {
      _ = wakeUp.wait(timeout: .now() + Self.period)
      looksAtNobody = look() ? 0 : looksAtNobody + 1
      guard looksAtNobody >= Self.looksBeforeSleep else { continue }
      looksAtNobody = 0
      // A lender that begins now either is seen by this last look or finds the watch asleep.
      isAwake.store(false, ordering: .sequentiallyConsistent)
      if look() {
        if isAwake.exchange(true, ordering: .sequentiallyConsistent) == false { continue }
      }
      wakeUp.wait()
    }
  }

  /// Returns whether a lender is at work.
  private func look() -> Bool {
    let now = Deadline.now()
    let (isBusy, late, onLate) = state.withLock { state in
      var isBusy = false
      var late: [Lender] = []
      for lender in state.lenders {
        let began = lender.began.load(ordering: .sequentiallyConsistent)
        if began == 0 { continue }
        isBusy = true
        guard now > began, now - began > Self.longestTurnNanoseconds,
          state.reported[ObjectIdentifier(lender)] != began
        else { continue }
        state.reported[ObjectIdentifier(lender)] = began
        late.append(lender)
      }
      return (isBusy, late, state.onLate)
    }
    if !late.isEmpty { onLate() }
    for lender in late { lender.onLate() }
    return isBusy
  }
}
