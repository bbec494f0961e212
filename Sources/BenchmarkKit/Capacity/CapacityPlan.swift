/// What a capacity is: the response time that so many percent of the calls must keep.
public struct ServiceLevel: Sendable, Equatable {
  public var limit: Duration

  public init(limit: Duration) { self.limit = limit }

  var nanoseconds: UInt64 { UInt64(max(0, limit.nanoseconds)) }
  /// For example `20.0 ms`.
  public var text: String { Quantity.latency(nanoseconds) }
}

/// How the capacity of two arms is looked for.
public struct CapacityPlan: Sendable {
  /// Of each arm. Six paired results are the fewest whose exact interval holds in 95 of 100 cases.
  public static let searches = 6

  public var level: ServiceLevel
  public var searches: Int
  public var arrivals: ArrivalProcess
  /// Times servers of unlike durability all the same.
  public var acceptsDifferences: Bool
  /// Whether probes that something else disturbed count all the same.
  public var acceptsBusyMachine: Bool

  /// Of a search on one arm, about.
  public static let typicalProbes = 6

  public init(
    level: ServiceLevel, searches: Int = CapacityPlan.searches, arrivals: ArrivalProcess = .poisson,
    acceptsDifferences: Bool = false, acceptsBusyMachine: Bool = false
  ) {
    self.level = level
    self.searches = searches
    self.arrivals = arrivals
    self.acceptsDifferences = acceptsDifferences
    self.acceptsBusyMachine = acceptsBusyMachine
  }

  /// Probes of a workload that may be void, at the most: a fifth, as of the blocks of a comparison.
  var mostVoids: Int {
    Int(ComparisonPlan.mostVoidShare * Double(2 * searches * Self.typicalProbes))
  }

  /// A probe takes no longer, so a backend that makes fewer than ``LatencySummary/operationsForP99`` calls in it is
  /// held to p95.
  static let longestProbe = Duration.seconds(10)
  static let shortestProbe = Duration.seconds(1)
  /// Fewer only in tests.
  var arrivalsForP95 = 1_000.0

  /// The percentile that the limit is for, the same for both arms: p99 if the slower one can be given enough calls.
  ///
  /// - Parameter slowest: The throughput that the slower arm had in the pilot.
  static func percentile(slowest: Double) -> Double {
    // The search may go down to a third of it.
    slowest / 3 * longestProbe.seconds >= Double(LatencySummary.operationsForP99) ? 99 : 95
  }

  /// Long enough for the percentile.
  func duration(ratePerSecond: Double, percentile: Double) -> Duration {
    // Poisson arrivals may be a few hundred fewer than expected.
    let needed = percentile == 99 ? Double(LatencySummary.operationsForP99) * 1.05 : arrivalsForP95
    let seconds = max(Self.shortestProbe.seconds, needed / ratePerSecond)
    return .seconds(percentile == 99 ? seconds : min(seconds, Self.longestProbe.seconds))
  }
}
