import Dispatch

/// Holds driver threads until the test lets them pass, one by one.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  /// How many threads have come so far.
  let arrivals = Counter()

  /// Called on a driver thread.
  func pass() {
    arrivals.increment()
    semaphore.wait()
  }

  func open(_ count: Int = 1) {
    for _ in 0..<count { semaphore.signal() }
  }
}
