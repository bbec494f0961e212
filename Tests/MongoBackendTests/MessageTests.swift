import CLibMongoC
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Messages of our own against a peer that keeps the protocol or breaks it, over a pair of sockets.
struct MessageTests {
  /// `{ok: 1.0}`
  private static let fine: [UInt8] = [17, 0, 0, 0, 1, 0x6F, 0x6B, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0]
  /// `{ok: 0.0}`
  private static let refused: [UInt8] = [17, 0, 0, 0, 1, 0x6F, 0x6B, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

  @Test("A command goes out with its header, and the answer comes back whole")
  func exchange() throws {
    let pair = try SocketPair()
    pair.answer(Self.message(Self.fine))
    var answer = instructor_mongo_message()
    try #require(pair.exchange(Self.refused, &answer))
    defer { free(answer.storage) }
    #expect(Array(UnsafeBufferPointer(start: answer.bytes, count: Int(answer.length))) == Self.fine)
    #expect(instructor_mongo_is_ok(answer) == 1)
    let sent = pair.received()
    #expect(sent == Self.message(Self.refused, request: 1, responseTo: 0))
  }

  @Test("Answers with a checksum behind them, and such that refuse, are answers")
  func unusual() throws {
    let pair = try SocketPair()
    for (bytes, expected) in [
      (Self.message(Self.fine, flags: 1, behind: [1, 2, 3, 4]), Int32(1)),
      (Self.message(Self.refused, responseTo: 2), 0),
      (Self.message([5, 0, 0, 0, 0], responseTo: 3), 0),
      // Its text is longer than the document.
      (Self.message([12, 0, 0, 0, 2, 0x61, 0, 99, 0, 0, 0, 0], responseTo: 4), -1),
    ] {
      pair.answer(bytes)
      var answer = instructor_mongo_message()
      try #require(pair.exchange(Self.fine, &answer))
      #expect(instructor_mongo_is_ok(answer) == expected)
      free(answer.storage)
    }
  }

  @Test(
    "What is no answer costs the connection",
    arguments: [
      message(fine, responseTo: 2), message(fine, operation: 1), message(fine, flags: 2),
      message(fine, kind: 1),
      message(fine, length: 25), message(fine, length: 48_000_001), message(fine, length: .max),
      message([200, 0, 0, 0] + fine.dropFirst(4)), message([4, 0, 0, 0] + fine.dropFirst(4)),
      Array(message(fine).prefix(15)), Array(message(fine).dropLast()), [],
    ])
  func broken(bytes: [UInt8]) throws {
    let pair = try SocketPair()
    pair.answer(bytes)
    pair.hangUp()
    var answer = instructor_mongo_message()
    #expect(!pair.exchange(Self.fine, &answer))
    #expect(answer.storage == nil)
    #expect(pair.isClosed)
    // The next finds nothing to talk to.
    #expect(!pair.exchange(Self.fine, &answer))
  }

  @Test("A silent peer costs no more than the deadline")
  func silent() throws {
    let pair = try SocketPair()
    pair.answer(Array(Self.message(Self.fine).prefix(20)))
    pair.link.pointee.deadline = instructor_mongo_now() + 20_000_000
    var answer = instructor_mongo_message()
    #expect(!pair.exchange(Self.fine, &answer))
    #expect(pair.link.pointee.has_timed_out)
    #expect(pair.isClosed)
  }

  private static func message(
    _ document: [UInt8], request: Int32 = 77, responseTo: Int32 = 1, operation: Int32 = 2_013,
    flags: Int32 = 0,
    kind: UInt8 = 0, behind: [UInt8] = [], length: Int32? = nil
  ) -> [UInt8] {
    let body = bytes(flags) + [kind] + document + behind
    return bytes(length ?? Int32(16 + body.count)) + bytes(request) + bytes(responseTo) + bytes(operation)
      + body
  }

  private static func bytes(_ value: Int32) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// A stream of ours over one end of a pair of sockets, and a peer at the other.
private final class SocketPair {
  struct Failure: Error {}

  let link: UnsafeMutablePointer<instructor_mongo_link>
  private let stream: UnsafeMutablePointer<instructor_mongo_stream>
  private let peer: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Failure() }
    peer = ends[1]
    link = .allocate(capacity: 1)
    link.initialize(to: instructor_mongo_link())
    link.pointee.wake_descriptor = -1
    link.pointee.deadline = instructor_mongo_now() + 5_000_000_000
    stream = .allocate(capacity: 1)
    memset(stream, 0, MemoryLayout<instructor_mongo_stream>.size)
    stream.pointee.link = link
    stream.pointee.descriptor = ends[0]
    link.pointee.primary = stream
  }

  deinit {
    instructor_mongo_stream_close(
      UnsafeMutableRawPointer(stream).assumingMemoryBound(to: mongoc_stream_t.self))
    close(peer)
    stream.deallocate()
    link.deallocate()
  }

  var isClosed: Bool { link.pointee.primary == nil && stream.pointee.descriptor < 0 }

  func exchange(_ command: [UInt8], _ answer: inout instructor_mongo_message) -> Bool {
    instructor_mongo_exchange(link, command, command.count, &answer)
  }

  /// What the peer says, before anybody asks: it fits into the socket.
  func answer(_ bytes: [UInt8]) { _ = write(peer, bytes, bytes.count) }

  func hangUp() { shutdown(peer, Int32(SHUT_WR)) }

  func received() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = read(peer, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }
}
