public import InstructorStore

/// What one workload did on one backend.
public struct RunResult: Sendable {
  public var backend: String
  public var displayName: String
  public var workload: String
  public var dispatch: DispatchMode
  public var concurrency: Int
  public var connections: Int
  public var seed: UInt64
  public var ledger: Ledger
  /// Time in timed slices, from the beginning of each to its last answer.
  public var elapsedSeconds: Double
  /// Operations that succeeded, per second of ``elapsedSeconds``.
  public var throughputPerSecond: Double
  /// Response times of the operations that succeeded.
  public var response: LatencySummary
  /// What those are made of: waiting for a connection, the exchange with the server, the way back to the caller.
  public var queue: LatencySummary?
  public var service: LatencySummary?
  public var delivery: LatencySummary?
  /// The sum of the hashes of the executed operations: equal for equal work.
  public var traceHash: UInt64
  /// What was counted again while the writes were still there, where reviews were written.
  public var recount: Recount?
  /// What the runner itself takes of a call; `nil` where it is what was measured.
  public var runner: RunnerCost?
  public var environment: [String: String]

  struct Totals {
    var ledger = Ledger()
    var elapsedNanoseconds: UInt64 = 0
    var latency = LatencyHistogram()
    var parts: CallParts?
    var traceHash: UInt64 = 0
    var restoreError: (any Error)?
    var recount: Recount?

    var elapsedSeconds: Double { Double(elapsedNanoseconds) / 1e9 }

    mutating func add(_ slice: SliceResult) {
      ledger.add(slice.ledger)
      elapsedNanoseconds += slice.elapsedNanoseconds
      latency.add(slice.latency)
      parts = CallParts.merged(parts, slice.parts)
      traceHash &+= slice.traceHash
      if restoreError == nil { restoreError = slice.restoreError }
    }
  }

  init(_ workload: String, _ arm: Arm, _ settings: RunSettings, _ totals: Totals) {
    backend = arm.name
    displayName = arm.displayName
    self.workload = workload
    dispatch = settings.options.dispatch
    concurrency = settings.concurrency
    connections = settings.options.connections
    seed = settings.seed
    ledger = totals.ledger
    elapsedSeconds = totals.elapsedSeconds
    throughputPerSecond = elapsedSeconds > 0 ? Double(ledger.succeeded) / elapsedSeconds : 0
    response = LatencySummary(totals.latency)
    queue = (totals.parts?.queue).map { LatencySummary($0) }
    service = (totals.parts?.service).map { LatencySummary($0) }
    delivery = (totals.parts?.delivery).map { LatencySummary($0) }
    traceHash = totals.traceHash
    recount = totals.recount
    environment = arm.environment.merging(ClientProcess.environment) { server, _ in server }
    environment["catalog"] = settings.catalog.fingerprint
  }
}
