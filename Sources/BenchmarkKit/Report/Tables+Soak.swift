extension Tables {
  public static func soak(_ results: [SoakResult]) -> [String] {
    var table = TextTable(["workload", "backend"] + soakColumns)
    for result in results {
      table.add(
        [result.workload, name(result.displayName, result.dispatch, among: results.map(\.dispatch))]
          + soakCells(result))
    }
    return table.lines
  }

  static let soakColumns = [
    "operations", "ops/s", "first third", "last third", "slowest window", "p95", "p99", "max",
    "server CPU/op", "written/op", "later CPU/1,000", "later bytes/1,000", "errors",
  ]

  static func soakCells(_ figures: some SoakFigures) -> [String] {
    let done = Double(max(1, figures.ledger.succeeded))
    let slowest = figures.windows.map(\.throughputPerSecond).min()
    return [
      Quantity.count(figures.ledger.executed),
      rate(figures.throughputPerSecond),
      rate(figures.thirds?.first), rate(figures.thirds?.last), rate(slowest),
      Quantity.latency(figures.response.p95),
      Quantity.latency(figures.response.p99), Quantity.latency(figures.response.max),
      figures.timed.processorSeconds.map { Quantity.microseconds($0 * 1e6 / done) } ?? "-",
      figures.timed.writtenBytes.map { Quantity.bytes($0 / Int(done)) } ?? "-",
      figures.debt?.processorMilliseconds.map { "\(Quantity.significant($0)) ms" } ?? "-",
      figures.debt?.bytes.map { Quantity.bytes(Int($0)) } ?? "-", Quantity.count(figures.ledger.failed),
    ]
  }

  /// What the reader has to know about the table above it.
  public static func footer(_ results: [SoakResult]) -> [String] {
    guard let first = results.first else { return [] }
    return soakNotes(watchSeconds: first.watchSeconds)
      + results.compactMap { disturbance($0, "\($0.workload) on \($0.displayName)") }
  }

  /// That a soak was disturbed; `nil` where it was not. It can't be measured again: that is for the reader to do.
  static func disturbance(_ figures: some SoakFigures, _ name: String) -> String? {
    guard figures.disturbedWindows > 0 else { return nil }
    return
      "\(name): something else used more than \(Quantity.decimal(ComparisonPlan.mostForeignCores * 100, 0))% of a core "
      + "during \(figures.disturbedWindows) of \(figures.windows.count) windows; they count all the same."
  }

  static func soakNotes(watchSeconds: Double) -> [String] {
    [
      "Checkpoints, vacuum and bloat are inside the time. Later: what the server used outside the timed windows, in "
        + "the \(Quantity.seconds(watchSeconds)) after them too and beyond what it uses when idle, per 1,000 operations; the making "
        + "of what they need (reviews to delete, for example) is left out.",
      "Server CPU is that of processes on this machine ('-': not visible); written bytes are log and data as the server counts "
        + "them, whatever the file system makes of them.",
    ]
  }

  private static func rate(_ value: Double?) -> String { value.map { Quantity.count(Int($0)) } ?? "-" }
}
