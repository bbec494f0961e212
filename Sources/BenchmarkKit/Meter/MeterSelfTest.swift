import FoundationEssentials
import InstructorStore

/// What one check of the meter found.
public struct MeterCheck: Sendable, Encodable {
  public var name: String
  public var isPassed: Bool
  public var detail: String

  private enum CodingKeys: String, CodingKey {
    case name
    case isPassed = "passed"
    case detail
  }
}

/// Holds the meter against what is known: before its figures about databases are believed.
public enum MeterSelfTest {
  /// How far a percentile may be off.
  static let tolerance = 0.02
  private static let nobody = InMemoryStore()
  private static var activeProcessors: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// All checks that need no server; about half a minute.
  public static func run(progress: ProgressSink, each: (MeterCheck) -> Void) async throws {
    progress.update("meter: a backend that does nothing")
    each(await closedCeiling())
    each(try await openCeiling())
    for shape in LatencyShape.allCases {
      progress.update("meter: known latencies, \(shape.rawValue)")
      each(try await recover(shape, ratePerSecond: 5_000, operations: LatencySummary.operationsForP99))
      try Task.checkCancellation()
    }
    progress.update("meter: known latencies while all cooperative threads are busy")
    each(try await busyPool())
  }

  /// What the closed loop itself costs: calls of a backend that does nothing.
  static func closedCeiling(for duration: Duration = .seconds(1)) async -> MeterCheck {
    let before = ClientProcess.processorNanoseconds()
    let result = await ClosedLoop.run(
      MeterWorkload(nil), SliceRequest(operations: 0..<1_000_000_000, concurrency: 16, stopsAfter: duration),
      on: nobody, clock: SystemMonotonicClock())
    let used = ClientProcess.processorNanoseconds() - before
    let cost = used / UInt64(max(1, result.ledger.succeeded))
    return MeterCheck(
      name: "null backend, closed loop", isPassed: result.ledger.isBalanced && result.ledger.failed == 0,
      detail:
        "at most \(Quantity.count(Int(result.throughputPerSecond))) calls/s, \(cost) ns of processor time each"
    )
  }

  /// How late the open loop makes its calls where nothing else holds it up, and what a call costs it.
  static func openCeiling(ratePerSecond: Double = 20_000, for duration: Duration = .seconds(1)) async throws
    -> MeterCheck
  {
    let load = OfferedLoad(ratePerSecond: ratePerSecond, duration: duration)
    let before = ClientProcess.processorNanoseconds()
    let result = try await OpenLoop.run(
      MeterWorkload(nil), OpenLoopRequest(load, firstOperation: 0, timeout: .seconds(5), seed: 1), on: nobody)
    let used = ClientProcess.processorNanoseconds() - before
    let lag = result.times.lag
    return MeterCheck(
      name: "null backend, open loop",
      isPassed: result.ledger.isBalanced && result.misses == 0
        && result.trend.means[2] < ratePerSecond * 0.01,
      detail:
        "\(Quantity.count(Int(ratePerSecond))) calls/s made \(Quantity.latency(lag.nanoseconds(atPercent: 50))) late "
        + "at p50, \(Quantity.latency(lag.nanoseconds(atPercent: 99))) at p99, "
        + "\(used / UInt64(max(1, result.ledger.executed))) ns of processor time each")
  }

  /// The closed loop makes none: more than this is no accident. The open loop's feed makes one whenever it has somebody to wake,
  /// which a debug build makes three of.
  static func mostAllocationsPerCall(_ loop: String) -> Double {
    loop == AllocationRun.openLoop ? 4 : 0.01
  }

  /// Whether the loops leave the heap alone, so that what is allocated or waited for in a call is the backend's own.
  public static func allocations(_ counts: [AllocationCount]) -> MeterCheck {
    MeterCheck(
      name: allocationsName,
      isPassed: !counts.isEmpty
        && counts.allSatisfy { $0.allocationsPerCall <= mostAllocationsPerCall($0.workload) },
      detail: counts.map {
        "\($0.workload) \(Quantity.decimal($0.allocationsPerCall, 3)) a call (\(Quantity.count($0.calls)) calls)"
      }.joined(separator: ", "))
  }

  /// Where nothing can be counted, and why.
  public static func uncounted(_ reason: String) -> MeterCheck {
    MeterCheck(name: allocationsName, isPassed: true, detail: reason)
  }

  private static let allocationsName = "null backend, allocations"

  /// Whether the figures hold while other tasks keep all of Swift's cooperative threads for themselves.
  static func busyPool(ratePerSecond: Double = 2_000, operations: Int = 4_000) async throws -> MeterCheck {
    let end = SystemMonotonicClock().nanoseconds() + UInt64(Double(operations) / ratePerSecond * 1e9)
    let spinning = (0..<2 * activeProcessors).map { _ in
      Task.detached {
        let clock = SystemMonotonicClock()
        while clock.nanoseconds() < end, !Task.isCancelled {}
      }
    }
    var check = try await recover(.uniform, ratePerSecond: ratePerSecond, operations: operations)
    for task in spinning { await task.value }
    check.name = "busy cooperative threads"
    return check
  }

  /// Whether an open loop shows the median and the 99th percentile that the backend's own record says.
  static func recover(_ shape: LatencyShape, ratePerSecond: Double, operations: Int) async throws
    -> MeterCheck
  {
    let load = OfferedLoad(
      ratePerSecond: ratePerSecond, arrivals: .constant,
      duration: .seconds(Double(operations) / ratePerSecond))
    let request = OpenLoopRequest(load, firstOperation: 0, timeout: .seconds(5), seed: 1)
    let backend = try KnownLatencyBackend(calls: request.schedule.count) { shape.nanoseconds($0) }
    let result = try await OpenLoop.run(MeterWorkload(backend), request, on: nobody)
    return compare("known latencies, \(shape.rawValue)", result, request, backend.truth)
  }

  static func compare(
    _ name: String, _ result: OpenLoopResult, _ request: OpenLoopRequest, _ truth: [KnownLatencyBackend.Truth]
  ) -> MeterCheck {
    guard result.ledger.isBalanced, result.ledger.succeeded == truth.count else {
      return MeterCheck(
        name: name, isPassed: false,
        detail:
          "\(result.ledger.succeeded) of \(truth.count) calls were answered; the ledger is \(result.ledger)")
    }
    var times = request.schedule.times()
    let response = truth.map { $0.left &- (result.start &+ times.next()) }.sorted()
    let service = truth.map(\.nanoseconds).sorted()
    var parts: [String] = []
    var isPassed = true
    for (kind, sorted, measured) in [
      ("response", response, result.times.response), ("service", service, result.times.parts.service),
    ] {
      for percent in [50.0, 99.0] {
        let expected = sorted[max(0, Int((percent / 100 * Double(sorted.count)).rounded(.up)) - 1)]
        let found = measured.nanoseconds(atPercent: percent) ?? 0
        let error = Double(found) / Double(max(1, expected)) - 1
        if error.magnitude > tolerance { isPassed = false }
        parts.append(
          "\(kind) p\(Int(percent)) \(Quantity.latency(found)) for \(Quantity.latency(expected)) "
            + "(\(error < 0 ? "" : "+")\(Quantity.decimal(error * 100, 2))%)")
      }
    }
    parts.append("lag p99 \(Quantity.latency(result.times.lag.nanoseconds(atPercent: 99)))")
    return MeterCheck(name: name, isPassed: isPassed, detail: parts.joined(separator: ", "))
  }
}
