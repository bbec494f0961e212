import RealModule

/// A results file in memory: everything that a comparison has recorded so far. Verdicts and reports are made from it alone.
public struct ComparisonRecord: Sendable {
  public internal(set) var headers: [RunHeader] = []
  public internal(set) var fingerprint: Fingerprint?
  public internal(set) var plan: RecordedPlan?
  public internal(set) var loads: [LoadRecord] = []
  public internal(set) var equivalence: EquivalenceRecord?
  public internal(set) var calibration: Calibration?
  public internal(set) var pilots: [PilotRecord] = []
  /// In the order they ran, void ones too.
  public internal(set) var blocks: [BlockRecord] = []
  /// Those under offered loads, likewise.
  public internal(set) var openBlocks: [OpenLoopBlockRecord] = []
  public internal(set) var bulkLoads: [LoadRecord] = []
  /// By workload and arm.
  public internal(set) var soaks: [SoakRecord] = []
  public internal(set) var looks: [LookRecord] = []
  public internal(set) var fairness: FairnessRecord?
  /// By workload and arm.
  public internal(set) var reasons: [ReasonsRecord] = []
  public internal(set) var storage: [StorageRecord] = []
  /// By arm; of the last part of a run that was resumed.
  public internal(set) var runnerCosts: [RunnerCost] = []
  public internal(set) var maintenance: [MaintenanceRecord] = []
  public internal(set) var invariants: [InvariantsRecord] = []
  /// `nil` while it runs, and where the program was killed.
  public internal(set) var end: EndRecord?

  public init() {}

  mutating func add(_ line: ResultLine) {
    switch line {
    case .header(let record):
      headers.append(record)
      // What follows continues the run.
      end = nil
      invariants = []
    case .fingerprint(let record): fingerprint = record
    case .plan(let record): plan = record
    case .load(let record):
      // A resumed run loads again.
      loads.removeAll { $0.arm == record.arm }
      loads.append(record)
    case .equivalence(let record): equivalence = record
    case .calibration(let record): calibration = record
    case .pilot(let record):
      pilots.removeAll { $0.workload == record.workload }
      pilots.append(record)
    case .block(let record): blocks.append(record)
    case .openBlock(let record): openBlocks.append(record)
    case .bulkLoad(let record): bulkLoads.append(record)
    case .soak(let record):
      soaks.removeAll { $0.workload == record.workload && $0.arm == record.arm }
      soaks.append(record)
    case .look(let record):
      looks.removeAll { $0.number == record.number }
      looks.append(record)
    case .fairness(let record): fairness = record
    case .reasons(let record):
      reasons.removeAll { $0.workload == record.workload && $0.arm == record.arm }
      reasons.append(record)
    case .runner(let record):
      runnerCosts.removeAll { $0.workload == record.workload }
      runnerCosts.append(record)
    case .storage(let record):
      storage.removeAll { $0.arm == record.arm && $0.moment == record.moment }
      storage.append(record)
    case .maintenance(let record):
      maintenance.removeAll { $0.arm == record.arm }
      maintenance.append(record)
    case .invariants(let record): invariants.append(record)
    case .end(let record): end = record
    case .unknown: break
    }
  }

  /// The blocks of a workload that count, in order.
  public func blocks(of workload: String) -> [BlockRecord] {
    blocks.filter { $0.workload == workload && !$0.isVoid }
  }

  /// The blocks of a workload under a load that count, in order.
  public func openBlocks(of workload: String, ratePerSecond: Double) -> [OpenLoopBlockRecord] {
    openBlocks.filter { $0.workload == workload && $0.ratePerSecond == ratePerSecond && !$0.isVoid }
  }

  /// The first operation of the trace that no block of the workload has used.
  func nextOperation(of workload: String) -> Int {
    max(
      blocks.filter { $0.workload == workload }.map(\.endOfSlices).max() ?? 0,
      openBlocks.filter { $0.workload == workload }.map(\.endOfSlices).max() ?? 0)
  }

  /// Workloads that are timed in blocks.
  public var timedWorkloads: [String] { plan?.timedWorkloads ?? [] }

  /// Those that a look has decided: they are not measured further.
  var decidedWorkloads: Set<String> {
    Set(
      looks.flatMap(\.verdicts).filter { $0.value.kind == .faster || $0.value.kind == .equivalent }.map(\.key)
    )
  }

  /// Rounds in which every timed workload has a block that counts.
  public var roundsDone: Int { timedWorkloads.map { blocks(of: $0).count }.min() ?? 0 }

  /// The log ratios of the blocks that count, for each timed workload.
  var logRatios: [[Double]] {
    timedWorkloads.map { name in blocks(of: name).compactMap { $0.ratio.map(Self.logarithm) } }
  }

  /// Verdicts from the raw blocks, in the order of ``timedWorkloads``.
  public var verdicts: [Verdict] {
    guard let plan else { return [] }
    guard plan.provisionalBlocks == nil else {
      return logRatios.map { Verdict(kind: .provisional, ratio: RatioEstimate(logRatios: $0)) }
    }
    return plan.rule.verdicts(logRatios)
  }

  /// Blocks that something else disturbed.
  public var disturbedBlocks: Int { blocks.count(where: \.isDisturbed) }

  /// Those of them that were left out and measured again.
  var voidBlocks: Int { blocks.count(where: \.isVoid) }

  /// Whether more blocks were disturbed than may be measured again, so that some count that were: the machine was too busy.
  var hasKeptDisturbedBlocks: Bool { disturbedBlocks > voidBlocks }
}

extension ComparisonRecord {
  private static func logarithm(_ ratio: Double) -> Double { .log(ratio) }
}
