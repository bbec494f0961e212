extension Tables {
  public static func capacity(_ results: [CapacityResult]) -> [String] {
    guard let names = results.first?.arms.map(\.displayName) else { return [] }
    var table = TextTable(
      ["workload"] + names.map { "\($0) calls/s" } + ["bears more", "interval", "searches"])
    for result in results {
      table.add(
        [result.workload] + result.arms.map(rate) + ratio(result) + [
          "\(result.arms.map(\.rates.count).min() ?? 0)"
        ])
    }
    return table.lines
  }

  /// What the reader has to know about the table above it.
  public static func footer(_ results: [CapacityResult]) -> [String] {
    guard let first = results.first else { return [] }
    let percentiles = Set(results.map { "p\(Int($0.percentile))" }).sorted().joined(separator: " or ")
    var lines = [
      "The highest rate of arrivals whose response time stays under \(first.level.text) "
        + "at \(percentiles), misses counted: median (least to greatest) of independent searches on a grid of 5%.",
      "Interval: of the ratio over pairs of searches, by the exact signed-rank test; a step of the grid is 5% itself.",
    ]
    if first.isOneMachine { lines.append("Both servers and this program share one machine.") }
    for result in results {
      for arm in result.arms where arm.isGeneratorLimited {
        lines.append(
          "\(result.workload): this program could not offer more to \(arm.displayName), which may bear more; no verdict."
        )
      }
      for arm in result.arms where arm.rates.contains(0) {
        lines.append(
          "\(result.workload): \(arm.displayName) did not keep the limit at any rate in some searches.")
      }
      if result.disturbedProbes > 0 {
        lines.append(
          "\(result.workload): something else was running during \(result.disturbedProbes) of \(result.probes.count) probes; "
            + "\(result.voidProbes) of them were left out and made again.")
      }
      if let reason = result.busyReason {
        lines.insert("VOID: \(reason). --accept-busy takes the ratio all the same.", at: 0)
      }
      if let stopped = result.stopped {
        lines.insert("PARTIAL: \(result.workload) ended early (\(stopped)).", at: 0)
      }
    }
    return lines
  }

  private static func rate(_ arm: CapacityResult.ArmCapacity) -> String {
    guard let range = arm.median else { return "-" }
    func text(_ rate: Double) -> String { Quantity.count(Int(rate)) }
    return (arm.isGeneratorLimited ? "≥ " : "")
      + "\(text(range.median)) (\(text(range.minimum))–\(text(range.maximum)))"
  }

  private static func ratio(_ result: CapacityResult) -> [String] {
    guard let ratio = result.ratio else { return ["-", "-"] }
    let isFirst = ratio.estimate >= 1
    func text(_ value: Double) -> String { Quantity.significant(isFirst ? value : 1 / value) }
    let interval =
      if let lower = ratio.lower, let upper = ratio.upper {
        "\(text(isFirst ? lower : upper))–\(text(isFirst ? upper : lower))×"
      } else {
        "-"
      }
    return ["\(result.arms[isFirst ? 0 : 1].displayName) \(text(ratio.estimate))×", interval]
  }
}
