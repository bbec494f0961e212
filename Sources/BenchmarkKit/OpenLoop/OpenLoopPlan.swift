/// The loads that a comparison offers to both arms once its closed-loop blocks are measured.
public struct OpenLoopPlan: Sendable, Codable, Equatable {
  /// Calls a second; every workload is offered each of them.
  public var rates: [Double]
  public var arrivals: ArrivalProcess
  /// Of each workload at each rate: four segments, ABBA or BAAB.
  public var blocks: Int
  /// `nil`: as long as ``segment(ratePerSecond:)`` finds right.
  public var segmentSeconds: Double?
  /// As in ``OfferedLoad``.
  public var outstanding: Int?

  /// The fewest whose percentiles have an interval of 95%; see ``LatencyInterval``.
  public static let defaultBlocks = 6

  /// An overload shows once its backlog has had time to grow, and what a stall holds back has to be worked off inside of a
  /// segment; longer ones than ten seconds would take hours where calls are rare.
  private static let defaultSegmentSeconds = 2.0...10.0
  /// Poisson arrivals vary: 10,000 are there with this many planned.
  private static let plannedArrivals = Double(LatencySummary.operationsForP99) * 1.05

  public init(
    rates: [Double], arrivals: ArrivalProcess = .poisson, blocks: Int = OpenLoopPlan.defaultBlocks,
    segmentSeconds: Double? = nil, outstanding: Int? = nil
  ) {
    self.rates = rates
    self.arrivals = arrivals
    self.blocks = blocks
    self.segmentSeconds = segmentSeconds
    self.outstanding = outstanding
  }

  /// As long as it takes for all segments of an arm to support p99 together, within bounds.
  public func segment(ratePerSecond: Double) -> Duration {
    if let segmentSeconds { return .seconds(segmentSeconds) }
    let needed = Self.plannedArrivals / (Double(2 * blocks) * ratePerSecond)
    let bounds = Self.defaultSegmentSeconds
    return .seconds(min(bounds.upperBound, max(bounds.lowerBound, needed)))
  }

  func load(ratePerSecond: Double) -> OfferedLoad {
    OfferedLoad(
      ratePerSecond: ratePerSecond, arrivals: arrivals, duration: segment(ratePerSecond: ratePerSecond),
      outstanding: outstanding)
  }

  /// `500 and 1,000 calls/s (poisson)`.
  public var text: String {
    let names = rates.map { Quantity.rate($0, unit: "") }
    return "\(names.joined(separator: " and ")) calls/s (\(arrivals.rawValue))"
  }

  /// How long all of it takes for one workload, without what is prepared and undone between segments.
  public var secondsPerWorkload: Double {
    rates.reduce(0) { $0 + Double(4 * blocks) * segment(ratePerSecond: $1).seconds }
  }
}
