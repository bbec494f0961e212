import InstructorStore

/// The whole comparison of two targets: load, check that the answers are equal, time, check the data, time whole loads.
public struct Comparison: Sendable {
  let settings: RunSettings
  let plan: RecordedPlan
  let entries: [WorkloadEntry]
  let monitor: CPUMonitor
  let progress: ProgressSink
  private let dataFolders: [String?]
  private let coldStart: ColdStart?
  private let serverProcesses: [Int32?]

  /// - Parameters:
  ///   - servers: Which processes are the servers; see ``ArmSpecification/processGroup``.
  ///   - serverProcesses: The first process of each arm's server, where it can be seen; for soaks.
  ///   - dataFolders: Where each arm's server has its data, if a file may be written there to see how long a flush takes.
  ///   - coldStart: Where every segment is to find cold caches.
  public init(
    settings: RunSettings, plan: RecordedPlan, entries: [WorkloadEntry], servers: [ProcessGroup] = [],
    serverProcesses: [Int32?] = [], dataFolders: [String?] = [], coldStart: ColdStart? = nil,
    progress: ProgressSink
  ) {
    self.serverProcesses = serverProcesses
    self.coldStart = coldStart
    self.dataFolders = dataFolders
    self.settings = settings
    self.plan = plan
    self.entries = entries
    monitor = CPUMonitor(servers: servers)
    self.progress = progress
  }

  /// Where a comparison's records come from and go to.
  public struct Journal: Sendable {
    public var file: ResultsFile?
    /// Of the run that is continued.
    public var earlier: ComparisonRecord
    public var header: RunHeader
    /// Continues a run whose fingerprint was another.
    public var forcesFingerprint: Bool
    /// Whether each arm is compared with itself first, where ``calibrations`` has nothing.
    public var calibrates: Bool
    public var calibrations: CalibrationCache?

    public init(
      file: ResultsFile? = nil, earlier: ComparisonRecord = ComparisonRecord(), header: RunHeader,
      forcesFingerprint: Bool = false, calibrates: Bool = false, calibrations: CalibrationCache? = nil
    ) {
      self.file = file
      self.earlier = earlier
      self.header = header
      self.forcesFingerprint = forcesFingerprint
      self.calibrates = calibrates
      self.calibrations = calibrations
    }
  }

  /// Runs all of it; the stores are closed afterwards, the targets left as they are.
  ///
  /// - Parameters:
  ///   - targets: The place of each arm of the plan.
  ///   - scratch: A second place for each target, needed for `bulk-load`.
  ///   - afterRound: Gets everything recorded so far after each round.
  /// - Returns: What was recorded. Once the timing has begun, an error or a cancellation ends it early and is the reason of
  ///   ``ComparisonOutcome/failure``.
  /// - Throws: Whatever goes wrong before, a mismatch of the equivalence gate included.
  public func run(
    targets: (any BenchmarkTarget, any BenchmarkTarget), scratch: [(any BenchmarkTarget)?], journal: Journal,
    afterRound: (ComparisonRecord) -> Void
  ) async throws -> ComparisonOutcome {
    var log = ResultsLog(journal.earlier, file: journal.file)
    try log.add(.header(journal.header))
    if journal.earlier.plan != plan { try log.add(.plan(plan)) }
    var arms: [Arm] = []
    do {
      for (number, target) in [targets.0, targets.1].enumerated() {
        let specification = plan.arms[number]
        let loader = Loader(
          catalog: settings.catalog, options: specification.targetOptions, progress: progress)
        var (arm, report) = try await loader.load(target)
        arm.name = specification.name
        arm.displayName = specification.displayName
        arms.append(arm)
        arms[number].untimedStore = try await Loader.naming("opening \(target.place)") {
          try await target.open(.untimed)
        }
        try log.add(.load(LoadRecord(arm: number, report)))
        try await note(.loaded, arm, number, &log)
      }
      let outcome = try await compare(arms, scratch, journal, &log, afterRound)
      await Self.close(arms)
      return outcome
    } catch {
      await Self.close(arms)
      let failure = BenchmarkFailure(stoppedBy: error)
      try? log.add(.end(EndRecord(failure)))
      throw error
    }
  }

