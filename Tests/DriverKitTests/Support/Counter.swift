@testable import DriverKit

/// Counts events on any thread and lets a test wait for the n-th.
final class Counter: Sendable {
  private struct State {
    var value = 0
    var waiters: [(threshold: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }
  private let state = Locked(State())

  var value: Int { state.withLock { $0.value } }

  @discardableResult
  func increment() -> Int {
    let (value, due) = state.withLock { state in
      state.value += 1
      let value = state.value
      let due = state.waiters.filter { $0.threshold <= value }
      state.waiters.removeAll { $0.threshold <= value }
      return (value, due)
    }
    for waiter in due { waiter.continuation.resume() }
    return value
  }

  func reaches(_ threshold: Int) async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        if state.value >= threshold { return true }
        state.waiters.append((threshold, continuation))
        return false
      }
      if isReached { continuation.resume() }
    }
  }
}

/// Waits for a condition that has no event of its own, for example a counter of the pool's statistics.
func until(_ condition: () -> Bool) async {
  while !condition() { await Task.yield() }
}
