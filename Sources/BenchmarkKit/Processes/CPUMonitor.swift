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
/// (Seen from within a container there are no such threads, and what they do counts as foreign.)
///
/// How much it errs must not depend on what the servers are like, so nothing is rounded by process: see ``ProcessReading``.
public struct CPUMonitor: Sendable {
  /// At one moment, since the system started.
  struct Reading: Sendable {
    var nanoseconds: UInt64 = 0
    /// All processors together.
    var idleSeconds: Double?
    var processors = 0
    var groupSeconds: [String: Double] = [:]
    /// Of the processes that belong to no group, as far as they can be seen, and steal.
    var otherSeconds = 0.0
  }

  /// Between two readings.
  struct Use: Sendable, Equatable {
    var wallSeconds = 0.0
    var groupSeconds: [String: Double] = [:]
    /// What the processors were neither idle for nor busy with our groups; `nil` where the system doesn't tell. A little below
    /// zero where idle time, which is told in hundredths of a second, was rounded that way: only sums over segments mean much.
    var unaccountedSeconds: Double?
    /// Of processes that are not ours, as far as they can be seen, and steal.
    var otherSeconds = 0.0

    /// Cores that something else kept busy over all of these; `nil` where one doesn't tell.
    ///
    /// What is unaccounted for holds all of it, but for time that the kernel counts twice: where it samples by ticks, that of
    /// interrupts is in the times of the processes they interrupt too. What can be seen is a lower bound.
    static func foreignCores(_ uses: [Self]) -> Double? {
      let wall = uses.reduce(0) { $0 + $1.wallSeconds }
      let unaccounted = uses.compactMap(\.unaccountedSeconds)
      guard unaccounted.count == uses.count, wall > 0 else { return nil }
      let other = uses.reduce(0) { $0 + $1.otherSeconds }
      return max(0, unaccounted.reduce(0, +), other) / wall
    }
  }

  private static let kernelGroup = ProcessGroup(name: "kernel threads", roots: [2])
  private static let secondsPerTick = 1 / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
  private let read: @Sendable () -> Reading

  /// - Parameter servers: The groups of the servers; the client is added.
  public init(servers: [ProcessGroup]) {
    let client = ProcessGroup(name: ProcessGroup.client, roots: [getpid()])
    self.init { Self.reading(of: servers + [client]) }
  }

  /// - Parameter read: What is to be read, one after the other.
  init(reading read: @escaping @Sendable () -> Reading) { self.read = read }

  func reading() -> Reading { read() }

  private static func reading(of groups: [ProcessGroup]) -> Reading {
    var reading = Reading()
    guard let machine = machine() else { return reading }
    // At once: the processes take milliseconds to read, not always as many, and the processors would seem busy meanwhile.
    reading.nanoseconds = SystemMonotonicClock().nanoseconds()
    let seconds = ProcessReading.seconds(
      ProcessReading.all(), by: groups + [kernelGroup], perTick: secondsPerTick)
    reading.groupSeconds = seconds.groups
    reading.otherSeconds = seconds.others + machine.stealSeconds
    reading.idleSeconds = machine.idleSeconds
    reading.processors = machine.processors
    return reading
  }

  func use(from start: Reading, to end: Reading) -> Use {
    guard let idleBefore = start.idleSeconds, let idleAfter = end.idleSeconds else { return Use() }
    var use = Use(wallSeconds: Double(end.nanoseconds &- start.nanoseconds) / 1e9)
    for (group, seconds) in end.groupSeconds {
      use.groupSeconds[group] = max(0, seconds - (start.groupSeconds[group] ?? 0))
    }
    let busy = use.wallSeconds * Double(end.processors) - (idleAfter - idleBefore)
    use.unaccountedSeconds = busy - use.groupSeconds.values.reduce(0, +)
    use.otherSeconds = end.otherSeconds - start.otherSeconds
    use.groupSeconds[Self.kernelGroup.name] = nil
    return use
  }

  /// Time in which processors had nothing to run, waited for the disk, or served interrupts, and steal, from `/proc/stat`.
  private static func machine() -> (idleSeconds: Double, stealSeconds: Double, processors: Int)? {
    guard let data = FileManager.default.contents(atPath: "/proc/stat") else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    guard let total = lines.first?.split(separator: " "), total.first == "cpu", total.count > 7 else {
      return nil
    }
    // user nice system idle iowait irq softirq steal …
    let ticks = total[4...7].compactMap { Int($0) }.reduce(0, +)
    let steal = total.count > 8 ? Int(total[8]) ?? 0 : 0
    let processors = lines.count { $0.hasPrefix("cpu") } - 1
    return (Double(ticks) * secondsPerTick, Double(steal) * secondsPerTick, processors)
  }
}