  private static func close(_ arms: [Arm]) async {
    for arm in arms {
      await arm.untimedStore.close()
      await arm.store.close()
    }
  }

  private func compare(
    _ arms: [Arm], _ scratch: [(any BenchmarkTarget)?], _ journal: Journal, _ log: inout ResultsLog,
    _ afterRound: (ComparisonRecord) -> Void
  ) async throws -> ComparisonOutcome {
    if !plan.acceptsDifferences { try Durability.requireComparable(arms[0], arms[1]) }
    let fingerprint = Fingerprint(
      machine: .current, arms: arms.map { .init(name: $0.name, environment: $0.environment) },
      catalog: settings.catalog.fingerprint)
    if let earlier = journal.earlier.fingerprint, !journal.forcesFingerprint {
      let differences = fingerprint.differences(from: earlier)
      guard differences.isEmpty else {
        throw BenchmarkFailure(
          .void,
          "this is not what the run to be resumed was measured on (\(differences.joined(separator: "; ")))",
          advice: "Start a new one, or say --force.")
      }
    }
    try log.add(.fingerprint(fingerprint))
    let fairness = try await fairness(arms)
    try log.add(.fairness(fairness))
    for line in fairness.lines(arms.map(\.displayName)) { progress.step(line) }
    let prepared = settings.prepared(entries)
    progress.update("checking that both give the same answers")
    let gate = EquivalenceGate(catalog: settings.catalog, seed: settings.seed, workloads: prepared)
    let passed = try await gate.check(arms[0].store, arms[1].store)
    progress.step(
      "\(Quantity.count(passed.operations)) operations replayed on both: every answer is the same")
    try log.add(.equivalence(EquivalenceRecord(operations: passed.operations)))
    do {
      var run = ComparisonRun(
        arms: arms, settings: settings, plan: ComparisonPlan(recorded: plan), monitor: monitor,
        progress: progress, coldStart: coldStart)
      if let calibration = try await calibration(run, prepared, fingerprint, journal) {
        try log.add(.calibration(calibration))
      }
      // A server that is restarted all the time does nothing for itself.
      if entries.contains(where: { $0.kind == .write }), coldStart == nil {
        run.maintenance = MaintenanceMeter(
          arms, processGroups: plan.arms.map(\.processGroup), monitor: monitor)
      }
      let isTimeUp = try await measure(run, prepared, scratch, &log, afterRound)
      try log.add(.end(EndRecord(status: isTimeUp ? .timeIsUp : .complete, exitStatus: 0)))
      return ComparisonOutcome(record: log.record, failure: nil)
    } catch {
      let failure = BenchmarkFailure(stoppedBy: error)
      try? log.add(.end(EndRecord(failure)))
      return ComparisonOutcome(record: log.record, failure: failure)
    }
  }

  /// The one that is kept, or a new one if that was asked for.
  private func calibration(
    _ run: ComparisonRun, _ prepared: [PreparedWorkload], _ fingerprint: Fingerprint, _ journal: Journal
  ) async throws -> Calibration? {
    let known = journal.calibrations?.find(fingerprint.identifier, plan)
    let isKnown = known.map { known in prepared.allSatisfy { known.ratios[$0.name] != nil } } ?? false
    guard journal.calibrates, !isKnown else { return known }
    var new = try await Calibration.measure(run, prepared, fingerprintID: fingerprint.identifier)
    new.ratios.merge(known?.ratios ?? [:]) { new, _ in new }
    journal.calibrations?.keep(new, plan)
    return new
  }

