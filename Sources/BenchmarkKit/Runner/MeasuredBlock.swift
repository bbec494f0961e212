/// The segments of a block as they were measured.
struct MeasuredBlock: Sendable {
  let workload: String
  var segments: [(arm: Int, slice: Int, result: SliceResult)] = []

  /// Both arms executed the same operations, by their hashes.
  func requireEqualWork() throws(BenchmarkFailure) {
    try Self.requireEqualWork(
      workload,
      hashes: [0, 1].map { arm in
        segments.filter { $0.arm == arm }.reduce(UInt64(0)) { $0 &+ $1.result.traceHash }
      })
  }

  /// - Parameter hashes: Of the two arms.
  static func requireEqualWork(_ workload: String, hashes: [UInt64]) throws(BenchmarkFailure) {
    guard hashes[0] == hashes[1] else {
      throw BenchmarkFailure(
        .mismatch,
        "the arms executed different operations of \(workload) (trace hashes "
          + "\(traceHashText(hashes[0])) and \(traceHashText(hashes[1]))); the block is void.")
    }
  }

  /// Both arms gave the same answers, versions aside, to the operations whose answers both have kept.
  ///
  /// - Parameters:
  ///   - names: The arms'.
  ///   - operation: The text of an operation, by its index.
  /// - Throws: ``BenchmarkFailure`` with ``ExitStatus/mismatch`` that shows the first one with different answers.
  func requireEqualAnswers(_ names: [String], operation: (Int) -> String) throws(BenchmarkFailure)
    -> ComparedAnswers
  {
    let kept = [0, 1].map { arm in
      segments.filter { $0.arm == arm }.flatMap(\.result.keptAnswers).sorted { $0.index < $1.index }
    }
    let second = Dictionary(kept[1].map { ($0.index, $0.answer) }) { first, _ in first }
    var compared = ComparedAnswers()
    for own in kept[0] {
      guard let other = second[own.index] else { continue }
      let digest = own.answer.digest
      guard digest == other.digest else {
        throw BenchmarkFailure(
          .mismatch,
          """
          the backends are not equivalent: different answers, versions aside, to operation \(own.index) of workload \(workload); \
          its figures are void.
            asked      \(operation(own.index))
            \(EquivalenceGate.padded(names[0])) \(own.answer.canonicalText)
            \(EquivalenceGate.padded(names[1])) \(other.canonicalText)
          """)
      }
      compared.count += 1
      compared.hash &+= digest
    }
    return compared
  }

  /// As it goes into the results file; whether it is void is for the caller to say.
  func record(number: Int, attempt: Int, order: BlockOrder, startedSeconds: Double) -> BlockRecord {
    BlockRecord(
      workload: workload, number: number, attempt: attempt, order: order.rawValue,
      startedSeconds: startedSeconds,
      foreignCores: CPUMonitor.Use.foreignCores(segments.map(\.result.cpu)),
      isDisturbed: false, isVoid: false,
      segments: segments.map { arm, slice, result in
        BlockRecord.Segment(
          arm: arm, slice: slice, touched: result.touched, ledger: result.ledger,
          elapsedNanoseconds: result.elapsedNanoseconds, traceHash: result.traceHash, cpu: result.cpu)
      },
      latency: [0, 1].map { arm in
        var merged = LatencyHistogram()
        for segment in segments where segment.arm == arm { merged.add(segment.result.latency) }
        return RecordedHistogram(merged)
      })
  }
}
