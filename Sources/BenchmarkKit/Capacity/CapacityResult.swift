import RealModule

/// One rate that was offered to one arm.
public struct CapacityProbe: Sendable, Encodable {
  /// From 0.
  public var search: Int
  /// The arm's name, and what it is one of.
  public var arm: String
  public var backend: String
  public var ratePerSecond: Double
  /// Which part of the trace it was: the first operation; the others follow.
  public var first: Int
  /// Of all calls, a miss being slower than any answer; `nil` where that many missed or the probe was cut short.
  public var responseNanoseconds: UInt64?
  public var scheduled: Int
  public var misses: Int
  public var status: String
  public var isUnder: Bool
  /// Cores that something else kept busy meanwhile, steal included; `nil` where the system doesn't tell.
  public var foreignCores: Double?
  /// Whether that is too much. It is decided without looking at the result.
  public var isDisturbed = false
  /// Left out, and made again.
  public var isVoid = false
  /// The sum of the hashes of the executed operations, as text.
  public var traceHash: String

  private enum CodingKeys: String, CodingKey {
    case search, arm, backend, first, scheduled, misses, status, foreignCores, traceHash
    case ratePerSecond = "rate"
    case responseNanoseconds = "response"
    case isUnder = "under"
    case isDisturbed = "disturbed"
    case isVoid = "void"
  }
}

/// The capacity of two arms for one workload, as several independent searches found it.
public struct CapacityResult: Sendable {
  public struct ArmCapacity: Sendable {
    public var specification: ArmSpecification
    /// What each search found, in calls a second; 0 where no rate kept the level.
    public var rates: [Double] = []
    /// Whether this program, not the backend, ended a search: the capacity is at least what was found.
    public var isGeneratorLimited = false
    /// The sum of the hashes of all operations that its probes executed. The arms' differ: each tries rates of its own.
    public var traceHash: UInt64 = 0
    public var environment: [String: String]

    public var displayName: String { specification.displayName }
    public var median: MedianRange? { MedianRange(rates) }
  }

  public var workload: String
  public var level: ServiceLevel
  /// 99 or 95.
  public var percentile: Double
  public var arms: [ArmCapacity]
  public var probes: [CapacityProbe] = []
  public var seed: UInt64
  public var catalog: String
  public var isOneMachine: Bool
  /// Whether probes that something else disturbed were to count all the same.
  public var acceptsBusyMachine = false
  /// Why it ended early, in words; `nil` where it is complete.
  public var stopped: String?

  /// How many times as much the first arm bears as the second, over the pairs of searches; `nil` where there is none, or
  /// where this program was the limit, or the machine too busy.
  public var ratio: RatioEstimate? {
    guard arms.count == 2, !arms.contains(where: \.isGeneratorLimited), busyReason == nil else { return nil }
    let pairs = zip(arms[0].rates, arms[1].rates).filter { $0 > 0 && $1 > 0 }
    return RatioEstimate(logRatios: pairs.map { Double.log($0 / $1) })
  }

  /// Probes that something else disturbed.
  public var disturbedProbes: Int { probes.count(where: \.isDisturbed) }
  /// Those of them that were left out and made again.
  public var voidProbes: Int { probes.count(where: \.isVoid) }

  /// Where disturbed probes had to be kept, what that makes of the result; `nil` where all is well or that was accepted.
  public var busyReason: String? {
    guard disturbedProbes > voidProbes, !acceptsBusyMachine else { return nil }
    return "\(workload): machine too busy: something else used more than "
      + "\(Quantity.decimal(ComparisonPlan.mostForeignCores * 100, 0))% of a core during \(disturbedProbes) of "
      + "\(probes.count) probes"
  }
}
