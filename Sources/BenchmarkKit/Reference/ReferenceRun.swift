import InstructorStore

/// A loaded server with both sides of the comparison.
public struct ReferencePlace: Sendable {
  public var arm: Arm
  public var side: any ReferenceSide
  /// Where whole loads go, and what it is called on the server.
  public var scratch: (target: any BenchmarkTarget, schema: String)?

  public init(arm: Arm, side: any ReferenceSide, scratch: (target: any BenchmarkTarget, schema: String)?) {
    self.arm = arm
    self.side = side
    self.scratch = scratch
  }
}

/// Measures the library and other clients in turn, on the same server and the same data.
///
/// Each round runs every measure once: ours and each program of its references, one segment each, in one order in even
/// rounds and in the opposite one in odd rounds; where they write, the server has settled before each. Measures that
/// only read come first, all their rounds, so that they find the data as it was loaded; then the writes, then the loads.
public struct ReferenceRun: Sendable {
  let catalog: BenchmarkCatalog
  let seed: UInt64
  let rounds: Int
  let seconds: Double
  let progress: ProgressSink

  public init(catalog: BenchmarkCatalog, seed: UInt64, rounds: Int, seconds: Double, progress: ProgressSink) {
    self.catalog = catalog
    self.seed = seed
    self.rounds = rounds
    self.seconds = seconds
    self.progress = progress
  }

  /// Who runs a segment.
  private enum Side: Hashable {
    case ours
    case other(ReferenceProgram)
  }

  /// How much of a time-limited segment warms up before the first round.
  private static let warmUpSeconds = 0.5
  private static let pilotOperations = 2_000

  /// - Parameter finished: Gets the rows of a group of measures as soon as they are there.
  public func run(
    _ measures: [ReferenceMeasure], on places: [String: ReferencePlace], finished: ([ReferenceRow]) -> Void
  ) async throws {
    let groups = [
      measures.filter { !$0.operation.changesRecords && $0.operation != .load },
      measures.filter { $0.operation.changesRecords },
      measures.filter { $0.operation == .load },
    ]
    for group in groups where !group.isEmpty {
      finished(try await run(group: group, on: places))
    }
  }

  private func run(group: [ReferenceMeasure], on places: [String: ReferencePlace]) async throws
    -> [ReferenceRow]
  {
    var segments: [Segments] = []
    do {
      for measure in group {
        guard let place = places[measure.backend] else { continue }
        segments.append(try await Segments(measure, place, self))
      }
      var number = 0
      for round in 0...rounds {
        // Round 0 warms up and is not counted.
        for index in segments.indices {
          progress.update(
            round == 0
              ? "warming up \(segments[index].measure.name)"
              : "round \(round) of \(rounds), \(segments[index].measure.name)")
          try await segments[index].round(round, &number)
        }
        if round > 0 {
          progress.step("round \(round) of \(rounds) done: \(group.map(\.name).joined(separator: ", "))")
        }
      }
    } catch {
      for segment in segments { await segment.end() }
      throw error
    }
    for segment in segments { await segment.end() }
    var rows: [ReferenceRow] = []
    for segment in segments {
      progress.update("measuring the runner itself, \(segment.measure.name)")
      // What was measured is not lost for it.
      rows += segment.rows(beside: try? await runnerCost(segment.measure))
    }
    return rows
  }

  private func runnerCost(_ measure: ReferenceMeasure) async throws -> RunnerCost? {
    try await RunnerMeter.cost(
      catalog, .uniform, seed: seed, concurrency: measure.callers, measure.operation.workload)
  }

  /// One measure's state over the rounds.
  private struct Segments {
    let measure: ReferenceMeasure
    let place: ReferencePlace
    let run: ReferenceRun
    let workload: PreparedWorkload?
    let store: any StorageBackend
    var figures: [Side: [Double]] = [:]
    /// Operations a second as of the last segment, for those that need a number.
    var rates: [Side: Double] = [:]
    var nextOperation = 0

    init(_ measure: ReferenceMeasure, _ place: ReferencePlace, _ run: ReferenceRun) async throws {
      self.measure = measure
      self.place = place
      self.run = run
      workload = measure.operation.workload(
        WorkloadContext(catalog: run.catalog, keys: .uniform, seed: run.seed))
      store = try await Loader.naming("opening \(place.arm.displayName)") {
        try await place.arm.target.open(measure.options)
      }
      if measure.operation == .load { try await place.side.dump() }
    }

