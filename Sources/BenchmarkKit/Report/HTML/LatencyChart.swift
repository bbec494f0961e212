import RealModule

/// Response time by percentile, both axes logarithmic: the tail takes as much room as the middle.
enum LatencyChart {
  private static let width = 480.0
  private static let height = 270.0
  private static let plot = (left: 64.0, right: 464.0, top: 12.0, bottom: 226.0)
  /// So far to the right may the middle of the longest label be without its end leaving the drawing.
  private static let lastLabel = width - 22
  private static let labelled = [0.0, 50, 90, 99, 99.9, 99.99]
  /// A percentile is drawn as far as ten operations lie beyond it.
  private static let operationsBeyond = 10.0

  /// - Parameter histograms: Of each arm, all blocks together.
  static func svg(_ workload: String, _ names: [String], _ histograms: [LatencyHistogram]) -> String {
    var canvas = SVGCanvas(
      width: width, height: height,
      title: "Response times of \(workload) by percentile. "
        + zip(names, histograms).map { name, histogram in
          "\(name): p50 \(Quantity.latency(histogram.nanoseconds(atPercent: 50))), "
            + "p99 \(LatencySummary(histogram).p99.map { Quantity.latency($0) } ?? "of too few operations")"
        }.joined(separator: "; "))
    let curves = histograms.map(curve)
    let last = curves.compactMap { $0.last?.percent }.max() ?? 99
    let y = LogScale(
      curves.flatMap { $0.map(\.nanoseconds) }, places: (plot.bottom, plot.top), leastFactor: 4)
    for tick in y.ticks(atMost: 6) {
      let place = y.place(of: tick)
      canvas.line(plot.left, place, plot.right, place, style: "grid")
      canvas.text(tickText(tick), plot.left - 6, place + 4, anchor: .end, style: "tick")
    }
    for percent in labelled where percent <= last {
      let place = place(of: percent, last)
      canvas.line(place, plot.top, place, plot.bottom, style: "grid")
      canvas.text(
        percent == 0 ? "min" : "p\(text(percent))", min(place, lastLabel), plot.bottom + 16, anchor: .middle,
        style: "tick")
    }
    canvas.text("percentile", (plot.left + plot.right) / 2, height - 8, anchor: .middle, style: "tick")
    for (arm, curve) in curves.enumerated() {
      canvas.path(
        curve.map { (place(of: $0.percent, last), y.place(of: $0.nanoseconds)) }, style: "arm\(arm)")
      for percent in labelled where percent > 0 {
        guard let point = curve.last(where: { $0.percent <= percent + 1e-9 }), point.percent > percent - 1e-9
        else { continue }
        canvas.mark(place(of: percent, last), y.place(of: point.nanoseconds), arm: arm)
      }
    }
    return canvas.text
  }

  private static func curve(_ histogram: LatencyHistogram) -> [(percent: Double, nanoseconds: Double)] {
    let count = Double(histogram.count)
    guard count > 0 else { return [] }
    // Even steps on the axis, and the labelled ones exactly.
    var percents = labelled
    for step in 0...80 { percents.append(100 * (1 - Double.pow(10, -Double(step) / 20))) }
    return percents.sorted().filter { $0 == 0 || count * (1 - $0 / 100) >= operationsBeyond }
      .compactMap { percent in
        histogram.nanoseconds(atPercent: percent).map { (percent, Double(Swift.max(1, $0))) }
      }
  }

  /// Each factor of ten beyond takes the same room.
  private static func place(of percent: Double, _ last: Double) -> Double {
    func nines(_ percent: Double) -> Double { -Double.log10(Swift.max(1e-7, 1 - percent / 100)) }
    return plot.left + nines(percent) / Swift.max(1, nines(last)) * (plot.right - plot.left)
  }

  private static func text(_ percent: Double) -> String {
    percent == percent.rounded() ? String(Int(percent)) : percent == 99.9 ? "99.9" : "99.99"
  }

  private static func tickText(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: "\(Int(nanoseconds)) ns"
    case ..<1e6: "\(Int((nanoseconds / 1e3).rounded())) µs"
    case ..<1e9: "\(Int((nanoseconds / 1e6).rounded())) ms"
    default: "\(Int((nanoseconds / 1e9).rounded())) s"
    }
  }
}
