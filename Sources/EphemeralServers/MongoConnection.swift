#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One connection to a mongod through its unix socket, for the few commands that make it a primary.
///
/// Nothing here blocks a thread: the socket doesn't wait, and between attempts the task sleeps.
final class MongoConnection: Sendable {
  /// Why a command got no answer. The caller tries again until its own deadline.
  enum Failure: Error {
    case system(String)
    case malformed
    case timedOut
  }

  private let descriptor: Int32
  /// Replies to these commands are a few hundred bytes; a mongod never sends more than this.
  private static let maximumReplyBytes = 48_000_000
  private static let opMessage: Int32 = 2013

  /// Connects; `nil` while nobody listens there.
  init?(socketPath: String) {
    guard let connected = connectUnixSocket(socketPath) else { return nil }
    descriptor = connected
  }

  deinit { close(descriptor) }

  /// Sends a command to the database `admin` and returns the reply, whatever it says.
  func run(_ command: BSONDocument, deadline: ContinuousClock.Instant) async throws -> BSONDocument {
    var body = command
    body.append("$db", .string("admin"))
    try await send(Self.message(body), deadline: deadline)
    return try await receiveReply(deadline: deadline)
  }

  /// An OP_MSG: a header of length, request id, answered id and operation; then flags, and one section of
  /// kind 0, the document.
  static func message(_ document: BSONDocument) -> [UInt8] {
    let body = UInt32(0).littleEndianBytes + [0] + document.bytes
    let header = [Int32(16 + body.count), 1, 0, opMessage].flatMap { $0.littleEndianBytes }
    return header + body
  }

  /// The document of an OP_MSG that has arrived whole.
  static func document(ofMessage message: ArraySlice<UInt8>) throws -> BSONDocument {
    let header = message.prefix(16)
    let flags = message.dropFirst(16).prefix(4)
    let section = message.dropFirst(20)
    guard flags.count == 4, Int32(littleEndianBytes: header.dropFirst(12)) == opMessage, section.first == 0
    else { throw Failure.malformed }
    let hasChecksum = UInt32(littleEndianBytes: flags) & 1 == 1
    return try BSONDocument(bytes: section.dropFirst().dropLast(hasChecksum ? 4 : 0))
  }

  private func send(_ bytes: [UInt8], deadline: ContinuousClock.Instant) async throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      switch sendWithoutWaiting(descriptor, rest) {
      case .done(let count): rest = rest.dropFirst(count)
      case .failed(let code): try await wait(after: code, deadline)
      }
    }
  }

  private func receiveReply(deadline: ContinuousClock.Instant) async throws -> BSONDocument {
    var received: [UInt8] = []
    while true {
      if received.count >= 16 {
        let length = Int(Int32(littleEndianBytes: received.prefix(4)))
        guard (16...Self.maximumReplyBytes).contains(length) else { throw Failure.malformed }
        if received.count >= length { return try Self.document(ofMessage: received[..<length]) }
      }
      switch receiveWithoutWaiting(descriptor, into: &received) {
      case .done(0): throw Failure.system("the server closed the connection")
      case .done: break
      case .failed(let code): try await wait(after: code, deadline)
      }
    }
  }

  /// Sleeps if the socket only wasn't ready; throws for any other failure.
  private func wait(after code: Int32, _ deadline: ContinuousClock.Instant) async throws {
    guard code == EAGAIN || code == EWOULDBLOCK || code == EINTR else {
      throw Failure.system(systemErrorText(code))
    }
    guard ContinuousClock.now < deadline else { throw Failure.timedOut }
    try await Task.sleep(for: .milliseconds(2))
  }
}
