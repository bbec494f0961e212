#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

// Sockets that never make a thread wait. Every one is close-on-exec.

/// What a call on a socket that doesn't wait came to.
enum SocketResult {
  /// So many bytes; 0 received means the other side has closed.
  case done(Int)
  /// The system's error number; `EAGAIN` where waiting would help.
  case failed(Int32)
}

/// A new socket, or the error number's text.
func makeSocket(family: Int32) -> Int32? {
  #if canImport(Darwin)
    let descriptor = socket(family, SOCK_STREAM, 0)
  #else
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  #endif
  guard descriptor >= 0 else { return nil }
  prepareSocket(descriptor)
  return descriptor
}

/// Two sockets connected to each other.
func makeSocketPair() -> (ours: Int32, theirs: Int32)? {
  var ends: [Int32] = [-1, -1]
  #if canImport(Darwin)
    let result = socketpair(AF_UNIX, SOCK_STREAM, 0, &ends)
  #else
    let result = socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
  #endif
  guard result == 0 else { return nil }
  ends.forEach(prepareSocket)
  return (ends[0], ends[1])
}

/// What Linux does in the call that makes a socket, or in each send, other systems do afterwards.
private func prepareSocket(_ descriptor: Int32) {
  #if canImport(Darwin)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var on: Int32 = 1
    _ = setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
  #endif
}

/// Connects to a unix socket, at once or not at all; later calls on it don't wait.
func connectUnixSocket(_ path: String) -> Int32? {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  let bytes = Array(path.utf8)
  guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  guard let descriptor = makeSocket(family: AF_UNIX) else { return nil }
  _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  let connected = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
    }
  }
  guard connected else {
    close(descriptor)
    return nil
  }
  return descriptor
}

/// Sends as much as the socket takes now. A closed other side is `EPIPE`, never a signal.
func sendWithoutWaiting(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> SocketResult {
  #if canImport(Darwin)
    let flags = MSG_DONTWAIT
  #else
    let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
  #endif
  let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
  return count >= 0 ? .done(count) : .failed(errno)
}

/// Appends what has arrived, at most 16 KiB at a time.
func receiveWithoutWaiting(_ descriptor: Int32, into received: inout [UInt8]) -> SocketResult {
  var chunk = [UInt8](repeating: 0, count: 16 * 1024)
  let count = recv(descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
  guard count >= 0 else { return .failed(errno) }
  received += chunk[..<count]
  return .done(count)
}
