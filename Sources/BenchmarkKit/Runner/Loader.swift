import InstructorStore
import Synchronization

/// What loading the catalog into one target took.
public struct LoadReport: Sendable {
  public var name: String
  public var displayName: String
  public var instructors: Int
  public var assignments: Int
  public var reviewers: Int
  public var reviews: Int
  public var ratings: Int
  /// From the first row to the last index.
  public var elapsedSeconds: Double
  /// Whether a part was there already, from an earlier try: the time is that of the rest.
  public var isResumed = false
  /// Vacuum, statistics, checkpoint: after the load, outside its time.
  public var settleSeconds: Double
  /// The most memory this process had while it loaded; `nil` where the system doesn't tell.
  public var peakClientBytes: Int?
  /// What the time of the load was spent on, in order.
  public var phases: [LoadPhase] = []
  /// On disk, once settled; empty where there is no server. Rows are not counted.
  public var sizes: [StorageSize] = []

  /// What was compared with the catalog after the load, if anything was, and how long that took.
  public var checked: Invariants.Checked?
  public var checkSeconds: Double?

  /// Records of all kinds and assignments together.
  public var rows: Int { instructors + assignments + reviewers + reviews + ratings }
  /// `nil` where a part was there before.
  public var rowsPerSecond: Double? {
    if isResumed { return nil }
    return elapsedSeconds > 0 ? Double(rows) / elapsedSeconds : 0
  }
}

/// Takes a target over and loads the catalog into it.
public struct Loader: Sendable {
  let catalog: BenchmarkCatalog
  let options: TargetOptions
  let progress: ProgressSink
  /// Whether a load that is interrupted stays and the next one with the same catalog goes on with it.
  let resumes: Bool

  public init(
    catalog: BenchmarkCatalog, options: TargetOptions, progress: ProgressSink, resumes: Bool = false
  ) {
    self.catalog = catalog
    self.options = options
    self.progress = progress
    self.resumes = resumes
  }

  /// Throws with ``ExitStatus/foreignTarget`` where something that `dbbench` did not make is there.
  public static func requireOwnership(of target: any BenchmarkTarget, place: String) async throws {
    let state = try await Self.naming("looking at \(target.place)") { try await target.inspect() }
    guard case .foreign(let what) = state else { return }
    throw BenchmarkFailure(
      .foreignTarget,
      "\(place) on \(target.displayName) holds something dbbench did not make (\(what)); nothing was touched. "
        + "Name another place with --schema.")
  }

  /// Makes the place, opens a store on it, migrates, loads and settles; the caller closes the store.
  public func load(_ target: any BenchmarkTarget) async throws -> (arm: Arm, report: LoadReport) {
    let goesOn =
      resumes
      ? try await Self.naming("looking at \(target.place)") { try await target.hasInterruptedLoad() } : false
    progress.step(
      "\(target.displayName): \(goesOn ? "going on to load" : "loading") \(Quantity.count(catalog.instructors)) "
        + "instructors and \(Quantity.count(catalog.reviews)) reviews")
    if !goesOn { try await Self.naming("preparing \(target.place)") { try await target.prepare() } }
    let store = try await Self.naming("opening \(target.place)") { try await target.open(options) }
    do {
      if !goesOn {
        try await Self.naming("creating the schema on \(target.place)") { try await store.migrate() }
      }
      let clock = SystemMonotonicClock()
      ClientProcess.resetPeakMemory()
      let start = clock.nanoseconds()
      let phases = LoadPhaseClock(start: start)
      let result = try await Self.naming("loading \(target.displayName)") {
        var load = catalog.bulkLoad
        load.resumeKey = resumes ? catalog.fingerprint : nil
        let report = Self.progressReporter(target.displayName, progress)
        load.onProgress = { state in
          let now = clock.nanoseconds()
          phases.note(state.phase, at: now)
          report(state, now)
        }
        return try await store.bulkLoad(load)
      }
      let loaded = clock.nanoseconds()
      let peak = ClientProcess.peakMemoryBytes()
      progress.update("\(target.displayName): vacuum, statistics, checkpoint")
      try await Self.naming("settling \(target.displayName)") { try await target.settle() }
      var report = LoadReport(
        name: target.name, displayName: target.displayName, instructors: result.instructors,
        assignments: result.assignments, reviewers: result.reviewers, reviews: result.reviews,
        ratings: result.ratings, elapsedSeconds: Double(loaded - start) / 1e9,
        settleSeconds: Double(clock.nanoseconds() - loaded) / 1e9, peakClientBytes: peak)
      report.isResumed = goesOn
      report.phases = phases.phases(until: loaded)
      report.sizes = try await Self.naming("measuring \(target.displayName)") {
        try await target.sizes(countingRows: false)
      }
      let environment = try await Self.naming("reading the settings of \(target.displayName)") {
        try await target.environment()
      }
      let rate =
        report.rowsPerSecond.map { ", \(Quantity.count(Int($0))) rows/s" } ?? " beside those there were"
      progress.step(
        "\(target.displayName): loaded \(goesOn ? "the rest of " : "")\(Quantity.count(report.rows)) rows in "
          + Quantity.seconds(report.elapsedSeconds) + rate)
      for line in Tables.loadDetails(report) { progress.step("\(target.displayName): \(line)") }
      progress.step("\(target.displayName): durability \(Durability.text(environment))")
      return (Arm(target: target, store: store, environment: environment), report)
    } catch {
      await store.close()
      throw error
    }
  }

