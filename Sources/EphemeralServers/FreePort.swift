#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A TCP port of 127.0.0.1 that nobody listened on a moment ago.
enum FreePort {
  /// Lets the system choose one. Somebody else may take it before the server does; then the launch is
  /// repeated with another.
  static func pick() throws(EphemeralServersError) -> Int {
    guard let descriptor = makeSocket(family: AF_INET) else { throw fault() }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let named = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard named else { throw fault() }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  private static func fault() -> EphemeralServersError {
    EphemeralServersError(.startFailed, "no free TCP port on 127.0.0.1: \(systemErrorText())")
  }
}
