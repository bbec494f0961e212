/// Looks at the machine for ten seconds and says what would spoil a measurement on it.
public struct Doctor: Sendable {
  /// How long the neighbours are watched.
  static let watch = Duration.seconds(3)
  static let flushing = Duration.seconds(2)
  private static let timerSamples = 2_000
  private static let timerInterval = Duration.milliseconds(1)

  public init() {}

  /// Processors, neighbours, timers, memory, limits: what needs no server. Takes about five seconds; nothing else of ours
  /// should run meanwhile.
  public func machine() async throws -> [Finding] {
    var findings = [MachineFindings.build, MachineFindings.processors()]
    findings += try await neighbours()
    findings.append(try await timer())
    findings += [
      MachineFindings.clockSource, MachineFindings.governor, MachineFindings.memory(),
      MachineFindings.hugePages,
      MachineFindings.openFiles(), MachineFindings.lockedMemory(),
    ]
    return findings
  }

  /// The disk under `folder`, where throwaway servers keep their data. Blocks its thread for two seconds.
  ///
  /// - Parameter type: The kind of file system, for example `ext4`; `nil` if unknown.
  public func disk(_ folder: String, type: String?) -> [Finding] {
    [
      DiskFindings.fileSystem(folder, type: type), DiskFindings.freeSpace(folder),
      DiskFindings.flush(FlushLatency.measure(in: folder, for: Self.flushing), folder),
    ]
  }

  private func neighbours() async throws -> [Finding] {
    guard let before = ProcessorTimes.now() else { return [.unknown("neighbours"), .unknown("steal")] }
    let processesBefore = ProcessTimes.now()
    try await Task.sleep(for: Self.watch)
    let processes = ProcessTimes.now()
    guard let after = ProcessorTimes.now() else { return [.unknown("neighbours"), .unknown("steal")] }
    return NeighbourFindings(
      before: before, after: after,
      busiest: processes.busiest(since: processesBefore, without: [ClientProcess.id]),
      seconds: Self.watch.seconds
    ).findings
  }

  private func timer() async throws -> Finding {
    let lateness = try await TimerLateness.measure(count: Self.timerSamples, interval: Self.timerInterval)
    return Self.timer(lateness)
  }

  static func timer(_ lateness: LatencyHistogram) -> Finding {
    let p50 = lateness.nanoseconds(atPercent: 50) ?? 0
    let p99 = lateness.nanoseconds(atPercent: 99) ?? 0
    let value =
      "\(Quantity.latency(p50)) late at p50, \(Quantity.latency(p99)) at p99, "
      + "\(Quantity.latency(lateness.maximumNanoseconds)) at most"
    switch p99 {
    case ..<200_000: return Finding("timer", value)
    case ..<1_000_000:
      return Finding(
        "timer", value, .note, fix: "an open loop is precise to this; take a quieter machine for more")
    default:
      return Finding(
        "timer", value, .bad,
        fix: "end what keeps the processors busy; open loops (--rate, capacity) would be late")
    }
  }
}

/// What the processors did for others while we watched.
struct NeighbourFindings {
  var before: ProcessorTimes
  var after: ProcessorTimes
  var busiest: [(name: String, ticks: Int)]
  var seconds: Double

  /// Of one core; more voids a block of a comparison.
  static let toleratedShare = 0.05

  var findings: [Finding] {
    let scale = 100 / (ProcessorTimes.ticksPerSecond * max(seconds, 1e-9))
    let busy = Double(after.busy - before.busy) * scale
    let steal = Double(after.steal - before.steal) * scale
    let names = busiest.prefix(3).map { "\($0.name) \(Quantity.decimal(Double($0.ticks) * scale, 0))%" }
    let who = names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
    return [
      busy <= Self.toleratedShare * 100
        ? Finding("neighbours", "\(Quantity.decimal(busy, 1))% of a core busy with other work")
        : Finding(
          "neighbours", "\(Quantity.decimal(busy, 0))% of a core busy with other work\(who)", .bad,
          fix: "end it, or wait for it: it competes with both servers and this program"),
      steal <= Self.toleratedShare * 100
        ? Finding("steal", "\(Quantity.decimal(steal, 1))% of a core taken by the host")
        : Finding(
          "steal", "\(Quantity.decimal(steal, 0))% of a core taken by the host", .bad,
          fix: "the host is overbooked: take a machine with processors of its own, or another hour"),
    ]
  }
}