  /// Loads once into `target`, which is made for it and removed afterwards, whatever happens.
  func loadAndRemove(_ target: any BenchmarkTarget) async throws -> LoadReport {
    do {
      let (arm, report) = try await load(target)
      await arm.store.close()
      try await target.remove()
      return report
    } catch {
      // The task may be cancelled already: what was made has to go all the same.
      await Task { try? await target.remove() }.value
      throw error
    }
  }

  /// Loads, compares what is there with what was generated (untimed), and closes the store.
  ///
  /// - Throws: Also ``BenchmarkFailure`` with ``ExitStatus/mismatch`` for the first difference.
  public func loadAndCheck(_ target: any BenchmarkTarget) async throws -> LoadReport {
    var (arm, report) = try await load(target)
    do {
      progress.update("\(target.displayName): comparing with what was generated")
      let clock = SystemMonotonicClock()
      let start = clock.nanoseconds()
      report.checked = try await Invariants(catalog: catalog, seed: catalog.seed).check(arm.store)
      report.checkSeconds = Double(clock.nanoseconds() - start) / 1e9
      progress.step("\(target.displayName): as generated")
    } catch {
      await arm.store.close()
      throw error
    }
    await arm.store.close()
    return report
  }

  /// Gives errors of a target the place where they happened.
  public static func naming<Value>(_ activity: String, _ body: () async throws -> Value) async throws -> Value
  {
    do {
      return try await body()
    } catch let error as StoreError {
      if error.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(error, during: activity)
    }
  }

  /// What tells `progress` how far a load is: the rate of records and the time left for them.
  static func progressReporter(
    _ name: String, _ progress: ProgressSink
  ) -> @Sendable (BulkLoadProgress, _ nanoseconds: UInt64) -> Void {
    // The rate is that since the first report: records may have been there before it.
    let first = Mutex<(done: Int, nanoseconds: UInt64)?>(nil)
    return { state, now in
      switch state.phase {
      case .instructors, .reviewers, .reviews, .ratings:
        let since = first.withLock { first in
          if first == nil { first = (state.done, now) }
          return first ?? (state.done, now)
        }
        let elapsed = Double(now - min(now, since.nanoseconds)) / 1e9
        let rate = elapsed > 0 ? Double(max(0, state.done - since.done)) / elapsed : 0
        let left = rate > 0 ? Quantity.seconds(Double(state.total - state.done) / rate) : "?"
        let percent = state.total > 0 ? state.done * 100 / state.total : 100
        progress.update(
          "\(name): \(state.phase.rawValue), \(percent)% of \(Quantity.count(state.total)) records, "
            + "\(Quantity.count(Int(rate))) records/s, \(left) left for rows")
      case .indexes:
        progress.update("\(name): index \(min(state.done + 1, state.total)) of \(state.total)")
      case .preparing, .constraints, .statistics, .finishing:
        progress.update("\(name): \(state.phase.rawValue)")
      }
    }
  }
}
