import CLibPQ
import DriverKit
import InstructorStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension PostgresConnection {
  /// How long a caller that has left still lets its connection wait for the answer, rather than lose the session.
  private static let graceMilliseconds = 20

  /// Returns when `PQgetResult` will not block.
  func waitForInput(_ call: Call) throws(StoreError) {
    while PQisBusy(pointer) == 1 {
      try waitForSocket(call)
    }
  }

  /// Waits once until something can be read, or written if anything waits to be sent; gives up when the caller has left.
  ///
  /// - Parameter toSend: The caller waits for room to send: once nothing is left to be sent there is nothing to wait for,
  ///   and the server, which waits for more, would say nothing either.
  func waitForSocket(_ call: Call, toSend: Bool = false) throws(StoreError) {
    let unsent = PQflush(pointer)
    if unsent < 0 { throw lost(call) }
    if unsent == 0, toSend { return }
    var descriptors = (
      pollfd(fd: PQsocket(pointer), events: Int16(POLLIN | (unsent > 0 ? POLLOUT : 0)), revents: 0),
      pollfd(fd: signal.readDescriptor, events: Int16(POLLIN), revents: 0)
    )
    let isGone = call.isAbandoned || call.deadline.hasPassed
    let milliseconds = isGone ? Int32(Self.graceMilliseconds) : call.deadline.remainingMilliseconds
    let ready = withUnsafeMutableBytes(of: &descriptors) {
      poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds == .max ? -1 : milliseconds)
    }
    if ready < 0, errno != EINTR { throw lost(call) }
    if descriptors.1.revents != 0 { signal.clear() }
    if descriptors.0.revents != 0 {
      if PQconsumeInput(pointer) != 1 { throw lost(call) }
    } else if isGone, ready == 0 {
      // The caller has left and the answer isn't there: end the statement, and this session with it.
      cancelOnServer()
      markBroken()
      throw abandoned(call)
    }
  }

  /// Asks the server to stop what this session does. The request is a connection of its own and may block, so it has
  /// another thread; this session is not used again, so the request can't hit anybody else's statement. Where too many
  /// wait it is dropped, and the statement goes on to its end or the session's `statement_timeout`.
  private func cancelOnServer() {
    guard let cancel = PQgetCancel(pointer) else { return }
    let request = CancelRequest(cancel)
    cancelThreads.run { request.send() }
  }
}

/// A `PGcancel`, sent and freed on one thread.
private final class CancelRequest: @unchecked Sendable {
  // Unchecked: the pointer is made on one thread and used on another, never on both at once.
  private let pointer: OpaquePointer
  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { PQfreeCancel(pointer) }

  func send() {
    var message = [CChar](repeating: 0, count: 256)
    _ = PQcancel(pointer, &message, Int32(message.count))
  }
}
