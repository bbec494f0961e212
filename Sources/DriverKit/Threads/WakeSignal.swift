#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Interrupts a driver thread that waits in `poll` for its server: a pipe whose read end is polled too.
///
/// `raise` may be called from any thread; `clear` and `wait` belong to the driver thread.
package final class WakeSignal: Sendable {
  /// To be polled for input; -1 where no pipe could be made (then deadlines alone end a wait).
  package let readDescriptor: Int32
  private let writeDescriptor: Int32

  package init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) != 0 { ends = [-1, -1] }
    for end in ends where end >= 0 {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    readDescriptor = ends[0]
    writeDescriptor = ends[1]
  }

  deinit {
    if readDescriptor >= 0 { _ = close(readDescriptor) }
    if writeDescriptor >= 0 { _ = close(writeDescriptor) }
  }

  /// Whether it was raised and not cleared since.
  package var isRaised: Bool {
    var descriptor = pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }

  package func raise() {
    var byte: UInt8 = 1
    _ = write(writeDescriptor, &byte, 1)
  }

  package func clear() {
    var bytes: (UInt64, UInt64) = (0, 0)
    while withUnsafeMutableBytes(of: &bytes, { read(readDescriptor, $0.baseAddress, $0.count) }) > 0 {}
  }

  /// Sleeps on the driver thread, shorter when the signal is raised. At least 1 ms, at most 2³¹ − 1.
  package func wait(milliseconds: Double) {
    var descriptor = pollfd(fd: readDescriptor, events: Int16(POLLIN), revents: 0)
    // In this order a value that is not a number is 1, too.
    let bounded = min(max(1, milliseconds.rounded(.up)), Double(Int32.max))
    _ = poll(&descriptor, 1, Int32(exactly: bounded) ?? 1)
  }
}
