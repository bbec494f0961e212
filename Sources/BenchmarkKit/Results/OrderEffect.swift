import RealModule

/// Whether it mattered for a workload's ratio which arm had the outer segments of a block (ABBA or BAAB).
///
/// It should not: a block gives each arm an inner and an outer segment of each half. Where it does, something is carried over from
/// one segment to the next (caches, what a server puts off, threads that have to find their turns again), and the ratio is that of
/// arms that take turns, not of each by itself.
public struct OrderEffect: Sendable, Codable, Equatable {
  /// The chance of any warning where no order matters, over the workloads of a comparison, after Holm's correction. Not stricter:
  /// twelve blocks that the coin parted evenly give p = 0.0022 at the least, 0.017 after the correction for eight workloads.
  static let level = 0.05

  /// The blocks of one order.
  public struct Group: Sendable, Codable, Equatable {
    public var blocks: Int
    /// The Hodges–Lehmann estimate over them: of the first arm to the second.
    public var ratio: Double
  }

  /// `nil` where there are no such blocks.
  public var abba: Group?
  public var baab: Group?
  /// Exact, two-sided, of this workload alone; see ``RankSumTest``. `nil` where a group is empty.
  public var pValue: Double?
  /// After Holm's correction over the comparison's workloads.
  public var adjustedPValue: Double?
  /// For people, where the order mattered.
  public var warning: String?

  init(_ blocks: [BlockRecord]) {
    func logRatios(_ order: BlockOrder) -> [Double] {
      blocks.filter { $0.order == order.rawValue }.compactMap { $0.ratio.map { Double.log($0) } }
    }
    func group(_ logRatios: [Double]) -> Group? {
      WalshAverages(logRatios).median.map { Group(blocks: logRatios.count, ratio: Double.exp($0)) }
    }
    let (first, second) = (logRatios(.abba), logRatios(.baab))
    (abba, baab) = (group(first), group(second))
    pValue = RankSumTest(first, second)?.pValue
  }

  /// Adds to a comparison's workloads what only all of them together can say.
  static func judge(_ workloads: inout [WorkloadSummary], _ plan: RecordedPlan) {
    let tested = workloads.indices.filter { workloads[$0].order?.pValue != nil }
    let adjusted = Holm.adjusted(tested.map { workloads[$0].order?.pValue ?? 1 })
    for (index, adjusted) in zip(tested, adjusted) {
      workloads[index].order?.adjustedPValue = adjusted
      guard adjusted <= level, let figures = workloads[index].order?.figures(plan) else { continue }
      workloads[index].order?.warning =
        "the order of the arms mattered: \(figures), p = \(Quantity.decimal(adjusted, 4)) after Holm's correction"
    }
  }

  /// For example `PostgreSQL 2.98× in 3 blocks ABBA, 3.64× in 9 blocks BAAB`; `nil` where a group is empty.
  func figures(_ plan: RecordedPlan) -> String? {
    guard let abba, let baab else { return nil }
    let isFirst = abba.ratio * baab.ratio >= 1
    func text(_ group: Group, _ order: BlockOrder) -> String {
      "\(Quantity.significant(isFirst ? group.ratio : 1 / group.ratio))× in \(group.blocks) "
        + "block\(group.blocks == 1 ? "" : "s") \(order.rawValue)"
    }
    return "\(plan.arms[isFirst ? 0 : 1].displayName) \(text(abba, .abba)), \(text(baab, .baab))"
  }

  /// The same without words, for a column: `2.98 / 3.64`.
  var cell: String {
    let isFirst = (abba?.ratio ?? 1) * (baab?.ratio ?? 1) >= 1
    return [abba, baab].map { group in
      group.map { Quantity.significant(isFirst ? $0.ratio : 1 / $0.ratio) } ?? "-"
    }.joined(separator: " / ")
  }
}
