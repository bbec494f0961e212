/// Turns the blocks' log ratios of a family of workloads into verdicts; a pure function, so that a results file gives the
/// same ones again.
public struct VerdictRule: Sendable, Equatable, Codable {
  /// A difference of less than this doesn't matter.
  public static let defaultMargin = 0.05
  /// Nobody waits for more blocks than that.
  public static let mostBlocks = 48

  public var schedule: LookSchedule
  public var margin: Double

  public init(schedule: LookSchedule = LookSchedule(), margin: Double = VerdictRule.defaultMargin) {
    self.schedule = schedule
    self.margin = margin
  }

  /// - Parameter family: For each workload the log ratios of its blocks, in the order they ran. A look uses the first
  ///   ones of each, as many as it has blocks, and takes place once every undecided workload has them.
  /// - Returns: In the order of `family`.
  public func verdicts(_ family: [[Double]]) -> [Verdict] {
    var decided = [Verdict?](repeating: nil, count: family.count)
    var latest = family.map { Verdict(kind: .provisional, ratio: RatioEstimate(logRatios: $0)) }
    for (number, look) in schedule.looks.enumerated() {
      let open = family.indices.filter { decided[$0] == nil }
      guard !open.isEmpty, open.allSatisfy({ family[$0].count >= look.blocks }) else { break }
      // Those found equivalent stay in the family, as not rejected: leaving them out would make the others' tests easier
      // because of what the data say.
      let tested = family.indices.filter { decided[$0]?.kind != .faster }
      let estimates = tested.map { index in
        decided[index] == nil ? RatioEstimate(logRatios: Array(family[index].prefix(look.blocks))) : nil
      }
      let adjusted = Holm.adjusted(estimates.map { $0?.pValue ?? 1 })
      for (position, index) in tested.enumerated() {
        guard let ratio = estimates[position] else { continue }
        let verdict = verdict(ratio, adjusted[position], look, number + 1, family: tested.count)
        latest[index] = verdict
        if verdict.kind == .faster || verdict.kind == .equivalent { decided[index] = verdict }
      }
    }
    return latest
  }

  private func verdict(
    _ ratio: RatioEstimate, _ adjusted: Double, _ look: LookSchedule.Look, _ number: Int, family: Int
  ) -> Verdict {
    var verdict = Verdict(
      kind: .inconclusive, look: number, ratio: ratio, adjustedPValue: adjusted, alpha: look.alpha)
    if ratio.isInside(margin: margin) {
      // Certain or not, a difference that small is none.
      verdict.kind = .equivalent
    } else if adjusted <= look.alpha {
      verdict.kind = .faster
      verdict.winner = ratio.estimate >= 1 ? 0 : 1
    } else {
      let needed = BlockProjection(ratio: ratio, margin: margin, alpha: look.alpha, family: family)?.blocks
      verdict.blocksNeeded = needed
      if let needed, needed > Self.mostBlocks {
        verdict.kind = .notDecidable
        verdict.blocksNeeded = nil
      }
    }
    return verdict
  }
}
