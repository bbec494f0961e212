/// Spearman's rank correlation: 1 where two orders are the same, -1 where one is the other backwards, about 0 where there is no
/// relation. What PostgreSQL gives as a column's `correlation`, for other servers.
public enum RankCorrelation {
  /// - Parameter pairs: Without equal values on a side, or with few: they are ranked as they come.
  /// - Returns: `nil` for fewer than two.
  public static func of(_ pairs: [(Int64, Int64)]) -> Double? {
    guard pairs.count > 1 else { return nil }
    let byFirst = pairs.sorted { $0.0 < $1.0 }
    let order = byFirst.indices.sorted { byFirst[$0].1 < byFirst[$1].1 }
    // The rank by the second is the position in `order`; that by the first is the index itself.
    let squares = order.enumerated().reduce(0.0) { sum, entry in
      let distance = Double(entry.offset - entry.element)
      return sum + distance * distance
    }
    let count = Double(pairs.count)
    return 1 - 6 * squares / (count * (count * count - 1))
  }
}
