import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tells how much CPU time the client and the servers used between two readings, and how much something else did.
///
/// Linux only; elsewhere readings are empty and nothing is ever disturbed. Foreign is what the machine's processors were
/// neither idle for nor busy with our groups: other processes, other containers, and time that the hypervisor gave to
/// somebody else (steal). The kernel's own threads and interrupts are left out: during a benchmark they mostly work for it.
public struct CPUMonitor: Sendable {
  /// At one moment, since the system started.
  struct Reading: Sendable {
    var nanoseconds: UInt64 = 0
    /// All processors together.
    var idleSeconds: Double?
    var processors = 0
    var groupSeconds: [String: Double] = [:]
  }

  /// Between two readings.
  struct Use: Sendable, Equatable {
    var wallSeconds = 0.0
    var groupSeconds: [String: Double] = [:]
    /// `nil` where the system doesn't tell.
    var foreignSeconds: Double?

    /// Cores that something else kept busy over all of these; `nil` where one doesn't tell.
    static func foreignCores(_ uses: [Self]) -> Double? {
      let wall = uses.reduce(0) { $0 + $1.wallSeconds }
      let foreign = uses.compactMap(\.foreignSeconds)
      return foreign.count == uses.count && wall > 0 ? foreign.reduce(0, +) / wall : nil
    }
  }

  private static let kernelGroup = ProcessGroup(name: "kernel threads", roots: [2])
  private let groups: [ProcessGroup]
  private let secondsPerTick: Double

  /// - Parameter servers: The groups of the servers; the client is added.
  public init(servers: [ProcessGroup]) {
    groups = servers + [ProcessGroup(name: ProcessGroup.client, roots: [getpid()])]
    secondsPerTick = 1 / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
  }

  func reading() -> Reading {
    var reading = Reading()
    guard let idle = idle() else { return reading }
    let ticks = ProcessReading.ticks(ProcessReading.all(), by: groups + [Self.kernelGroup])
    reading.groupSeconds = ticks.mapValues { Double($0) * secondsPerTick }
    reading.idleSeconds = idle.seconds
    reading.processors = idle.processors
    reading.nanoseconds = SystemMonotonicClock().nanoseconds()
    return reading
  }

  func use(from start: Reading, to end: Reading) -> Use {
    guard let idleBefore = start.idleSeconds, let idleAfter = end.idleSeconds else { return Use() }
    var use = Use(wallSeconds: Double(end.nanoseconds &- start.nanoseconds) / 1e9)
    for (group, seconds) in end.groupSeconds {
      use.groupSeconds[group] = max(0, seconds - (start.groupSeconds[group] ?? 0))
    }
    let busy = use.wallSeconds * Double(end.processors) - (idleAfter - idleBefore)
    use.foreignSeconds = max(0, busy - use.groupSeconds.values.reduce(0, +))
    use.groupSeconds[Self.kernelGroup.name] = nil
    return use
  }

  /// Time in which processors had nothing to run, waited for the disk, or served interrupts, from `/proc/stat`.
  private func idle() -> (seconds: Double, processors: Int)? {
    guard let data = FileManager.default.contents(atPath: "/proc/stat") else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard let total = lines.first?.split(separator: " "), total.first == "cpu", total.count > 7 else {
      return nil
    }
    // user nice system idle iowait irq softirq steal …
    let ticks = total[4...7].compactMap { Int($0) }.reduce(0, +)
    let processors = lines.count { $0.hasPrefix("cpu") } - 1
    return (Double(ticks) * secondsPerTick, processors)
  }
}
