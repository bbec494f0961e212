/// The segments of an open-loop block as they were measured.
struct MeasuredOpenLoopBlock: Sendable {
  let workload: String
  let ratePerSecond: Double
  var segments: [(arm: Int, slice: Int, result: OpenLoopResult)] = []

  /// Both arms executed the same operations, by their hashes; where calls were dropped there is nothing to compare.
  func requireEqualWork() throws(BenchmarkFailure) {
    guard segments.allSatisfy({ $0.result.ledger.dropped == 0 }) else { return }
    try MeasuredBlock.requireEqualWork(
      workload, hashes: [0, 1].map { arm in own(arm).reduce(UInt64(0)) { $0 &+ $1.traceHash } })
  }

  private func own(_ arm: Int) -> [OpenLoopResult] { segments.filter { $0.arm == arm }.map(\.result) }

  /// As it goes into the results file; whether it is void is for the caller to say.
  func record(number: Int, attempt: Int, order: BlockOrder, startedSeconds: Double) -> OpenLoopBlockRecord {
    OpenLoopBlockRecord(
      workload: workload, ratePerSecond: ratePerSecond, number: number, attempt: attempt,
      order: order.rawValue, startedSeconds: startedSeconds,
      foreignCores: CPUMonitor.Use.foreignCores(segments.map(\.result.cpu)), isDisturbed: false,
      isVoid: false,
      segments: segments.map { arm, slice, result in
        BlockRecord.Segment(
          arm: arm, slice: slice, touched: result.touched, ledger: result.ledger,
          elapsedNanoseconds: result.elapsedNanoseconds, traceHash: result.traceHash, cpu: result.cpu)
      },
      outstandingByThird: [0, 1].map { arm in
        let own = own(arm).map(\.trend.means)
        return (0..<3).map { third in own.reduce(0) { $0 + $1[third] } / Double(max(1, own.count)) }
      },
      times: [0, 1].map { arm in
        var merged = OpenLoopTimes()
        for result in own(arm) { merged.add(result.times) }
        return RecordedTimes(merged)
      })
  }
}
