#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Counts what this process allocates on the heap, where it runs under the library that does so: `CAllocationCounter`,
/// preloaded. Otherwise nothing is counted, and nothing costs anything.
public struct AllocationCounter: Sendable {
  /// Of this process; `nil` where the library isn't preloaded.
  public static let current = AllocationCounter()

  struct Reading: Sendable {
    var allocations: UInt64 = 0
    var bytes: UInt64 = 0

    static func - (later: Self, earlier: Self) -> Self {
      Self(allocations: later.allocations &- earlier.allocations, bytes: later.bytes &- earlier.bytes)
    }
  }

  /// `dbbench_allocations` of the library.
  private typealias Read =
    @Sendable @convention(c) (UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<UInt64>) -> Void
  private let read: Read

  private init?() {
    guard let symbol = dlsym(nil, "dbbench_allocations") else { return nil }
    read = unsafeBitCast(symbol, to: Read.self)
  }

  /// All so far.
  var reading: Reading {
    var reading = Reading()
    read(&reading.allocations, &reading.bytes)
    return reading
  }
}
