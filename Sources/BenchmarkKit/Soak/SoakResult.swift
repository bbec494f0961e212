public import InstructorStore

/// What one workload did on one backend over a long time.
public struct SoakResult: SoakFigures {
  /// A part of the time: from one moment to another with no pause for anything else.
  public struct Window: Sendable, Codable, Equatable {
    /// After the beginning of the soak.
    public var startSeconds: Double
    public var elapsedSeconds: Double
    public var operations: Int
    public var throughputPerSecond: Double
    public var p95: UInt64?
    public var max: UInt64?
    /// As in ``ServerUsage``.
    public var serverProcessorSeconds: Double?
    public var serverWrittenBytes: Int?
    /// Cores that something else kept busy meanwhile, steal included; `nil` where the system doesn't tell, and in results of before
    /// that was looked at.
    public var foreignCores: Double?
  }

  public var backend: String
  public var displayName: String
  public var workload: String
  public var dispatch: DispatchMode
  public var concurrency: Int
  public var connections: Int
  public var seed: UInt64
  public var windows: [Window] = []
  public var ledger = Ledger()
  public var response: LatencySummary
  /// The sum of the hashes of the executed operations.
  public var traceHash: UInt64 = 0
  public var timed = ServerUsage.none
  public var preparation: ServerUsage?
  public var untimed: ServerUsage?
  public var watchSeconds: Double
  public var environment: [String: String]

}

/// What is said of a soak, whoever keeps it.
public protocol SoakFigures: Sendable {
  var windows: [SoakResult.Window] { get }
  var ledger: Ledger { get }
  var response: LatencySummary { get }
  /// What the server used in the timed windows.
  var timed: ServerUsage { get }
  /// What it used for what operations need that must be there before; `nil` where they need nothing, and in results of before
  /// that was told apart: it is in ``untimed`` there.
  var preparation: ServerUsage? { get }
  /// What it used between and after the windows and that, beyond what it uses when idle; `nil` where the soak was cut off
  /// before that was known.
  var untimed: ServerUsage? { get }
  /// How long it was watched afterwards.
  var watchSeconds: Double { get }
}

extension SoakFigures {
  public var elapsedSeconds: Double { windows.reduce(0) { $0 + $1.elapsedSeconds } }
  public var throughputPerSecond: Double {
    elapsedSeconds > 0 ? Double(ledger.succeeded) / elapsedSeconds : 0
  }

  /// Windows during which something else used more of the machine than a block of a comparison may have.
  public var disturbedWindows: Int {
    windows.count { $0.foreignCores.map { $0 > ComparisonPlan.mostForeignCores } ?? false }
  }

  /// Throughput of the first and of the last third of the windows: what time does to it.
  public var thirds: (first: Double, last: Double)? {
    guard windows.count >= 3 else { return nil }
    let size = windows.count / 3
    func rate(_ part: ArraySlice<SoakResult.Window>) -> Double {
      let seconds = part.reduce(0) { $0 + $1.elapsedSeconds }
      return seconds > 0 ? Double(part.reduce(0) { $0 + $1.operations }) / seconds : 0
    }
    return (rate(windows.prefix(size)), rate(windows.suffix(size)))
  }

  /// Processor milliseconds and bytes per 1,000 operations that were spent outside the timed windows: what a shorter
  /// measurement doesn't see.
  public var debt: (processorMilliseconds: Double?, bytes: Double?)? {
    guard let untimed, ledger.succeeded > 0 else { return nil }
    let thousands = Double(ledger.succeeded) / 1_000
    return (
      untimed.processorSeconds.map { $0 * 1e3 / thousands },
      untimed.writtenBytes.map { Double($0) / thousands }
    )
  }
}
