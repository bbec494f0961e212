/// What a comparison of one workload concludes.
public struct Verdict: Sendable, Equatable, Codable {
  public enum Kind: String, Sendable, Codable {
    /// One arm is faster; which one is in ``Verdict/winner``.
    case faster
    /// The interval is inside the margin: whatever difference there is doesn't matter.
    case equivalent
    /// Neither of these can be said after the last look so far; ``Verdict/blocksNeeded`` estimates when.
    case inconclusive
    /// It would take more than ``VerdictRule/mostBlocks`` blocks.
    case notDecidable = "not decidable on this machine"
    /// No look has been reached: medians and ranges only.
    case provisional
  }

  public var kind: Kind
  /// The arm that is faster, 0 or 1; for ``Kind/faster`` only.
  public var winner: Int?
  /// The look at which it was decided, or the last one that left it open, from 1.
  public var look: Int?
  /// Over the blocks of that look, or all there are where none was reached.
  public var ratio: RatioEstimate?
  /// The p-value after Holm's correction over the family of that look.
  public var adjustedPValue: Double?
  /// What it was compared with.
  public var alpha: Double?
  /// For ``Kind/inconclusive``: about how many blocks altogether will decide it, at 80% power.
  public var blocksNeeded: Int?
}
