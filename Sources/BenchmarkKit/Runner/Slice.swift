import InstructorStore

/// What one arm is to execute without a pause: a slice of the trace, all of it or for a time.
struct SliceRequest: Sendable {
  /// The operations, by their index in the trace.
  var operations: Range<Int>
  /// How many tasks keep one call each under way.
  var concurrency: Int
  /// No operation but the first of each task starts later than this after the beginning; `nil` executes the
  /// whole slice.
  var stopsAfter: Duration? = nil
  /// Whether ``SliceResult/parts`` are wanted.
  var splitsTimes = false
  /// About every so many answers are kept, chosen by the hashes of their operations; `nil` keeps none.
  var keepsEvery: Int? = nil
}

/// Every operation that was to run, and what became of it: `scheduled = succeeded + failed + dropped`,
/// always.
public struct Ledger: Sendable, Codable, Equatable {
  /// Operations that the slice had, or that were started where time ends the slice.
  public var scheduled = 0
  public var succeeded = 0
  /// By the code of the ``StoreError``.
  public var failures: [String: Int] = [:]
  /// Operations that never ran or were cut off, because the run was interrupted or the backend is gone.
  public var dropped = 0

  public var failed: Int { failures.values.reduce(0, +) }
  /// What was executed and answered, with a value or an error.
  public var executed: Int { succeeded + failed }
  public var isBalanced: Bool { scheduled == succeeded + failed + dropped }

  public init() {}

  mutating func add(_ other: Self) {
    scheduled += other.scheduled
    succeeded += other.succeeded
    failures.merge(other.failures, uniquingKeysWith: +)
    dropped += other.dropped
  }
}

/// What executing a slice gave.
struct SliceResult: Sendable {
  var ledger = Ledger()
  /// From the beginning to the last answer.
  var elapsedNanoseconds: UInt64 = 0
  /// Response times of the operations that succeeded.
  var latency = LatencyHistogram()
  /// What those times are made of, if that was wanted.
  var parts: CallParts?
  /// The sum of the hashes of the executed operations.
  var traceHash: UInt64 = 0
  /// Those that were to be kept; see ``SliceRequest/keepsEvery``.
  var keptAnswers: [KeptAnswer] = []
  /// The operations that may have run: what has to be restored.
  var touched: Range<Int> = 0..<0
  /// Why the slice was given up: the backend can't be used any more.
  var fatal: StoreError?
  /// Processor time while it ran; empty where nobody looked.
  var cpu = CPUMonitor.Use()
  /// Why what the slice did could not be undone. What was measured is valid; nothing may be measured after it.
  var restoreError: (any Error)?

  var elapsedSeconds: Double { Double(elapsedNanoseconds) / 1e9 }

  var throughputPerSecond: Double {
    elapsedNanoseconds == 0 ? 0 : Double(ledger.succeeded) / (Double(elapsedNanoseconds) / 1e9)
  }
}
