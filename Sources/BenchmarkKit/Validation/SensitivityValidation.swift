import InstructorStore

/// Tries the verdicts on a real server: the same backend twice, as it is and with known extra work on one side.
public struct SensitivityValidation: Sendable {
  /// How much extra work, and what the verdicts have to be.
  public struct Scenario: Sendable, Encodable {
    public var name: String
    /// The second arm executes every *n*-th operation twice; 0 none.
    public var repeatedEvery: Int
    /// Of 20 runs: the fewest and the most that may call the first arm faster. Whoever calls the second one faster is wrong.
    public var fewestFound: Int
    public var mostFound: Int
  }

  public static let runs = 20

  public static let scenarios = [
    Scenario(name: "no difference", repeatedEvery: 0, fewestFound: 0, mostFound: 2),
    Scenario(name: "every tenth operation twice", repeatedEvery: 10, fewestFound: 18, mostFound: runs),
    Scenario(name: "every second operation twice", repeatedEvery: 2, fewestFound: runs, mostFound: runs),
  ]

  /// What the runs of a scenario on a backend concluded.
  public struct Result: Sendable, Encodable {
    public var backend: String
    public var scenario: Scenario
    public var runs = 0
    /// Runs that called the arm without the extra work faster.
    public var found = 0
    /// Runs that called an arm faster that isn't.
    public var wrong = 0
    public var equivalent = 0
    /// The ratio that each run estimated, of the first arm to the second.
    public var ratios: [Double] = []
    /// Blocks measured, and those of them that were left out and measured again because something else was running.
    public var blocks = 0
    public var voidBlocks = 0
    /// Runs without a verdict, beside ``runs``: something else was running during more blocks than may be measured again.
    public var tooBusy = 0

    public var undecided: Int { runs - found - wrong - equivalent }

    /// How many runs may call an arm faster, scaled where there were fewer than 20.
    private var allowed: ClosedRange<Int> {
      let scale = Double(runs) / Double(SensitivityValidation.runs)
      let fewest = (Double(scenario.fewestFound) * scale).rounded(.down)
      return Int(fewest)...Int((Double(scenario.mostFound) * scale).rounded(.up))
    }

    public var isMet: Bool {
      guard runs > 0 else { return false }
      return scenario.repeatedEvery == 0 ? allowed.contains(wrong) : allowed.contains(found) && wrong == 0
    }

    var limit: String {
      scenario.repeatedEvery == 0
        ? "at most \(allowed.upperBound) wrong" : "at least \(allowed.lowerBound) found, none wrong"
    }
  }

  let settings: RunSettings
  let segmentSeconds: Double
  let blocks: Int
  let monitor: CPUMonitor
  let progress: ProgressSink

  /// - Parameters:
  ///   - segmentSeconds: Shorter than in a comparison, as there are so many.
  ///   - blocks: At the first look; the second has twice as many.
  public init(
    settings: RunSettings, segmentSeconds: Double, blocks: Int = LookSchedule.defaultBlocks,
    servers: [ProcessGroup],
    progress: ProgressSink
  ) {
    self.init(
      settings: settings, segmentSeconds: segmentSeconds, blocks: blocks,
      monitor: CPUMonitor(servers: servers),
      progress: progress)
  }

  init(
    settings: RunSettings, segmentSeconds: Double, blocks: Int = LookSchedule.defaultBlocks,
    monitor: CPUMonitor,
    progress: ProgressSink
  ) {
    self.settings = settings
    self.segmentSeconds = segmentSeconds
    self.blocks = blocks
    self.monitor = monitor
    self.progress = progress
  }

  /// Of the runs of a scenario, so many more may be made for those during which the machine was too busy.
  private static func mostTooBusy(_ runs: Int) -> Int {
    max(1, Int(ComparisonPlan.mostVoidShare * Double(runs)))
  }

  /// Loads both targets, which are two places of one backend, and runs all scenarios on them.
  ///
  /// - Parameter each: Gets the result of each scenario when it is there, one that was interrupted too.
  public func run(
    _ targets: (any BenchmarkTarget, any BenchmarkTarget), runs: Int, each: (Result) -> Void
  ) async throws {
    let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
    var arms: [Arm] = []
    do {
      for target in [targets.0, targets.1] { arms.append(try await loader.load(target).arm) }
      for scenario in Self.scenarios {
        var result = Result(backend: arms[0].name, scenario: scenario)
        do {
          while result.runs < runs, result.tooBusy <= Self.mostTooBusy(runs) {
            progress.update("\(arms[0].displayName), \(scenario.name): run \(result.runs + 1) of \(runs)")
            try await add(scenario, number: result.runs + result.tooBusy, arms, to: &result)
          }
        } catch {
          if result.runs > 0 { each(result) }
          throw error
        }
        progress.step(
          "\(arms[0].displayName), \(scenario.name): found \(result.found), wrong \(result.wrong), equivalent "
            + "\(result.equivalent), undecided \(result.undecided) of \(result.runs)"
            + (result.tooBusy > 0 ? "; the machine was too busy for \(result.tooBusy) more" : ""))
        each(result)
      }
      for arm in arms { await arm.store.close() }
    } catch {
      for arm in arms { await arm.store.close() }
      throw error
    }
  }

  private func add(_ scenario: Scenario, number: Int, _ arms: [Arm], to result: inout Result) async throws {
    var settings = settings
    // Each run has slices, orders and lengths of its own.
    settings.seed = TraceRandom.mixed(settings.seed &+ UInt64(1_000 * scenario.repeatedEvery + number))
    let name = "instructor-get"
    let plain = PreparedWorkload(name, InstructorGet(settings.context))
    let repeated = PreparedWorkload(
      name, RepeatedOperations(InstructorGet(settings.context), every: scenario.repeatedEvery))
    let schedule = LookSchedule(blocks: blocks)
    let plan = RecordedPlan(
      arms: [], workloads: [name], seed: settings.seed, instructors: settings.catalog.instructors,
      courses: settings.catalog.courses, reviewers: settings.catalog.reviewers,
      reviews: settings.catalog.reviews, keys: settings.keys.rawValue, concurrency: settings.concurrency,
      rule: VerdictRule(schedule: schedule), lookCount: schedule.looks.count, provisionalBlocks: nil,
      segmentSeconds: segmentSeconds, warmUpSeconds: 0.2, timeLimitSeconds: nil, loads: 0,
      mostLoadedInstructors: 0,
      acceptsDifferences: true, acceptsBusyMachine: false, isOneMachine: settings.isOneMachine)
    var run = ComparisonRun(
      arms: arms, settings: settings, plan: ComparisonPlan(recorded: plan), monitor: monitor, progress: .none)
    run.secondArm = [name: repeated]
    var log = ResultsLog()
    try log.add(.plan(plan))
    _ = try await run.run([plain], &log) { _ in }
    result.blocks += log.record.blocks.count
    result.voidBlocks += log.record.voidBlocks
    guard !log.record.hasKeptDisturbedBlocks else {
      result.tooBusy += 1
      return
    }
    result.runs += 1
    guard let verdict = log.record.verdicts.first else { return }
    if let ratio = verdict.ratio { result.ratios.append(ratio.estimate) }
    switch (verdict.kind, verdict.winner) {
    case (.faster, 0) where scenario.repeatedEvery > 0: result.found += 1
    case (.faster, _): result.wrong += 1
    case (.equivalent, _): result.equivalent += 1
    default: break
    }
  }
}
