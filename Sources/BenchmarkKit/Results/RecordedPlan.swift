/// What a comparison was going to do, complete enough to continue it.
public struct RecordedPlan: Sendable, Codable, Equatable {
  public var arms: [ArmSpecification]
  /// All workloads, in order, `bulk-load` too.
  public var workloads: [String]
  /// What the workload is that isn't one of ``WorkloadRegistry``: its file may be another or gone when the run is continued.
  public var mix: Mix?
  public var seed: UInt64
  public var instructors: Int
  public var courses: Int
  public var reviewers: Int
  public var reviews: Int
  /// `uniform` and the like.
  public var keys: String
  public var concurrency: Int
  /// When verdicts are decided, and how. For a provisional plan the first look is never reached.
  public var rule: VerdictRule
  /// How many of the rule's looks are taken.
  public var lookCount: Int
  /// Only medians and ranges: this many blocks and no look.
  public var provisionalBlocks: Int?
  /// What the two arms' segments should take on average.
  public var segmentSeconds: Double
  /// The slower arm's segments are longer, up to twice as long. A second is the shortest that keeps the promise of the
  /// verdicts where one arm has a slow rhythm of its own; see decision 8.
  public static let defaultSegmentSeconds = 1.0
  public var warmUpSeconds: Double
  /// Of untimed reads before each arm's first segment of a block, where a workload only reads; `nil` for none, as in results of
  /// before there were any.
  public var leadInSeconds: Double?
  /// See decision 24.
  public static let defaultLeadInSeconds = 0.4
  /// No new round begins after this many seconds of measuring.
  public var timeLimitSeconds: Double?
  /// Loads of each arm for `bulk-load`.
  public var loads: Int
  public var mostLoadedInstructors: Int
  public var acceptsDifferences: Bool
  /// Whether blocks that something else disturbed count all the same.
  public var acceptsBusyMachine: Bool
  /// Whether all servers run where the client does.
  public var isOneMachine: Bool
  /// What every server had to promise; `nil` in results of before it could be asked for.
  public var durability: DurabilityProfile?
  /// Whether servers are restarted before every segment; `nil` in results of before that was possible.
  public var isCold: Bool?
  /// Whether client and servers are kept on processors of their own; `nil` in results of before that was possible.
  public var isPinned: Bool?
  /// What is offered to both arms after the blocks; `nil` for nothing.
  public var openLoop: OpenLoopPlan?
  /// Of a soak of each workload on each arm at the end; `nil` for none.
  public var soakSeconds: Double?

  public init(
    arms: [ArmSpecification], workloads: [String], mix: Mix? = nil, seed: UInt64, instructors: Int,
    courses: Int,
    reviewers: Int, reviews: Int, keys: String,
    concurrency: Int, rule: VerdictRule, lookCount: Int, provisionalBlocks: Int?, segmentSeconds: Double,
    warmUpSeconds: Double, leadInSeconds: Double? = nil, timeLimitSeconds: Double?, loads: Int,
    mostLoadedInstructors: Int,
    acceptsDifferences: Bool, acceptsBusyMachine: Bool, isOneMachine: Bool,
    durability: DurabilityProfile? = nil, isCold: Bool? = nil, isPinned: Bool? = nil,
    openLoop: OpenLoopPlan? = nil, soakSeconds: Double? = nil
  ) {
    self.arms = arms
    self.workloads = workloads
    self.mix = mix
    self.seed = seed
    self.instructors = instructors
    self.courses = courses
    self.reviewers = reviewers
    self.reviews = reviews
    self.keys = keys
    self.concurrency = concurrency
    self.rule = rule
    self.lookCount = lookCount
    self.provisionalBlocks = provisionalBlocks
    self.segmentSeconds = segmentSeconds
    self.warmUpSeconds = warmUpSeconds
    self.leadInSeconds = leadInSeconds
    self.timeLimitSeconds = timeLimitSeconds
    self.loads = loads
    self.mostLoadedInstructors = mostLoadedInstructors
    self.acceptsDifferences = acceptsDifferences
    self.acceptsBusyMachine = acceptsBusyMachine
    self.isOneMachine = isOneMachine
    self.durability = durability
    self.isCold = isCold
    self.isPinned = isPinned
    self.openLoop = openLoop
    self.soakSeconds = soakSeconds
  }

  /// Blocks of each workload that the run gets to at the most.
  public var plannedBlocks: Int {
    provisionalBlocks ?? rule.schedule.looks.prefix(lookCount).last?.blocks ?? 0
  }

  /// Workloads that are timed in blocks.
  public var timedWorkloads: [String] {
    workloads.filter { name in WorkloadRegistry.all.first { $0.name == name }?.kind != .load }
  }

  /// The data that it is about.
  public func catalog() throws(BenchmarkFailure) -> BenchmarkCatalog {
    try BenchmarkCatalog(
      seed: seed, instructors: instructors, courses: courses, reviewers: reviewers, reviews: reviews)
  }
}