    func end() async {
      await store.close()
      if measure.operation == .load { await place.side.removeDump() }
    }

    private var sides: [Side] {
      var programs: [ReferenceProgram] = []
      for reference in measure.references {
        for program in reference.programs where !programs.contains(program) { programs.append(program) }
      }
      return [.ours] + programs.map { .other($0) }
    }

    mutating func round(_ round: Int, _ number: inout Int) async throws {
      // A load takes its time, and warms nothing up.
      if round == 0, measure.operation == .load { return }
      for side in round % 2 == 0 ? sides : sides.reversed() {
        try Task.checkCancellation()
        number += 1
        try await settle()
        let figure =
          switch side {
          case .ours: try await ours(isWarmUp: round == 0)
          case .other(let program): try await other(program, number, isWarmUp: round == 0)
          }
        rates[side] = figure
        if round > 0 { figures[side, default: []].append(figure) }
      }
      if measure.operation.leavesRecords { try await place.side.reset(after: measure.operation) }
    }

    /// Lets the server write what the segment before has changed, so that nobody pays for somebody else's changes: how much of
    /// a server's memory is changed and not yet on disk decides how fast the next writes are.
    private func settle() async throws {
      guard measure.operation.changesRecords else { return }
      try await Loader.naming("settling \(place.arm.displayName)") { try await place.arm.target.catchUp() }
    }

    private func amount(_ side: Side, isWarmUp: Bool) -> ReferenceAmount {
      guard measure.operation.needsRecords else {
        return .seconds(isWarmUp ? min(ReferenceRun.warmUpSeconds, run.seconds) : run.seconds)
      }
      guard let rate = rates[side] else { return .operations(ReferenceRun.pilotOperations) }
      return .operations(max(ReferenceRun.pilotOperations, Int(rate * run.seconds)))
    }

    private mutating func ours(isWarmUp: Bool) async throws -> Double {
      guard let workload else { return try await loadOurs() }
      let request: SliceRequest
      switch amount(.ours, isWarmUp: isWarmUp) {
      case .seconds(let seconds):
        // More than a segment can have; the next one begins behind it.
        request = SliceRequest(
          operations: nextOperation..<nextOperation + 1 << 30, concurrency: measure.callers,
          stopsAfter: .seconds(seconds))
      case .operations(let count):
        request = SliceRequest(
          operations: nextOperation..<nextOperation + count, concurrency: measure.callers)
        try await Loader.naming("preparing \(measure.name)") {
          try await workload.prepare(request.operations, store)
        }
      }
      nextOperation = request.operations.upperBound
      let result = await withTaskExecutorPreference(store.executor) {
        await workload.runSlice(request, store)
      }
      try Task.checkCancellation()
      if let fatal = result.fatal {
        throw BenchmarkFailure(fatal, during: "\(measure.name) with the library")
      }
      guard result.ledger.failed == 0 else {
        let codes = result.ledger.failures.map { "\($0.value) × \($0.key)" }.sorted().joined(separator: ", ")
        throw BenchmarkFailure(
          .mismatch,
          "\(measure.name): of \(result.ledger.executed) calls of the library some failed: \(codes)")
      }
      return result.throughputPerSecond
    }

    private func loadOurs() async throws -> Double {
      guard let scratch = place.scratch else { return 0 }
      // The other side has dumped the instructors alone.
      let loader = Loader(catalog: run.catalog.instructorsOnly, options: measure.options, progress: .none)
      return try await loader.loadAndRemove(scratch.target).elapsedSeconds
    }

    private func other(_ program: ReferenceProgram, _ number: Int, isWarmUp: Bool) async throws -> Double {
      guard measure.operation == .load else {
        return try await place.side.run(
          measure.operation, with: program, amount(.other(program), isWarmUp: isWarmUp), segment: number)
      }
      guard let scratch = place.scratch else { return 0 }
      do {
        try await scratch.target.prepare()
        let seconds = try await place.side.load(with: program, into: scratch.schema)
        try await scratch.target.remove()
        return seconds
      } catch {
        await Task { try? await scratch.target.remove() }.value
        throw error
      }
    }

    func rows(beside runner: RunnerCost?) -> [ReferenceRow] {
      var programs: [ReferenceProgram: [Double]] = [:]
      for case (.other(let program), let figures) in figures { programs[program] = figures }
      return measure.references.compactMap { reference in
        ReferenceRow(measure, reference, ours: figures[.ours] ?? [], programs, runner)
      }
    }
  }
}
