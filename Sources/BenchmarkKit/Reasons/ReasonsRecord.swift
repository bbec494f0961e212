/// Why an arm is as fast as it is at one workload: found out after the timing and without a look at its result.
public struct ReasonsRecord: Sendable, Codable, Equatable {
  public var workload: String
  public var arm: Int
  /// `nil` where the arm's store has no statements.
  public var explanation: WorkloadExplanation?
  /// `nil` where the arm's server has no counters.
  public var evidence: ServerEvidence?
  /// A long query as it is and under other settings, each way timed for itself; `nil` for other workloads, and in results of
  /// before it was shown.
  public var alternatives: [AlternativeFigures]?
  /// What could not be found out, and why.
  public var problem: String?
}
