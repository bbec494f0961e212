/// Four segments of one workload: both arms, two slices each.
struct BlockResult: Sendable {
  struct Segment: Sendable {
    /// 0 or 1.
    var arm: Int
    /// 0 or 1; both arms execute both.
    var slice: Int
    var result: SliceResult
  }

  let workload: String
  /// The round it belongs to, from 0.
  let number: Int
  let order: BlockOrder
  var segments: [Segment] = []
  /// Why the last segment could not be undone; the block itself is complete.
  var restoreError: (any Error)?

  func segments(of arm: Int) -> [Segment] { segments.filter { $0.arm == arm } }

  /// Operations per second of an arm, over both of its segments together.
  func throughput(of arm: Int) -> Double {
    let own = segments(of: arm)
    let seconds = own.reduce(0) { $0 + Double($1.result.elapsedNanoseconds) / 1e9 }
    let succeeded = own.reduce(0) { $0 + $1.result.ledger.succeeded }
    return seconds > 0 ? Double(succeeded) / seconds : 0
  }

  /// How many times as fast the first arm is as the second, or `nil` where one did nothing.
  var ratio: Double? {
    let (first, second) = (throughput(of: 0), throughput(of: 1))
    return first > 0 && second > 0 ? first / second : nil
  }

  /// Both arms executed the same operations, by their hashes.
  func requireEqualWork() throws(BenchmarkFailure) {
    let hashes = [0, 1].map { arm in segments(of: arm).reduce(UInt64(0)) { $0 &+ $1.result.traceHash } }
    guard hashes[0] == hashes[1] else {
      throw BenchmarkFailure(
        .mismatch,
        "the arms executed different operations of \(workload) (trace hashes "
          + "\(traceHashText(hashes[0])) and \(traceHashText(hashes[1]))); the block is void.")
    }
  }
}

/// Everything a comparison has measured so far.
public struct ComparisonResult: Sendable {
  /// Why a comparison ended before its plan did.
  public enum Stop: Sendable {
    case interrupted
    case failed(BenchmarkFailure)

    init(_ error: any Error) {
      switch error {
      case is CancellationError: self = .interrupted
      case let failure as BenchmarkFailure: self = .failed(failure)
      default:
        self = .failed(BenchmarkFailure(.internalError, "\(error). This is a defect; please report it."))
      }
    }
  }

  public struct ArmDescription: Sendable {
    public var name: String
    public var displayName: String
    public var environment: [String: String]
  }

  public let settings: RunSettings
  /// The two arms.
  public let arms: [ArmDescription]
  /// The workloads of the plan, measured or not yet.
  public let workloads: [String]
  public var loads: [LoadReport]
  var blocks: [BlockResult] = []
  /// `bulk-load`: seconds of each load, by arm.
  var bulkLoads: [[LoadReport]] = [[], []]
  public var stopped: Stop?
  /// The number of answers compared before the timing.
  public var equivalentOperations: Int

  public init(
    settings: RunSettings, arms: (Arm, Arm), workloads: [String], loads: [LoadReport],
    equivalentOperations: Int
  ) {
    self.settings = settings
    // The same backend twice needs names that tell them apart.
    let isSame = arms.0.name == arms.1.name
    self.arms = [arms.0, arms.1].enumerated().map { number, arm in
      ArmDescription(
        name: arm.name + (isSame ? "-\(number + 1)" : ""),
        displayName: arm.displayName + (isSame ? " \(number + 1)" : ""), environment: arm.environment)
    }
    self.workloads = workloads
    self.loads = loads
    self.equivalentOperations = equivalentOperations
  }

  /// Rounds in which every workload that is timed has its block.
  public var roundsDone: Int {
    let timed = Set(blocks.map(\.workload))
    return timed.map { name in blocks.filter { $0.workload == name }.count }.min() ?? 0
  }

  /// What to tell the caller of the program, if the comparison did not end well.
  public var failure: BenchmarkFailure? {
    switch stopped {
    case nil: nil
    case .interrupted: BenchmarkFailure(.interrupted, "interrupted; the results above are partial.")
    case .failed(let failure): failure
    }
  }

  /// Checks on each arm that the data is what was loaded, and records it if not.
  mutating func checkInvariants(on arms: [Arm]) async {
    do {
      for arm in arms {
        try await Invariants(catalog: settings.catalog, seed: settings.seed).check(arm.store)
      }
    } catch {
      stopped = Stop(error)
    }
  }

  mutating func add(_ block: BlockResult) { blocks.append(block) }

  /// The first operation of the trace that no block of the workload has used.
  func nextOperation(of workload: String) -> Int {
    blocks.filter { $0.workload == workload }.flatMap(\.segments).map(\.result.touched.upperBound).max() ?? 0
  }
}
