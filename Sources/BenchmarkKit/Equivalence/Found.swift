import Synchronization

/// The first problem that any of several tasks found.
final class Found: Sendable {
  private let first = Mutex<String?>(nil)
  var problem: String? { first.withLock { $0 } }
  func report(_ problem: String) { first.withLock { if $0 == nil { $0 = problem } } }
}
