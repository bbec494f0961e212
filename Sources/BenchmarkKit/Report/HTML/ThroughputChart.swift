/// Throughput over time, from zero: drift, pauses and outliers show.
enum ThroughputChart {
  private static let width = 480.0
  private static let height = 270.0
  private static let plot = (left: 64.0, right: 464.0, top: 12.0, bottom: 226.0)

  /// Of each block, over the time of the run.
  static func svg(_ entry: WorkloadSummary, _ names: [String]) -> String {
    svg(
      "Throughput of \(entry.workload) block by block", names,
      entry.arms.map { figures in
        zip(entry.startedSeconds, figures.throughputPerBlock).map { (seconds: $0, rate: $1) }
      })
  }

  /// - Parameter series: Of each arm, when and how much.
  static func svg(_ title: String, _ names: [String], _ series: [[(seconds: Double, rate: Double)]]) -> String
  {
    let most = series.joined().map { $0.rate }.max() ?? 0
    var canvas = SVGCanvas(
      width: width, height: height,
      title: "\(title). "
        + zip(names, series).map { name, points in
          let median = MedianRange(points.map { $0.rate })?.median
          return "\(name): \(median.map { "median \(Quantity.count(Int($0)))" } ?? "none") per second"
        }.joined(separator: "; "))
    let step = tickStep(most)
    let top = Swift.max(step, (most / step).rounded(.up) * step)
    func y(_ value: Double) -> Double { plot.bottom - value / top * (plot.bottom - plot.top) }
    for tick in stride(from: 0, through: top, by: step) {
      canvas.line(plot.left, y(tick), plot.right, y(tick), style: tick == 0 ? "axis" : "grid")
      canvas.text(short(tick), plot.left - 6, y(tick) + 4, anchor: .end, style: "tick")
    }
    let times = series.joined().map { $0.seconds }
    let first = times.min() ?? 0
    let last = times.max() ?? 0
    let span = Swift.max(1, last - first)
    func x(_ seconds: Double) -> Double {
      let share = first == last ? 0.5 : (seconds - first) / span
      return plot.left + 10 + share * (plot.right - plot.left - 20)
    }
    for (arm, own) in series.enumerated() {
      let points = own.map { (x: x($0.seconds), y: y($0.rate)) }
      canvas.path(points, style: "arm\(arm)")
      for point in points { canvas.mark(point.x, point.y, arm: arm) }
    }
    canvas.text(Quantity.seconds(first), plot.left + 10, plot.bottom + 16, anchor: .middle, style: "tick")
    canvas.text(
      Quantity.seconds(first + span), plot.right - 10, plot.bottom + 16, anchor: .end, style: "tick")
    canvas.text(
      "operations/s over the time of the run", (plot.left + plot.right) / 2, height - 8, anchor: .middle,
      style: "tick")
    return canvas.text
  }

  /// 1, 2 or 5 times a power of ten, so that there are three to six ticks.
  private static func tickStep(_ most: Double) -> Double {
    guard most > 0 else { return 1 }
    var step = 1.0
    while step * 50 < most { step *= 10 }
    while step * 5 > most * 2, step > 1e-3 { step /= 10 }
    for factor in [1.0, 2, 5, 10] where most / (step * factor) <= 6 { return step * factor }
    return step * 10
  }

  private static func short(_ value: Double) -> String {
    value >= 10_000 ? "\(Quantity.count(Int(value / 1_000)))k" : Quantity.count(Int(value))
  }
}
