import FoundationEssentials

/// What the machine says of itself.
enum MachineFindings {
  static var build: Finding {
    #if DEBUG
      Finding(
        "dbbench", "built for debugging", .bad,
        fix: "swift build -c release --product dbbench; figures are too low")
    #else
      Finding("dbbench", "release build")
    #endif
  }

  static func processors(
    count: Int = ProcessInfo.processInfo.activeProcessorCount,
    allowed: Double? = ControlGroupLimits.of()?.processors
  ) -> Finding {
    var value = "\(count) for two servers and this program"
    if let allowed, allowed < Double(count) {
      value += ", limited to \(Quantity.significant(allowed)) by the container"
      return Finding(
        "processors", value, .bad,
        fix:
          "lift the container's CPU quota: it stops servers in the middle of a period, which looks like latency"
      )
    }
    return count < 2
      ? Finding(
        "processors", value, .bad, fix: "take at least 2: on one, servers and program only take turns")
      : Finding("processors", value)
  }

  static var clockSource: Finding {
    guard
      let source = SystemFile.text("/sys/devices/system/clocksource/clocksource0/current_clocksource")
    else { return .unknown("clock") }
    let clock = SystemMonotonicClock()
    let start = clock.nanoseconds()
    let readings: UInt64 = 20_000
    for _ in 0..<readings { _ = clock.nanoseconds() }
    let cost = (clock.nanoseconds() - start) / readings
    let value = "\(source), \(cost) ns a reading"
    return cost < 500
      ? Finding("clock", value)
      : Finding(
        "clock", value, .note,
        fix: "boot with clocksource=tsc if the processor's is stable: readings are slow")
  }

  static var governor: Finding {
    guard let governor = SystemFile.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") else {
      return .unknown("governor", "not visible (usual in a virtual machine)")
    }
    return governor == "performance"
      ? Finding("governor", governor)
      : Finding(
        "governor", governor, .note, fix: "cpupower frequency-set -g performance: clock rates follow the load"
      )
  }

  /// Two servers with 1 GiB of cache each, and what goes with them.
  private static let neededKilobytes = 3 << 20

  static func memory(
    _ meminfo: String? = SystemFile.text("/proc/meminfo"), limit: Int? = ControlGroupLimits.of()?.memoryBytes
  ) -> Finding {
    guard let meminfo, let available = SystemFile.number("MemAvailable", in: meminfo) else {
      return .unknown("memory")
    }
    if let limit, limit >> 10 < available {
      let value = "\(Quantity.bytes(limit)) at most, as the container's limit is"
      return limit >> 10 >= neededKilobytes
        ? Finding("memory", value)
        : Finding(
          "memory", value, .bad, fix: "raise the limit: two servers with 1 GiB of cache each need 3 GiB")
    }
    let value = "\(Quantity.bytes(available << 10)) available"
    return available >= neededKilobytes
      ? Finding("memory", value)
      : Finding("memory", value, .bad, fix: "free some: two servers with 1 GiB of cache each need 3 GiB")
  }

  static var hugePages: Finding {
    guard let text = SystemFile.text("/sys/kernel/mm/transparent_hugepage/enabled") else {
      return .unknown("huge pages")
    }
    let chosen =
      text.split(separator: " ").first { $0.hasPrefix("[") }.map { $0.dropFirst().dropLast() } ?? "unknown"
    let value = "transparent: \(chosen)"
    return chosen == "always"
      ? Finding(
        "huge pages", value, .note,
        fix: "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled: mongod before 8.0 asks for it")
      : Finding("huge pages", value)
  }

  /// Enough for the connections of `dbbench` and the files of a mongod with many collections.
  private static let neededFiles: UInt64 = 4_096

  static func openFiles(_ limit: UInt64? = Self.limit("Max open files")) -> Finding {
    guard let limit else { return .unknown("open files") }
    let value = limit == .max ? "unlimited" : "\(Quantity.count(Int(clamping: limit))) at most"
    if limit >= neededFiles { return Finding("open files", value) }
    return Finding(
      "open files", value, limit < 1_024 ? .bad : .note,
      fix: "ulimit -n 64000: what mongod asks for in production")
  }

  static func lockedMemory(_ limit: UInt64? = Self.limit("Max locked memory")) -> Finding {
    guard let limit else { return .unknown("locked memory") }
    return Finding(
      "locked memory", limit == .max ? "unlimited" : "\(Quantity.bytes(Int(clamping: limit))) at most")
  }

  /// The soft limit called `name` of this process; `.max` for none.
  static func limit(_ name: String, _ limits: String? = SystemFile.text("/proc/self/limits")) -> UInt64? {
    for line in (limits ?? "").split(separator: "\n") where line.hasPrefix(name) {
      let value = line.dropFirst(name.utf8.count).split(separator: " ").first
      return value == "unlimited" ? .max : value.flatMap { UInt64($0) }
    }
    return nil
  }
}
