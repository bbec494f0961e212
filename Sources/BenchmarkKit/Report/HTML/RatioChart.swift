/// The ratios of all workloads under each other, with their intervals, on a logarithmic axis.
enum RatioChart {
  private static let width = 480.0
  private static let rowHeight = 38.0
  private static let left = 8.0
  private static let bottom = 40.0

  static func svg(_ summary: ComparisonSummary) -> String {
    let rows = summary.workloads.compactMap { entry in ratio(entry).map { (entry.workload, $0) } }
    let names = summary.plan.arms.map(\.displayName)
    let height = Double(rows.count) * rowHeight + bottom + 8
    var canvas = SVGCanvas(
      width: width, height: height,
      title: "Ratio of throughputs, \(names[0]) to \(names[1]): "
        + rows.map { "\($0.0) \(Quantity.significant($0.1.median))" }.joined(separator: ", "))
    let margin = summary.plan.rule.margin
    let scale = LogScale(
      rows.flatMap { [$0.1.minimum, $0.1.maximum] } + [1 / (1 + margin), 1 + margin],
      places: (left + 10, width - 24), leastFactor: 1.5)
    let axis = height - bottom
    canvas.rectangle(
      scale.place(of: 1 / (1 + margin)), 4,
      width: scale.place(of: 1 + margin) - scale.place(of: 1 / (1 + margin)), height: axis - 4, style: "band")
    for tick in scale.ticks() {
      let x = scale.place(of: tick)
      canvas.line(x, 4, x, axis, style: "grid")
      canvas.text("\(figure(tick))×", x, axis + 14, anchor: .middle, style: "tick")
    }
    canvas.line(scale.place(of: 1), 4, scale.place(of: 1), axis, style: "axis")
    canvas.text("← \(names[1]) faster", left, axis + 32, style: "tick")
    canvas.text("\(names[0]) faster →", width - left, axis + 32, anchor: .end, style: "tick")
    for (row, (workload, ratio)) in rows.enumerated() {
      let y = 4 + Double(row) * rowHeight
      canvas.text(workload, left, y + 13)
      let (low, high) = (scale.place(of: ratio.minimum), scale.place(of: ratio.maximum))
      canvas.line(low, y + 25, high, y + 25, style: "interval")
      canvas.line(low, y + 21, low, y + 29, style: "interval")
      canvas.line(high, y + 21, high, y + 29, style: "interval")
      canvas.circle(scale.place(of: ratio.median), y + 25, radius: 4, style: "estimate")
    }
    return canvas.text
  }

  /// The estimate with its interval, or, before a look, the median with the range.
  private static func ratio(_ entry: WorkloadSummary) -> MedianRange? {
    guard entry.verdict.look != nil, let ratio = entry.verdict.ratio, let lower = ratio.lower,
      let upper = ratio.upper
    else { return entry.ratioRange }
    return MedianRange(median: ratio.estimate, minimum: lower, maximum: upper)
  }

  private static func figure(_ value: Double) -> String {
    value >= 1
      ? Quantity.decimal(value, value < 10 && value != value.rounded() ? 1 : 0)
      : Quantity.decimal(value, value < 0.1 ? 2 : 1)
  }
}
