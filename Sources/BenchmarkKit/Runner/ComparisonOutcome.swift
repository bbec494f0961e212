/// What a comparison recorded, and why it ended before its plan did, if so.
public struct ComparisonOutcome: Sendable {
  public var record: ComparisonRecord
  public var failure: BenchmarkFailure?
}

extension BenchmarkFailure {
  /// Whatever stopped a run, as what to tell the caller of the program.
  init(stoppedBy error: any Error) {
    switch error {
    case is CancellationError: self.init(.interrupted, "interrupted; the results above are partial.")
    case let failure as BenchmarkFailure: self = failure
    default: self.init(.internalError, "\(error). This is a defect; please report it.")
    }
  }
}

extension EndRecord {
  init(_ failure: BenchmarkFailure) {
    self.init(
      status: failure.status == .interrupted ? .interrupted : .failed, message: failure.description,
      exitStatus: failure.status.rawValue)
  }
}
