import Synchronization

/// Whether a handle is open, and the bulk loads that closing it waits for.
///
/// Every other call is over before it could be waited for: it never suspends.
final class InMemoryLifecycle: Sendable {
  private struct Loads {
    var running = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let closed = Atomic<Bool>(false)
  private let outOfTime = Atomic<Bool>(false)
  private let loads = Mutex(Loads())

  var isClosed: Bool { closed.load(ordering: .acquiring) }
  /// Whether a load must give up because closing has waited for it as long as it may.
  var mustStopLoading: Bool { outOfTime.load(ordering: .acquiring) }

  /// Counts a load in, unless the handle is closed already. To be balanced with ``endLoad()`` where it returns true.
  func beginLoad() -> Bool {
    loads.withLock { loads in
      // Checked under the lock that close() takes next: either close() sees this load or the load sees the close.
      if isClosed { return false }
      loads.running += 1
      return true
    }
  }

  func endLoad() {
    let waiters = loads.withLock { loads in
      loads.running -= 1
      guard loads.running == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { loads.waiters = [] }
      return loads.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func close() async {
    closed.store(true, ordering: .releasing)
    guard loads.withLock({ $0.running > 0 }) else { return }
    let timer = Task {
      try await Task.sleep(for: StoreTimeout.defaultForCalls)
      outOfTime.store(true, ordering: .releasing)
    }
    await withCheckedContinuation { continuation in
      let isOver = loads.withLock { loads in
        if loads.running > 0 { loads.waiters.append(continuation) }
        return loads.running == 0
      }
      if isOver { continuation.resume() }
    }
    timer.cancel()
  }
}
