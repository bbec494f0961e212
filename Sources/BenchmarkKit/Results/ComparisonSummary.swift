/// What a comparison concludes and shows: `summary.json`, and what every report is made from. `docs/results-format.md`
/// describes its keys.
///
/// Made from a ``ComparisonRecord`` alone, so that `report --recompute` gives the same again.
public struct ComparisonSummary: Sendable, Codable, Equatable {
  public static let currentFormat = 1

  public var format = ComparisonSummary.currentFormat
  /// `complete`, or why not everything that was planned is there.
  public var status: String
  /// Why nothing can be concluded although it was measured: a busy machine, or arms that gave different answers.
  public var voidReason: String?
  public var startedAt: String
  /// What reproduces it.
  public var command: String
  public var plan: RecordedPlan
  public var fingerprint: Fingerprint
  /// ``Fingerprint/identifier``.
  public var fingerprintID: String
  /// Answers compared before the timing.
  public var equivalentOperations: Int
  /// Looks taken.
  public var looksTaken: Int
  /// In the plan's order; without those that have no block yet.
  public var workloads: [WorkloadSummary]
  /// The loads of the catalog, by arm.
  public var loads: [LoadRecord]
  public var bulkLoad: BulkLoadSummary?
  /// Under each offered load, by workload and rate; without those that have no block yet.
  public var openLoop: [OpenLoopSummary]?
  /// Of each workload on each arm, as far as they were made.
  public var soaks: [SoakRecord]?
  public var disturbance: Disturbance
  /// What both sides ran with; absent in results of before it was kept.
  public var fairness: FairnessRecord?
  /// Why each arm is as fast as it is, by workload and arm; found out after the timing.
  public var reasons: [ReasonsRecord]?
  /// After the load and at the end, for each arm.
  public var storage: [StorageRecord]?
  /// What each arm's server did outside of the timed segments; absent where that was not measured.
  public var maintenance: [MaintenanceRecord]?
  /// Of the records that were read after the timing: equal on both arms and to the catalog's.
  public var contentHash: String?
  /// How much of the data that is; absent in results of before it was kept.
  public var contentHashCoverage: Coverage?
  /// Whether the data on each arm was checked after the timing.
  public var invariantsChecked: Bool

  /// Records that were looked at, of all.
  public struct Coverage: Sendable, Codable, Equatable {
    public var records: Int
    public var total: Int
    public var isSampled: Bool

    init?(_ record: InvariantsRecord) {
      guard let records = record.hashedRecords, let total = record.records else { return nil }
      (self.records, self.total, isSampled) = (records, total, records < total)
    }

    /// For example `all 803,000 records`.
    var text: String {
      isSampled
        ? "a sample, \(Quantity.count(records)) of \(Quantity.count(total)) records"
        : "all \(Quantity.count(total)) records"
    }
  }

  /// What else was running.
  public struct Disturbance: Sendable, Codable, Equatable {
    /// Blocks measured, void ones too.
    public var blocks: Int
    /// Blocks during which something else used more than the limit.
    public var disturbed: Int
    /// Those of them that were left out and measured again.
    public var void: Int
    /// In cores; the median over blocks. `null` where the system doesn't tell.
    public var medianForeignCores: Double?
    public var limitCores: Double
  }

  public init?(_ record: ComparisonRecord) {
    guard let plan = record.plan, let header = record.headers.first, let fingerprint = record.fingerprint
    else {
      return nil
    }
    self.plan = plan
    self.fingerprint = fingerprint
    fingerprintID = fingerprint.identifier
    startedAt = header.startedAt
    command = header.command
    status = record.end?.status.rawValue ?? "cut off"
    equivalentOperations = record.equivalence?.operations ?? 0
    let verdicts = record.verdicts
    looksTaken = verdicts.compactMap(\.look).max() ?? 0
    workloads = zip(record.timedWorkloads, verdicts).compactMap { name, verdict in
      WorkloadSummary(name, verdict, record.blocks(of: name), plan, record.calibration)
    }
    OrderEffect.judge(&workloads, plan)
    let costs = Dictionary(record.runnerCosts.map { ($0.workload, $0) }) { first, _ in first }
    for index in workloads.indices { workloads[index].runner = costs[workloads[index].workload] }
    loads = record.loads
    bulkLoad = BulkLoadSummary(record.bulkLoads)
    openLoop = OpenLoopSummary.all(of: record, plan)
    soaks = record.soaks.isEmpty ? nil : record.soaks
    disturbance = Disturbance(
      blocks: record.blocks.count, disturbed: record.disturbedBlocks,
      void: record.voidBlocks,
      medianForeignCores: MedianRange(record.blocks.compactMap(\.foreignCores))?.median,
      limitCores: ComparisonPlan.mostForeignCores)
    fairness = record.fairness
    reasons = record.reasons
    storage = record.storage
    maintenance = record.maintenance.isEmpty ? nil : record.maintenance
    contentHash = record.invariants.first?.contentHash
    contentHashCoverage = record.invariants.first.flatMap(Coverage.init)
    invariantsChecked = Set(record.invariants.map(\.arm)).count == plan.arms.count
    voidReason = Self.mismatch(record.end) ?? busyReason
  }

  /// Where disturbed blocks had to be kept; a provisional run decides nothing that could be void.
  public var busyReason: String? {
    guard disturbance.disturbed > disturbance.void, !plan.acceptsBusyMachine, plan.provisionalBlocks == nil
    else { return nil }
    return
      "machine too busy: something else used more than \(Quantity.decimal(disturbance.limitCores * 100, 0))% of "
      + "a core during \(disturbance.disturbed) of \(disturbance.blocks) blocks"
  }

  /// What the run ended with, where that is a difference between the arms; its first line says what.
  private static func mismatch(_ end: EndRecord?) -> String? {
    guard let end, end.exitStatus == ExitStatus.mismatch.rawValue else { return nil }
    return end.message?.split(separator: "\n").first.map { String($0.last == "." ? $0.dropLast() : $0) }
  }

  /// The workloads whose verdict a reader may rely on.
  public var isConclusive: Bool {
    voidReason == nil && !workloads.isEmpty && workloads.count == plan.timedWorkloads.count
      && workloads.allSatisfy { $0.verdict.kind == .faster || $0.verdict.kind == .equivalent }
  }
}
