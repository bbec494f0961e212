import DriverKit
import InstructorStore
import Synchronization

/// Ends on the server the sessions whose transaction could not be ended in order.
///
/// A deadline in the middle of a transaction leaves a command running on the server, which would keep the transaction
/// and its locks for up to a minute (`transactionLifetimeLimitSeconds`): everybody else would wait for its documents,
/// and a drop of the collection for all of it. `abortTransaction` would wait for that command; `killSessions` also
/// interrupts it. It may take longer than any caller waits, so that it runs on threads of its own, over connections of
/// its own, which outlive the store's `close()` by a minute at the most.
final class SessionReaper: Sendable {
  static let shared = SessionReaper()

  /// One server that can't be reached must not keep the sessions of another waiting.
  private let threads = BackgroundThreads(maximumThreads: 4, maximumWaiting: SessionReaper.maximumWaiting)
  /// With more than this waiting the server has to help itself: it ends each after its own limit.
  private static let maximumWaiting = 1_000
  /// After that the server has ended the transaction itself.
  private static let patience = Duration.seconds(60)
  private static let attemptTime = Duration.seconds(15)

  private struct Session: Sendable {
    let address: MongoAddress
    /// `{id: UUID}`
    let identifier: [UInt8]
    let end: Deadline
  }

  private let waiting = Mutex<[Session]>([])

  /// Ends this session soon; returns at once.
  func end(_ identifier: UnsafeRawBufferPointer, _ address: MongoAddress) {
    let session = Session(address: address, identifier: Array(identifier), end: .after(Self.patience))
    let isAccepted = waiting.withLock { waiting in
      guard waiting.count < Self.maximumWaiting else { return false }
      waiting.append(session)
      return true
    }
    // Whichever thread comes first takes it, and with it those of the same server.
    if isAccepted { threads.run { self.work() } }
  }

  private func work() {
    let signal = WakeSignal()
    while let sessions = next() { end(sessions, signal) }
  }

  /// All sessions of the server that has waited longest.
  private func next() -> [Session]? {
    waiting.withLock { waiting in
      guard let address = waiting.first?.address else { return nil }
      let sessions = waiting.filter { $0.address === address }
      waiting.removeAll { $0.address === address }
      return sessions
    }
  }

  private func end(_ sessions: [Session], _ signal: WakeSignal) {
    var backoff = Backoff(firstMilliseconds: 20, maximumMilliseconds: 2_000)
    var generator = SystemRandomNumberGenerator()
    var left = sessions
    while !left.isEmpty {
      do throws(CommandFailure) {
        let connection = try MongoConnection(left[0].address, signal)
        _ = try connection.run(.bare, nil, deadline: .after(Self.attemptTime), onAdmin: true) { writer in
          writer.array("killSessions") { writer in
            for (index, session) in left.enumerated() {
              writer.document(at: index) { writer in
                session.identifier.withUnsafeBytes { writer.appendElements(of: $0) }
              }
            }
          }
        }
        return
      } catch {
        // Without the right to do so the server has to help itself.
        if error.kind == .authentication || (error.kind == .server && error.code == 13) { return }
      }
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      left.removeAll { $0.end.hasPassed }
    }
  }
}
