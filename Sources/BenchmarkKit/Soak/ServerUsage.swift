/// What the processes of a server have used since they were started.
public struct ServerUsage: Sendable, Equatable {
  public var processorSeconds: Double
  /// Handed to the system for writing, to the disk sooner or later.
  public var writtenBytes: Int

  /// Of a process and all that descends from it, those included that have ended; `nil` where the system doesn't tell (not
  /// Linux, or another user's).
  public static func ofProcess(_ pid: Int32) -> ServerUsage? {
    let table = ProcessTimes.now()
    guard table.entries[pid] != nil else { return nil }
    var usage = ServerUsage(processorSeconds: 0, writtenBytes: 0)
    for member in table.family(of: pid) {
      guard let entry = table.entries[member] else { continue }
      usage.processorSeconds += Double(entry.ticksWithChildren) / ProcessorTimes.ticksPerSecond
      // Of a process and its children that were waited for.
      guard let io = SystemFile.text("/proc/\(member)/io"),
        let bytes = SystemFile.number("write_bytes", in: io)
      else {
        continue
      }
      usage.writtenBytes += bytes
    }
    return usage
  }

  static func - (left: Self, right: Self) -> Self {
    Self(
      processorSeconds: left.processorSeconds - right.processorSeconds,
      writtenBytes: left.writtenBytes - right.writtenBytes)
  }
}
