/// What a server has used since it was started.
public struct ServerUsage: Sendable, Codable, Equatable {
  /// Of its processes; `nil` where they can't be seen.
  public var processorSeconds: Double?
  /// Log and data, as the server counts them; `nil` where it doesn't.
  ///
  /// Not what the system counts for its processes (`write_bytes` in `/proc`): that is the memory that became dirty, in units
  /// of what the file system keeps together, which was many times as much as was written.
  public var writtenBytes: Int?

  static let none = ServerUsage(processorSeconds: 0, writtenBytes: 0)

  static func + (left: Self, right: Self) -> Self { combined(left, right, +, +) }
  static func - (left: Self, right: Self) -> Self { combined(left, right, -, -) }

  /// Where one of both doesn't know, nobody does.
  private static func combined(
    _ left: Self, _ right: Self, _ seconds: (Double, Double) -> Double, _ bytes: (Int, Int) -> Int
  ) -> Self {
    ServerUsage(
      processorSeconds: left.processorSeconds.flatMap { own in right.processorSeconds.map { seconds(own, $0) }
      },
      writtenBytes: left.writtenBytes.flatMap { own in right.writtenBytes.map { bytes(own, $0) } })
  }

  /// The processor time of a process and all that descends from it, those included that have ended; `nil` where the system
  /// doesn't tell (not Linux, or another user's).
  public static func processorSeconds(of pid: Int32) -> Double? {
    let table = ProcessTimes.now()
    guard table.entries[pid] != nil else { return nil }
    return table.family(of: pid).reduce(0) { sum, member in
      sum + Double(table.entries[member]?.ticksWithChildren ?? 0) / ProcessorTimes.ticksPerSecond
    }
  }
}

/// Reads what a server has used around a time that is measured.
struct ServerMeter: Sendable {
  let target: any BenchmarkTarget
  let processorSeconds: @Sendable () -> Double?

  /// Asking the server costs it a little: that is outside the time that begins with this.
  func begin() async throws -> ServerUsage {
    let bytes = try await writtenBytes()
    return ServerUsage(processorSeconds: processorSeconds(), writtenBytes: bytes)
  }

  /// The same at the end.
  func end() async throws -> ServerUsage {
    let seconds = processorSeconds()
    return ServerUsage(processorSeconds: seconds, writtenBytes: try await writtenBytes())
  }

  private func writtenBytes() async throws -> Int? {
    try await Loader.naming("reading the counters of \(target.displayName)") {
      try await target.writtenBytes()
    }
  }
}
