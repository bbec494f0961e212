/// Reads, whenever the arms take turns, what the server that had nothing to do has used meanwhile: its work for itself, which
/// comes late and is part of no timed segment.
actor MaintenanceMeter {
  private struct Reading {
    var nanoseconds: UInt64
    var processorSeconds: [Double?]
    var writtenBytes: [Int?]
  }

  private let arms: [Arm]
  private let processGroups: [String?]
  private let monitor: CPUMonitor
  private var turn: Int?
  private var last: Reading?
  private(set) var idle: [MaintenanceRecord.Part]

  /// `nil` where one server serves both arms, or an arm has none: nothing could be told apart.
  init?(_ arms: [Arm], processGroups: [String?], monitor: CPUMonitor) {
    let addresses = arms.map { $0.target.address }
    guard addresses.allSatisfy({ $0 != nil }), Set(addresses).count == arms.count else { return nil }
    self.arms = arms
    self.processGroups = processGroups
    self.monitor = monitor
    idle = arms.map { _ in MaintenanceRecord.Part() }
  }

  /// From now on everything is done on this arm; `nil`: on none that counts.
  func beginTurn(of arm: Int?) async throws {
    guard arm != turn else { return }
    // Asking the servers costs them a little: that is in nobody's time.
    let nanoseconds = SystemMonotonicClock().nanoseconds()
    let seconds = processorSeconds()
    let bytes = try await writtenBytes()
    if let turn, let last {
      for other in arms.indices where other != turn {
        let used =
          ServerUsage(processorSeconds: seconds[other], writtenBytes: bytes[other])
          - ServerUsage(
            processorSeconds: last.processorSeconds[other], writtenBytes: last.writtenBytes[other])
        idle[other].add(used, seconds: Double(nanoseconds &- last.nanoseconds) / 1e9)
      }
    }
    turn = arm
    last = Reading(
      nanoseconds: SystemMonotonicClock().nanoseconds(), processorSeconds: processorSeconds(),
      writtenBytes: bytes)
  }

  /// What an arm's server uses to do what it has put off.
  func settling(_ arm: Int) async throws -> MaintenanceRecord.Part {
    let target = arms[arm].target
    let bytes = try await writtenBytes()
    let seconds = processorSeconds()
    let start = SystemMonotonicClock().nanoseconds()
    try await Loader.naming("settling \(target.displayName)") { @Sendable in try await target.catchUp() }
    let end = SystemMonotonicClock().nanoseconds()
    let secondsAfter = processorSeconds()
    let bytesAfter = try await writtenBytes()
    var part = MaintenanceRecord.Part()
    part.add(
      ServerUsage(processorSeconds: secondsAfter[arm], writtenBytes: bytesAfter[arm])
        - ServerUsage(processorSeconds: seconds[arm], writtenBytes: bytes[arm]),
      seconds: Double(end &- start) / 1e9)
    return part
  }

  private func processorSeconds() -> [Double?] {
    let groups = monitor.reading().groupSeconds
    return processGroups.map { group in group.flatMap { groups[$0] } }
  }

  /// Of all servers at once.
  private func writtenBytes() async throws -> [Int?] {
    try await withThrowingTaskGroup(of: (Int, Int?).self) { group in
      for (number, arm) in arms.enumerated() {
        group.addTask {
          let bytes = try await Loader.naming("reading the counters of \(arm.displayName)") {
            try await arm.target.writtenBytes()
          }
          return (number, bytes)
        }
      }
      var bytes = [Int?](repeating: nil, count: arms.count)
      for try await (number, value) in group { bytes[number] = value }
      return bytes
    }
  }
}