  private func measure(
    _ run: ComparisonRun, _ prepared: [PreparedWorkload], _ scratch: [(any BenchmarkTarget)?],
    _ log: inout ResultsLog, _ afterRound: (ComparisonRecord) -> Void
  ) async throws -> Bool {
    let done = (blocks: log.record.blocks.count, openBlocks: log.record.openBlocks.count)
    let start = SystemMonotonicClock().nanoseconds()
    var isTimeUp = try await run.run(prepared, since: start, &log, afterRound: afterRound)
    if let offered = plan.openLoop, !isTimeUp {
      let rounds = OpenLoopRounds(
        arms: run.arms, settings: settings, plan: run.plan, offered: offered, monitor: monitor,
        progress: progress, maintenance: run.maintenance)
      isTimeUp = try await rounds.run(prepared, since: start, &log)
    }
    // From here on with stores of its own: sessions that end hand over what they have counted.
    await Self.close(run.arms)
    progress.update("measuring the runner itself")
    for cost in await RunnerCost.measure(entries, settings) { try log.add(.runner(cost)) }
    let reasons = ReasonsRun(
      arms: run.arms, options: plan.arms.map(\.targetOptions), settings: settings,
      segment: .seconds(plan.segmentSeconds), progress: progress)
    let sizes = Dictionary(log.record.pilots.map { ($0.workload, $0.operations) }) { _, last in last }
    try await reasons.run(prepared, typicalOperations: sizes) { try log.add(.reasons($0)) }
    try noteConnections(&log)
    progress.update("checking that the data is what was loaded")
    for (number, arm) in run.arms.enumerated() { try await checkData(arm, number, &log) }
    if let meter = run.maintenance {
      let timed =
        log.record.blocks[done.blocks...].map { (workload: $0.workload, segments: $0.segments) }
        + log.record.openBlocks[done.openBlocks...].map { (workload: $0.workload, segments: $0.segments) }
      try await noteMaintenance(meter, timed, &log)
    }
    let hashes = Set(log.record.invariants.compactMap(\.contentHash))
    guard hashes.count < 2 else {
      throw BenchmarkFailure(
        .mismatch,
        "the arms' data differs after the timing (content hashes \(hashes.sorted().joined(separator: ", ")))."
      )
    }
    if entries.contains(where: { $0.kind == .load }), log.record.bulkLoads.count < 2 * plan.loads,
      scratch.count == 2, let first = scratch[0], let second = scratch[1]
    {
      let loaded = settings.catalog.smaller(instructors: plan.mostLoadedInstructors)
      let rounds = BulkLoadRounds(catalog: loaded, arms: plan.arms, progress: progress)
      try await rounds.run((first, second), loads: plan.loads, &log)
    }
    if let seconds = plan.soakSeconds, !isTimeUp {
      let rounds = SoakRounds(
        settings: settings, arms: plan.arms, plan: SoakPlan(duration: .seconds(seconds)),
        serverProcesses: serverProcesses, monitor: monitor, progress: progress)
      try await rounds.run(prepared, on: run.arms.map(\.target), &log)
    }
    return isTimeUp
  }

  /// How many connections each arm's stores had open while their work was counted, instead of how many they may have.
  private func noteConnections(_ log: inout ResultsLog) throws {
    guard var fairness = log.record.fairness else { return }
    let notes = fairness.rows.first { $0.name == FairnessSwitch.connections.rawValue }?.notes
    let values = plan.arms.enumerated().map { number, arm -> FairnessValue in
      let note = notes?[number]
      let open = log.record.reasons.filter { $0.arm == number }.compactMap { $0.evidence?.connections }
      guard let least = open.min(), let most = open.max() else {
        return .set(String(arm.connections)).noted(note)
      }
      let range = least == most ? "\(most)" : "\(least) to \(most)"
      return .readBack("\(range) open, of \(arm.connections) at most").noted(note)
    }
    guard values.contains(where: { $0.source == .readBack }) else { return }
    fairness.replace(.connections, values)
    try log.add(.fairness(fairness))
  }

