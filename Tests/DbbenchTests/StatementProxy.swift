import Foundation
import Synchronization
import TestSupport

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

  /// Listens until ``stop()``; each connection takes two threads until either side closes it.
  init(serverPort: Int, rewrite: @escaping @Sendable (String) -> String) throws {
    (listener, port) = try LoopbackSocket.listen()
    self.serverPort = UInt16(serverPort)
    self.rewrite = rewrite
    Thread.detachNewThread { [self] in
      while let client = LoopbackSocket.accept(on: listener) { serve(client) }
      close(listener)
    }
  }

  func stop() { _ = shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve(_ client: Int32) {
    guard let server = LoopbackSocket.connect(to: serverPort) else {
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
      guard let length = LoopbackSocket.receive(4, from: client),
        let body = Self.receiveBody(length, from: client), LoopbackSocket.send(length + body, to: server)
      else { return }
      isStarted = body.starts(with: Self.startupVersion)
    }
    while let type = LoopbackSocket.receive(1, from: client),
      let length = LoopbackSocket.receive(4, from: client),
      let body = Self.receiveBody(length, from: client)
    {
      let passed = type == [UInt8(ascii: "P")] ? withStatementRewritten(body) : body
      let message = type + Self.bytes(of: UInt32(passed.count + 4)) + passed
      guard LoopbackSocket.send(message, to: server) else { return }
    }
  }

  private static func passAnswers(from server: Int32, to client: Int32) {
    while true {
      let bytes = LoopbackSocket.receive(from: server)
      guard !bytes.isEmpty, LoopbackSocket.send(bytes, to: client) else { return }
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

  // MARK: Messages

  private static let startupVersion: [UInt8] = [0, 3, 0, 0]
  private static let longestMessageBytes: UInt32 = 64 << 20

  private static func bytes(of number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  /// What a message has after its length, which counts itself.
  private static func receiveBody(_ length: [UInt8], from socket: Int32) -> [UInt8]? {
    let count = length.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard (4...longestMessageBytes).contains(count) else { return nil }
    return LoopbackSocket.receive(Int(count) - 4, from: socket)
  }
}
