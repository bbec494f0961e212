/// What the runner itself takes, in words.
enum RunnerText {
  static let title = "the runner itself (store in memory)"

  /// Beside an arm's figures.
  static func cell(_ cost: RunnerCost?, p50: UInt64?) -> String {
    guard let cost, let own = cost.p50 else { return "-" }
    var text = Quantity.latency(own)
    if let share = share(own, of: p50) { text += " (\(share))" }
    if let cpu = cost.cpuMicrosecondsPerOperation { text += ", CPU \(Quantity.microseconds(cpu))" }
    return text
  }

  /// - Parameter costs: With the p50 that each stands beside.
  /// - Returns: `nil` without any.
  static func note(_ costs: [(cost: RunnerCost, p50: UInt64?)]) -> String? {
    let own = costs.compactMap(\.cost.p50)
    let worst = costs.compactMap { entry -> (name: String, share: Double)? in
      guard let own = entry.cost.p50, let p50 = entry.p50, p50 > 0 else { return nil }
      return (entry.cost.workload, Double(own) / Double(p50))
    }.max { $0.share < $1.share }
    guard let low = own.min(), let high = own.max(), let worst else { return nil }
    let range = low == high ? Quantity.latency(low) : "\(Quantity.latency(low)) to \(Quantity.latency(high))"
    return
      "The runner itself, with the store in memory in place of a server, takes \(range) of a call (p50): at most "
      + "\(percent(worst.share)) of those above (\(worst.name))."
  }

  private static func share(_ own: UInt64, of p50: UInt64?) -> String? {
    p50.flatMap { $0 > 0 ? percent(Double(own) / Double($0)) : nil }
  }

  private static func percent(_ share: Double) -> String {
    share < 0.0001 ? "less than 0.01%" : Quantity.significant(share * 100) + "%"
  }
}
