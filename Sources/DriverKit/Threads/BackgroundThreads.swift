/// A few threads for blocking work that nobody waits for, such as telling a server to stop something.
///
/// Such work comes in numbers when a server is in trouble, and then each piece may block for minutes. So there is a bound on
/// the threads, and one on what waits for them. A thread ends when nothing waits. Work for one server can keep that for another
/// waiting where both share threads: PostgreSQL has some for each store, MongoDB takes all of a server's at once.
package final class BackgroundThreads: Sendable {
  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var threads = 0
  }
  private let state = Locked(State())
  private let maximumThreads: Int
  private let maximumWaiting: Int

  package init(maximumThreads: Int, maximumWaiting: Int) {
    self.maximumThreads = maximumThreads
    self.maximumWaiting = maximumWaiting
  }

  /// Runs `work` soon and returns at once; drops it where too much waits, and returns `false`.
  @discardableResult
  package func run(_ work: @escaping @Sendable () -> Void) -> Bool {
    let (isAccepted, needsThread) = state.withLock { state in
      guard state.waiting.count < maximumWaiting else { return (false, false) }
      state.waiting.append(work)
      guard state.threads < maximumThreads else { return (true, false) }
      state.threads += 1
      return (true, true)
    }
    // Where the system gives no thread, the work waits for one that comes later.
    if needsThread, !DriverThread.start({ self.serve() }) { state.withLock { $0.threads -= 1 } }
    return isAccepted
  }

  private func serve() {
    while let work = next() { work() }
  }

  /// What has waited longest; `nil` ends the thread.
  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.threads -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}
