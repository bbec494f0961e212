#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A moment on the monotonic clock by which something must be over.
package struct Deadline: Comparable, Sendable {
  /// Nanoseconds on the monotonic clock; `UInt64.max` never comes.
  package let nanoseconds: UInt64
  package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  package static let never = Deadline(nanoseconds: .max)

  package static func after(_ duration: Duration) -> Deadline { after(duration, from: now()) }

  /// - Parameter start: Nanoseconds on the monotonic clock.
  static func after(_ duration: Duration, from start: UInt64) -> Deadline {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 0, attoseconds >= 0 else { return Deadline(nanoseconds: 0) }
    // A century is as good as never, and the arithmetic below can't overflow.
    guard seconds < 3_000_000_000 else { return .never }
    return Deadline(
      nanoseconds: start + UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000))
  }

  package static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  package var hasPassed: Bool { Self.now() >= nanoseconds }

  /// Milliseconds left, rounded up, 0 when it has passed: what `poll` and servers take. At most 2³¹ − 1.
  package var remainingMilliseconds: Int32 {
    if self == .never { return .max }
    let now = Self.now()
    guard now < nanoseconds else { return 0 }
    return Int32(clamping: (nanoseconds - now + 999_999) / 1_000_000)
  }

  package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
}
