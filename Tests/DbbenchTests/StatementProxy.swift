import Foundation
import Synchronization

/// Stands between a program and a PostgreSQL server and changes the text of statements on their way: what a mistake in the
/// program's own statements would be, on a real server.
///
/// It speaks the frontend half of the protocol (version 3.0, no encryption) as far as finding statements goes; everything
/// else passes unchanged.
final class StatementProxy: Sendable {
  /// Of 127.0.0.1.
  let port: UInt16
  private let serverPort: UInt16
  private let listener: Int32
  private let rewrite: @Sendable (String) -> String
  private let changed = Mutex(0)

  /// How many statements were changed.
  var changedStatements: Int { changed.withLock { $0 } }

  struct Failure: Error {}

  /// Listens until ``stop()``; each connection takes two threads until either side closes it.
  init(serverPort: Int, rewrite: @escaping @Sendable (String) -> String) throws {
    (listener, port) = try Self.listen()
    self.serverPort = UInt16(serverPort)
    self.rewrite = rewrite
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { break }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        serve(client)
      }
      close(listener)
    }
  }

  func stop() { _ = shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ client: Int32) {
    guard let server = Self.connect(to: serverPort) else {
      close(client)
      return
    }
    let directions = DispatchGroup()
    func start(_ pass: @escaping @Sendable () -> Void) {
      directions.enter()
      Thread.detachNewThread {
        pass()
        // Whichever direction ends first ends the other.
        _ = shutdown(client, Int32(SHUT_RDWR))
        _ = shutdown(server, Int32(SHUT_RDWR))
        directions.leave()
      }
    }
    start { self.passStatements(from: client, to: server) }
    start { Self.passAnswers(from: server, to: client) }
    directions.notify(queue: .global()) {
      close(client)
      close(server)
    }
  }

  private func passStatements(from client: Int32, to server: Int32) {
    // Requests for encryption and the startup message have no type; the startup message is the last of them.
    var isStarted = false
    while !isStarted {
      guard let length = Self.receive(4, from: client), let body = Self.receiveBody(length, from: client),
        Self.send(length + body, to: server)
      else { return }
      isStarted = body.starts(with: Self.startupVersion)
    }
    while let type = Self.receive(1, from: client), let length = Self.receive(4, from: client),
      let body = Self.receiveBody(length, from: client)
    {
      let passed = type == [UInt8(ascii: "P")] ? withStatementRewritten(body) : body
      guard Self.send(type + Self.bytes(of: UInt32(passed.count + 4)) + passed, to: server) else { return }
    }
  }

  private static func passAnswers(from server: Int32, to client: Int32) {
    while true {
      let bytes = receive(from: server)
      guard !bytes.isEmpty, send(bytes, to: client) else { return }
    }
  }

  /// `Parse`: the statement's name and its text, each ended by a zero, and types of parameters.
  private func withStatementRewritten(_ body: [UInt8]) -> [UInt8] {
    let parts = body.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3 else { return body }
    let text = String(decoding: parts[1], as: UTF8.self)
    let rewritten = rewrite(text)
    guard rewritten != text else { return body }
    changed.withLock { $0 += 1 }
    return Array([Array(parts[0]), Array(rewritten.utf8), Array(parts[2])].joined(separator: [0]))
  }

  // MARK: Sockets

  private static let startupVersion: [UInt8] = [0, 3, 0, 0]
  private static let longestMessageBytes: UInt32 = 64 << 20

  private static func bytes(of number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// What a message has after its length, which counts itself.
  private static func receiveBody(_ length: [UInt8], from socket: Int32) -> [UInt8]? {
    let count = length.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard (4...longestMessageBytes).contains(count) else { return nil }
    return receive(Int(count) - 4, from: socket)
  }

  private static func receive(_ count: Int, from socket: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard count == 0 || recv(socket, &bytes, count, Int32(MSG_WAITALL)) == count else { return nil }
    return bytes
  }

  /// What has come; empty at the end.
  private static func receive(from socket: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(socket, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }

  private static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func makeSocket() -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    // Small messages come in between large ones.
    var on: Int32 = 1
    _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    return descriptor
  }

  private static func withAddress<Result>(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
  ) -> Result {
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
  }

  private static func listen() throws -> (Int32, UInt16) {
    let descriptor = makeSocket()
    var address = loopback(0)
    let isListening = withAddress(&address) { address, length in
      bind(descriptor, address, length) == 0 && Foundation.listen(descriptor, 64) == 0
        && getsockname(descriptor, address, &length) == 0
    }
    guard isListening else {
      close(descriptor)
      throw Failure()
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  private static func connect(to port: UInt16) -> Int32? {
    let descriptor = makeSocket()
    var address = loopback(port)
    guard withAddress(&address, { Foundation.connect(descriptor, $0, $1) == 0 }) else {
      close(descriptor)
      return nil
    }
    return descriptor
  }
}
