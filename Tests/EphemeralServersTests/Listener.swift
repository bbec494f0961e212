import Glibc

@testable import EphemeralServers

/// Holds a port of 127.0.0.1 as long as it lives.
final class Listener {
  let port: Int
  private let descriptor: Int32

  init?() {
    guard let port = try? FreePort.pick(), let descriptor = makeSocket(family: AF_INET) else { return nil }
    self.port = port
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard bound, listen(descriptor, 1) == 0 else { return nil }
  }

  deinit { close(descriptor) }
}
