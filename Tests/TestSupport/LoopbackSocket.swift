import Foundation

/// Blocking stream sockets of this machine, for proxies in tests.
public enum LoopbackSocket {
  public struct Failure: Error {}

  /// A socket that listens on a free port of 127.0.0.1.
  public static func listen() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = make()
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

  /// The next client; `nil` when the listener was shut down.
  public static func accept(on listener: Int32) -> Int32? {
    let client = Foundation.accept(listener, nil, nil)
    guard client >= 0 else { return nil }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    sendAtOnce(client)
    return client
  }

  /// A connection to a port of 127.0.0.1.
  public static func connect(to port: UInt16) -> Int32? {
    let descriptor = make()
    var address = loopback(port)
    guard withAddress(&address, { Foundation.connect(descriptor, $0, $1) == 0 }) else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// A connection to a unix socket.
  public static func connect(toPath path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard withAddress(&address, { Foundation.connect(descriptor, $0, $1) == 0 }) else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// What has come; empty at the end.
  public static func receive(from socket: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(socket, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
  }

  /// So many bytes; `nil` where the other side ends before.
  public static func receive(_ count: Int, from socket: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard count == 0 || recv(socket, &bytes, count, Int32(MSG_WAITALL)) == count else { return nil }
    return bytes
  }

  /// All of them, or `false` where the other side takes no more.
  public static func send(_ bytes: some Collection<UInt8>, to socket: Int32) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Closes a connection so that the other side learns of it as a reset, not as an end.
  public static func reset(_ socket: Int32) {
    var lingerForNothing = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(
      socket, SOL_SOCKET, SO_LINGER, &lingerForNothing, socklen_t(MemoryLayout<linger>.size))
    close(socket)
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func make() -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    sendAtOnce(descriptor)
    return descriptor
  }

  /// Small messages come in between large ones.
  private static func sendAtOnce(_ descriptor: Int32) {
    var on: Int32 = 1
    _ = setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func withAddress<Address, Result>(
    _ address: inout Address, _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
  ) -> Result {
    var length = socklen_t(MemoryLayout<Address>.size)
    return withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
  }
}
