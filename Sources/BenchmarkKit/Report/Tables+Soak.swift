extension Tables {
  public static func soak(_ results: [SoakResult]) -> [String] {
    var table = TextTable([
      "workload", "backend", "operations", "ops/s", "first third", "last third", "slowest window", "p95",
      "p99", "max",
      "server CPU/op", "written/op", "later CPU/1,000", "later bytes/1,000", "errors",
    ])
    for result in results {
      let done = Double(max(1, result.ledger.succeeded))
      let slowest = result.windows.map(\.throughputPerSecond).min()
      table.add([
        result.workload, name(result.displayName, result.dispatch, among: results.map(\.dispatch)),
        Quantity.count(result.ledger.executed),
        rate(result.throughputPerSecond),
        rate(result.thirds?.first), rate(result.thirds?.last), rate(slowest),
        Quantity.latency(result.response.p95),
        Quantity.latency(result.response.p99), Quantity.latency(result.response.max),
        result.timed.processorSeconds.map { "\(Quantity.significant($0 * 1e6 / done)) µs" } ?? "-",
        result.timed.writtenBytes.map { Quantity.bytes($0 / Int(done)) } ?? "-",
        result.debt?.processorMilliseconds.map { "\(Quantity.significant($0)) ms" } ?? "-",
        result.debt?.bytes.map { Quantity.bytes(Int($0)) } ?? "-", Quantity.count(result.ledger.failed),
      ])
    }
    return table.lines
  }

  /// What the reader has to know about the table above it.
  public static func footer(_ results: [SoakResult]) -> [String] {
    guard let first = results.first else { return [] }
    return [
      "Checkpoints, vacuum and bloat are inside the time. Later: what the server used outside the timed windows, in "
        + "the \(Quantity.seconds(first.watchSeconds)) after them too and beyond what it uses when idle, per 1,000 operations.",
      "Server CPU is that of processes on this machine ('-': not visible); written bytes are log and data as the server counts "
        + "them, whatever the file system makes of them.",
    ]
  }

  private static func rate(_ value: Double?) -> String { value.map { Quantity.count(Int($0)) } ?? "-" }
}
