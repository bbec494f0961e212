/// How long and how often a comparison measures.
public struct ComparisonPlan: Sendable {
  /// Blocks of each workload; each block has four segments.
  public var blocks: Int
  /// No new round begins once this much time has passed since the measurement began; the round under way is
  /// finished.
  public var timeLimit: Duration?
  /// What a segment should take on the arm that is faster; the other one takes longer. With the default the faster
  /// arm's shortest segment still takes a second.
  public var segment: Duration
  public var warmUp: Duration
  /// Loads of each arm for `bulk-load`.
  public var loads: Int
  /// Instructors of one such load at the most: fewer than the catalog has, so that it fits into the run.
  public var mostLoadedInstructors: Int

  /// Whether arms of unlike durability are timed all the same.
  public var acceptsDifferences: Bool

  /// With segments this long and one arm twice as fast as the other, two rounds of all workloads and what is untimed
  /// around them fit into five minutes.
  public static let defaultBlocks = 2

  public init(
    blocks: Int = ComparisonPlan.defaultBlocks, timeLimit: Duration? = nil,
    segment: Duration = .milliseconds(1_250), warmUp: Duration = .milliseconds(700), loads: Int = 3,
    mostLoadedInstructors: Int = 50_000, acceptsDifferences: Bool = false
  ) {
    self.blocks = blocks
    self.timeLimit = timeLimit
    self.segment = segment
    self.warmUp = warmUp
    self.loads = loads
    self.mostLoadedInstructors = mostLoadedInstructors
    self.acceptsDifferences = acceptsDifferences
  }

  /// What one load of `bulk-load` loads.
  public func loadedCatalog(of catalog: BenchmarkCatalog) -> BenchmarkCatalog {
    catalog.smaller(instructors: mostLoadedInstructors)
  }

  private static let stream = TraceRandom.stream("segment jitter")

  /// Operations of a segment: `rates` are those of the pilot, the length varies by up to a fifth from block
  /// to block, so that it can't fall into step with something periodic.
  func operations(_ rates: (Double, Double), seed: UInt64, workload: String, block: Int) -> Int {
    var random = TraceRandom(seed: seed, stream: Self.stream ^ TraceRandom.stream(workload), index: block)
    let typical = max(rates.0, rates.1, 1) * segment.seconds
    return min(5_000_000, max(50, Int(typical * (0.8 + 0.4 * random.unit()))))
  }
}
