import FoundationEssentials
import InstructorStore

@testable import BenchmarkKit

extension Fixture {
  /// A plan of short segments on two arms.
  static func plan(
    _ workloads: [String], blocks: Int = 12, looks: Int = 1, provisional: Int? = nil,
    segmentSeconds: Double = 0.005, leadInSeconds: Double? = nil,
    acceptsBusyMachine: Bool = true
  ) -> RecordedPlan {
    RecordedPlan(
      arms: ["one", "two"].map {
        ArmSpecification(name: $0, displayName: $0, backend: "fake", dispatch: .direct, connections: 8)
      },
      workloads: workloads, seed: 7, instructors: 300, courses: 200, reviewers: 100, reviews: 2_000,
      keys: "uniform", concurrency: 4,
      rule: VerdictRule(schedule: LookSchedule(blocks: blocks)), lookCount: looks,
      provisionalBlocks: provisional,
      segmentSeconds: segmentSeconds, warmUpSeconds: 0.005,
      leadInSeconds: leadInSeconds, timeLimitSeconds: nil, loads: 2,
      mostLoadedInstructors: 100, acceptsDifferences: false, acceptsBusyMachine: acceptsBusyMachine,
      isOneMachine: true)
  }

  static func comparison(_ plan: RecordedPlan, progress: ProgressSink = .none) throws -> Comparison {
    Comparison(
      settings: settings(try catalog()), plan: plan, entries: try WorkloadRegistry.select(plan.workloads),
      progress: progress)
  }

  static let header = RunHeader(
    startedAt: "2026-01-31T12:00:00Z", command: "dbbench compare", isResumed: false)

  static func journal(_ file: ResultsFile? = nil, earlier: ComparisonRecord = ComparisonRecord())
    -> Comparison.Journal
  {
    Comparison.Journal(file: file, earlier: earlier, header: header)
  }

  static let machine = Fingerprint.Machine(
    cpu: "Test", cores: 2, kernel: "Linux 6.1.0-18 x86_64", memoryBytes: nil, pinning: "0-1",
    clientBuild: "release")

  /// A record with blocks of these ratios of the first arm to the second, made up.
  ///
  /// - Parameter order: Of the n-th block.
  static func record(
    _ plan: RecordedPlan, ratios: [[Double]], order: (Int) -> BlockOrder = { _ in .abba }
  ) -> ComparisonRecord {
    var record = ComparisonRecord()
    record.add(.header(header))
    record.add(.plan(plan))
    record.add(
      .fingerprint(
        Fingerprint(
          machine: machine, arms: plan.arms.map { .init(name: $0.name, environment: ["version": "1"]) },
          catalog: "c")))
    record.add(.equivalence(EquivalenceRecord(operations: 700)))
    for (workload, ratios) in zip(plan.workloads, ratios) {
      for (number, ratio) in ratios.enumerated() {
        var block = block(workload, number, ratio: ratio)
        block.order = order(number).rawValue
        record.add(.block(block))
      }
    }
    record.add(.invariants(InvariantsRecord(arm: 0, checked: "")))
    record.add(.invariants(InvariantsRecord(arm: 1, checked: "")))
    record.add(.end(EndRecord(status: .complete, exitStatus: 0)))
    return record
  }

  static func block(
    _ workload: String, _ number: Int, ratio: Double, isDisturbed: Bool = false, isVoid: Bool = false
  )
    -> BlockRecord
  {
    var latency = LatencyHistogram()
    for value in 1...500 { latency.record(nanoseconds: UInt64(value * 1_000)) }
    let segments = [(0, 0), (1, 0), (1, 1), (0, 1)].map { arm, slice in
      BlockRecord.Segment(
        arm: arm, slice: slice, first: (2 * number + slice) * 1_000, operations: 1_000,
        elapsedNanoseconds: UInt64(1e9 * (arm == 0 ? 1 : ratio)), succeeded: 999, failures: ["contended": 1],
        dropped: 0,
        traceHash: traceHashText(UInt64(number + slice)), cpuSeconds: ["client": 0.01])
    }
    return BlockRecord(
      workload: workload, number: number, attempt: 0, order: "ABBA", startedSeconds: Double(number) * 5,
      foreignCores: isDisturbed ? 0.5 : 0.01, isDisturbed: isDisturbed, isVoid: isVoid, segments: segments,
      latency: [RecordedHistogram(latency), RecordedHistogram(latency)])
  }

  /// A block under a load whose 2,000 responses of each arm are 1 µs to 2 ms, with as many misses of the second arm.
  static func openBlock(_ workload: String, _ number: Int, rate: Double, misses: Int = 0)
    -> OpenLoopBlockRecord
  {
    var times = OpenLoopTimes()
    for value in 1...2_000 {
      let ended = UInt64(value * 1_000)
      times.record(outcome(called: 0, began: 100, ended: ended, delivered: ended + 50))
    }
    let segments = [(0, 0), (1, 0), (1, 1), (0, 1)].map { arm, slice in
      let missed = arm == 1 ? misses / 2 : 0
      return BlockRecord.Segment(
        arm: arm, slice: slice, first: (2 * number + slice) * 1_000, operations: 1_000 + missed,
        elapsedNanoseconds: 1_000_000_000, succeeded: 1_000, failures: missed > 0 ? ["timeout": missed] : [:],
        dropped: 0, traceHash: traceHashText(1), cpuSeconds: ["client": 0.01])
    }
    return OpenLoopBlockRecord(
      workload: workload, ratePerSecond: rate, number: number, attempt: 0, order: "ABBA",
      startedSeconds: Double(number), foreignCores: 0.01, isDisturbed: false, isVoid: false,
      segments: segments, outstandingByThird: [[1, 1, 1], [100, 300, 500]],
      times: [RecordedTimes(times), RecordedTimes(times)])
  }

  private static func outcome(called: UInt64, began: UInt64, ended: UInt64, delivered: UInt64)
    -> OpenLoopRecorder.Outcome
  {
    var outcome = OpenLoopRecorder.Outcome(intended: 0, called: called, hash: 0)
    outcome.exchange = (began, ended)
    outcome.delivered = delivered
    return outcome
  }

  /// A load of instructors alone.
  static func load(arm: Int, rows: Int, seconds: Double) throws -> LoadRecord {
    let text = """
      {"arm":\(arm),"counts":{"instructors":\(rows)},"elapsedSeconds":\(seconds),"settleSeconds":0}
      """
    return try JSONDecoder().decode(LoadRecord.self, from: Data(text.utf8))
  }

  /// Twelve ratios about `ratio`, the same every time.
  static func ratios(_ ratio: Double, spread: Double = 0.02) -> [Double] {
    [0.3, -0.9, 0.6, -0.2, 1.1, -0.6, 0.1, -1.2, 0.8, 0.05, -0.45, 0.5].map { ratio * (1 + spread * $0) }
  }
}
