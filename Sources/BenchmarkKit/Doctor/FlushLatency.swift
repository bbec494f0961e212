#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How long the disk under a folder takes to make 8 KiB safe: what a commit waits for.
enum FlushLatency {
  private static let block = 8_192
  /// The file is overwritten in place, as a write-ahead log is.
  private static let blocks = 64

  /// - Returns: `nil` where the folder can't be written.
  static func measure(in folder: String, for duration: Duration) -> LatencyHistogram? {
    let path = folder + "/dbbench-flush-\(getpid())"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    defer {
      close(descriptor)
      unlink(path)
    }
    let bytes = [UInt8](repeating: 0x5A, count: block)
    for number in 0..<blocks where pwrite(descriptor, bytes, block, off_t(number * block)) != block {
      return nil
    }
    guard fsync(descriptor) == 0 else { return nil }
    let clock = SystemMonotonicClock()
    let end = clock.nanoseconds() + UInt64(max(0, duration.nanoseconds))
    var histogram = LatencyHistogram()
    var number = 0
    while clock.nanoseconds() < end {
      let start = clock.nanoseconds()
      guard pwrite(descriptor, bytes, block, off_t(number % blocks * block)) == block, flush(descriptor)
      else {
        return nil
      }
      histogram.record(nanoseconds: clock.nanoseconds() - start)
      number += 1
    }
    return histogram
  }

  private static func flush(_ descriptor: Int32) -> Bool {
    #if canImport(Darwin)
      fcntl(descriptor, F_FULLFSYNC) == 0
    #else
      fdatasync(descriptor) == 0
    #endif
  }
}