  /// What the servers did for themselves between the timed segments, and what they had put off.
  private func noteMaintenance(
    _ meter: MaintenanceMeter, _ timed: [(workload: String, segments: [BlockRecord.Segment])],
    _ log: inout ResultsLog
  ) async throws {
    let writing = Set(entries.filter { $0.kind == .write }.map(\.name))
    let written = timed.filter { writing.contains($0.workload) }.flatMap { $0.segments }
    guard !written.isEmpty else { return }
    progress.update("letting the servers do what they put off")
    for (number, idle) in await meter.idle.enumerated() {
      let segments = written.filter { $0.arm == number }
      try log.add(
        .maintenance(
          MaintenanceRecord(
            arm: number, operations: segments.reduce(0) { $0 + $1.succeeded }, idle: idle,
            atEnd: try await meter.settling(number))))
    }
  }

  private static func warmText(_ leadIn: Double?) -> String {
    guard let leadIn, leadIn > 0 else { return "warm: a warm-up, then one segment after the other" }
    return
      "warm: a warm-up, and \(Quantity.seconds(leadIn)) of untimed reads before an arm's first timed ones in a block, where "
      + "a workload only reads and is not slow"
  }

  private static let flushTime = Duration.milliseconds(300)

  /// What both sides run with.
  private func fairness(_ arms: [Arm]) async throws -> FairnessRecord {
    var values: [[FairnessSwitch: FairnessValue]] = []
    var flushes: [String: String] = [:]
    for (number, arm) in arms.enumerated() {
      var own = try await Loader.naming("reading the settings of \(arm.displayName)") {
        try await arm.target.fairness(plan.arms[number].targetOptions)
      }
      if dataFolders.indices.contains(number), let folder = dataFolders[number] {
        // Measured once for a folder that both have.
        let flush =
          flushes[folder]
          ?? FlushLatency.measure(in: folder, for: Self.flushTime).map {
            "\(Quantity.latency($0.nanoseconds(atPercent: 50))) at p50"
          }
        flushes[folder] = flush
        own[.flushLatency] = .readBack(flush)
      }
      if !own.isEmpty {
        own[.caches] = .set(coldStart?.text ?? Self.warmText(plan.leadInSeconds))
      }
      values.append(own)
    }
    return FairnessRecord(values)
  }

  private func note(_ moment: StorageRecord.Moment, _ arm: Arm, _ number: Int, _ log: inout ResultsLog)
    async throws
  {
    let sizes = try await Loader.naming("measuring \(arm.displayName)") {
      try await arm.target.sizes(countingRows: true)
    }
    if !sizes.isEmpty { try log.add(.storage(StorageRecord(arm: number, moment: moment, sizes: sizes))) }
  }

  /// Everything is there again: as many rows as were loaded, and what is in them.
  private func checkData(_ arm: Arm, _ number: Int, _ log: inout ResultsLog) async throws {
    var options = plan.arms[number].targetOptions
    // Nobody times it.
    options.connections = TargetOptions.untimedConnections
    options.dispatch = .batched
    let store = try await Loader.naming("opening \(arm.displayName)") { try await arm.target.open(options) }
    let checked: Invariants.Checked
    do {
      checked = try await Invariants(catalog: settings.catalog, seed: settings.seed).check(store)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    try await note(.afterwards, arm, number, &log)
    let own = log.record.storage.filter { $0.arm == number }
    if let loaded = own.first(where: { $0.moment == .loaded }),
      let difference = own.first(where: { $0.moment == .afterwards })?.difference(from: loaded)
    {
      throw BenchmarkFailure(
        .mismatch,
        "the data on \(arm.displayName) is not what was loaded, its figures are void: \(difference).")
    }
    try log.add(
      .invariants(
        InvariantsRecord(
          arm: number, checked: "the data is what was loaded: \(checked.text)",
          contentHash: traceHashText(checked.contentHash), hashedRecords: checked.hashedRecords,
          records: checked.records)))
  }
}
