import InstructorStore

/// What all arms of a run have in common.
public struct RunSettings: Sendable {
  public var catalog: BenchmarkCatalog
  public var keys: KeyDistribution
  /// Decides the trace, the block order and the catalog.
  public var seed: UInt64
  /// How many calls are under way at a time.
  public var concurrency: Int
  public var options: TargetOptions
  /// Whether all servers run where this program does, and so compete for its processors; only for the report.
  public var isOneMachine: Bool

  public init(
    catalog: BenchmarkCatalog, keys: KeyDistribution = .uniform, seed: UInt64, concurrency: Int,
    options: TargetOptions, isOneMachine: Bool = true
  ) {
    self.catalog = catalog
    self.keys = keys
    self.seed = seed
    self.concurrency = concurrency
    self.options = options
    self.isOneMachine = isOneMachine
  }

  var context: WorkloadContext { WorkloadContext(catalog: catalog, keys: keys, seed: seed) }

  /// The timed workloads among `entries`, bound to this catalog and seed.
  public func prepared(_ entries: [WorkloadEntry]) -> [PreparedWorkload] {
    entries.compactMap { entry in
      var workload = entry.make?(context)
      workload?.onlyReads = entry.kind == .read
      return workload
    }
  }
}
