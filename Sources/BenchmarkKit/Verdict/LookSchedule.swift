/// When verdicts are decided: at two fixed numbers of blocks, never in between.
///
/// Looking again and again until a difference appears finds one where there is none. Here the permitted error of 5% is
/// divided among two looks that are fixed in advance, and within a look Holm's method divides it among the workloads.
/// The two together reject a true null hypothesis with at most the sum of the looks' α (Bonferroni over looks).
public struct LookSchedule: Sendable, Equatable, Codable {
  public struct Look: Sendable, Equatable, Codable {
    /// Blocks that every workload still undecided must have.
    public var blocks: Int
    /// The chance of any wrong "faster" at this look.
    public var alpha: Double
  }

  public static let defaultBlocks = 12
  public static let alphas = [0.01, 0.04]

  public var looks: [Look]

  /// The first look after `blocks`, the second after twice as many.
  public init(blocks: Int = LookSchedule.defaultBlocks) {
    looks = Self.alphas.enumerated().map { Look(blocks: blocks * ($0 + 1), alpha: $1) }
  }

  /// The fewest blocks of a look with this α at which one of `workloads` can be decided: all blocks would have to agree.
  static func fewestBlocks(workloads: Int, alpha: Double) -> Int {
    SignedRankTest.smallestCount(alpha: alpha / Double(max(1, workloads)))
  }

  /// Refuses a plan in which no workload could ever be called faster, however large the difference.
  ///
  /// - Parameter lookCount: How many of the looks the plan gets to.
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/usage`` that names the blocks needed.
  public func requireDecidable(workloads: Int, lookCount: Int) throws(BenchmarkFailure) {
    guard let last = looks.prefix(max(1, lookCount)).last else { return }
    let needed = Self.fewestBlocks(workloads: workloads, alpha: last.alpha)
    guard last.blocks < needed else { return }
    let blocks = lookCount > 1 ? (needed + 1) / 2 : needed
    throw BenchmarkFailure(
      .usage,
      "\(last.blocks) blocks of \(workloads) workload\(workloads == 1 ? "" : "s") can decide nothing: with all blocks on one "
        + "side p is \(Self.text(SignedRankTest.smallestPValue(count: last.blocks))), and the "
        + "\(workloads == 1 ? "test" : "first of \(workloads) tests") needs "
        + Self.text(last.alpha / Double(max(1, workloads))),
      advice:
        "Take --blocks \(blocks) or more\(workloads > 1 ? ", or fewer workloads" : ""), or --provisional for "
        + "medians and ranges without verdicts.")
  }

  private static func text(_ probability: Double) -> String {
    Quantity.decimal(probability, probability < 0.001 ? 5 : 4)
  }
}
