/// Verdicts in plain words.
enum VerdictText {
  /// For example `PostgreSQL 3.2× (3.1–3.3), 12/12 blocks agree`.
  static func sentence(_ verdict: Verdict, ratios: [Double], plan: RecordedPlan) -> String {
    let names = plan.arms.map(\.displayName)
    guard let ratio = verdict.ratio else { return "nothing measured" }
    switch verdict.kind {
    case .faster:
      return "\(ahead(ratio, names)) \(size(ratio)), \(ratio.agreeing)/\(ratio.blocks) blocks agree"
    case .equivalent:
      return "equivalent: \(ahead(ratio, names)) \(size(ratio)), inside ±\(percent(plan.rule.margin))"
    case .inconclusive:
      let needed =
        verdict.blocksNeeded.map { "; about \($0) blocks would decide it\(advice($0, verdict, plan))" } ?? ""
      return "inconclusive: \(ahead(ratio, names)) \(size(ratio))\(needed)"
    case .notDecidable:
      return "not decidable on this machine: \(ahead(ratio, names)) \(size(ratio)), it would take more than "
        + "\(VerdictRule.mostBlocks) blocks"
    case .provisional:
      let extremes = MedianRange(ratios).map { range(ratio, $0.minimum, $0.maximum) } ?? ""
      return "no verdict yet: \(ahead(ratio, names)) \(times(ratio))\(ratios.count > 1 ? extremes : ""), "
        + "\(ratio.agreeing)/\(ratio.blocks) block\(ratio.blocks == 1 ? "" : "s")"
    }
  }

  /// The first look leaves the second; after that only a run with more blocks from the beginning.
  private static func advice(_ needed: Int, _ verdict: Verdict, _ plan: RecordedPlan) -> String {
    let looks = plan.rule.schedule.looks
    guard let look = verdict.look else { return "" }
    if look < looks.count { return " (--more goes on to \(looks[look].blocks))" }
    return " (a new run with --blocks \(needed))"
  }

  private static func ahead(_ ratio: RatioEstimate, _ names: [String]) -> String {
    names[ratio.estimate >= 1 ? 0 : 1]
  }

  /// In the direction of the arm that is ahead.
  private static func times(_ ratio: RatioEstimate) -> String { "\(figure(larger(ratio), like: ratio))×" }

  private static func size(_ ratio: RatioEstimate) -> String {
    guard let lower = ratio.lower, let upper = ratio.upper else { return times(ratio) }
    return times(ratio) + range(ratio, lower, upper)
  }

  private static func range(_ ratio: RatioEstimate, _ lower: Double, _ upper: Double) -> String {
    let (low, high) = ratio.estimate >= 1 ? (lower, upper) : (1 / upper, 1 / lower)
    return " (\(figure(low, like: ratio))–\(figure(high, like: ratio)))"
  }

  private static func larger(_ ratio: RatioEstimate) -> Double { max(ratio.estimate, 1 / ratio.estimate) }

  /// As many digits as matter for a ratio of this size: 1.03, 3.2, 12.
  private static func figure(_ value: Double, like ratio: RatioEstimate) -> String {
    switch larger(ratio) {
    case ..<1.995: Quantity.decimal(value, 2)
    case ..<9.95: Quantity.decimal(value, 1)
    default: Quantity.decimal(value, 0)
    }
  }

  static func percent(_ share: Double) -> String { Quantity.significant(share * 100).trimmingZeros + "%" }
}

extension String {
  /// `5.00` as `5`, `2.50` as `2.5`.
  fileprivate var trimmingZeros: String {
    guard contains(".") else { return self }
    var text = self
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
