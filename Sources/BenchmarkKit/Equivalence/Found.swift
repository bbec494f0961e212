import Synchronization

/// The first problem that any of several tasks found, and what they have read.
final class Found: Sendable {
  private let first = Mutex<String?>(nil)
  var problem: String? { first.withLock { $0 } }
  func report(_ problem: String) { first.withLock { if $0 == nil { $0 = problem } } }

  private let hashes = Mutex<UInt64>(0)
  /// The sum modulo 2⁶⁴: whatever the order.
  var contentHash: UInt64 { hashes.withLock { $0 } }
  func add(_ hash: UInt64) { hashes.withLock { $0 &+= hash } }
}
