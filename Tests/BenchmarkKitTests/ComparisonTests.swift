import InstructorStore
import Testing

@testable import BenchmarkKit

@Suite struct ComparisonTests {
  private static let plan = ComparisonPlan(
    blocks: 2, segment: .milliseconds(5), warmUp: .milliseconds(5), loads: 2, mostLoadedInstructors: 100)

  private func comparison(_ entries: [WorkloadEntry], plan: ComparisonPlan = Self.plan) throws -> Comparison {
    Comparison(
      settings: Fixture.settings(try Fixture.catalog()), plan: plan, entries: entries, progress: .none)
  }

  @Test func everyWorkloadHasItsBlocksAndBothArmsDidTheSame() async throws {
    let targets = (FakeTarget("one"), FakeTarget("two"))
    let scratch = [FakeTarget("scratch one"), FakeTarget("scratch two")]
    var rounds: [Int] = []
    let result = try await comparison(WorkloadRegistry.all).run(targets: targets, scratch: scratch) {
      rounds.append($0.roundsDone)
    }
    #expect(result.stopped == nil, "\(String(describing: result.failure))")
    #expect(rounds == [1, 2])
    #expect(result.comparisons.map(\.workload) == WorkloadRegistry.all.map(\.name))
    for entry in result.comparisons where entry.workload != "bulk-load" {
      #expect(entry.blocks == 2)
      #expect(entry.arms[0].traceHash == entry.arms[1].traceHash)
      #expect(entry.arms[0].ledger == entry.arms[1].ledger)
      #expect(entry.arms.allSatisfy { $0.ledger.isBalanced })
      let ratio = try #require(entry.ratio)
      #expect(ratio.minimum <= ratio.median && ratio.median <= ratio.maximum)
    }
    let loads = try #require(result.comparisons.last)
    #expect(loads.loadSeconds.map(\.count) == [2, 2])
    for target in scratch {
      #expect(target.calls == ["prepare", "open", "settle", "remove", "prepare", "open", "settle", "remove"])
    }
    for target in [targets.0, targets.1] { #expect(target.calls == ["prepare", "open", "settle"]) }
  }

  @Test func roundKRunsBlockKOfEveryWorkload() async throws {
    let entries = try WorkloadRegistry.select(["instructor-get", "course-team"])
    let result = try await comparison(entries).run(
      targets: (FakeTarget("one"), FakeTarget("two")), scratch: []
    ) { _ in }
    #expect(result.blocks.map(\.number) == [0, 0, 1, 1])
    #expect(
      result.blocks.map(\.workload) == ["instructor-get", "course-team", "instructor-get", "course-team"])
    for block in result.blocks {
      #expect(block.order == BlockOrder(seed: 7, workload: block.workload, block: block.number))
      #expect(block.segments.map(\.arm) == block.order.segments.map(\.arm))
    }
    // No operation is timed twice.
    let slices = result.blocks.filter { $0.workload == "course-team" }
      .flatMap { $0.segments(of: 0) }.map(\.result.touched).sorted { $0.lowerBound < $1.lowerBound }
    for (earlier, later) in zip(slices, slices.dropFirst()) {
      #expect(earlier.upperBound <= later.lowerBound)
    }
  }

  @Test func aCancelledComparisonKeepsWhatItHas() async throws {
    let comparison = try comparison(
      try WorkloadRegistry.select(["instructor-get"]),
      plan: ComparisonPlan(blocks: 1_000, segment: .milliseconds(5), warmUp: .milliseconds(5)))
    let (firstRound, continuation) = AsyncStream<Void>.makeStream()
    let work = Task {
      try await comparison.run(targets: (FakeTarget("one"), FakeTarget("two")), scratch: []) { _ in
        continuation.finish()
      }
    }
    for await _ in firstRound {}
    work.cancel()
    let result = try await work.value
    #expect(result.failure?.status == .interrupted)
    #expect((1..<1_000).contains(result.roundsDone))
    #expect(Tables.footer(result).first == "PARTIAL: the run ended early.")
  }

  @Test func aBackendThatDiesIsReportedWithWhatCameBefore() async throws {
    let dying = FakeTarget("dying") { store in
      // Survives the gate and the warm-up, not the measurement.
      DecoratedStore(
        base: store, instructors: FailingGets(base: store.instructors, code: .unreachable) { $0 > 60_000 })
    }
    let plan = ComparisonPlan(blocks: 1_000, segment: .milliseconds(5), warmUp: .milliseconds(1))
    let result = try await comparison(try WorkloadRegistry.select(["instructor-get"]), plan: plan)
      .run(targets: (FakeTarget("one"), dying), scratch: []) { _ in }
    #expect(result.failure?.status == .unavailable)
    #expect(result.failure?.message.contains("dying stopped answering in instructor-get") == true)
  }

  @Test func somebodyElsesObjectsStopItBeforeAnythingIsTouched() async throws {
    let target = FakeTarget("theirs", state: .foreign("table customers"))
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await Loader.requireOwnership(of: target, place: "'dbbench'")
    }
    #expect(failure?.status == .foreignTarget)
    #expect(failure?.message.contains("table customers") == true)
    #expect(failure?.message.contains("--schema") == true)
    #expect(target.calls == ["inspect"])
  }

  @Test func writesThatAreNotUndoneVoidTheRun() async throws {
    let target = FakeTarget("leaky") { store in
      DecoratedStore(base: store, instructors: IgnoredDeletes(base: store.instructors))
    }
    let single = SingleRun(
      settings: Fixture.settings(try Fixture.catalog()), length: .operations(100))
    let workloads = [try Fixture.prepared("instructor-create", Fixture.context(Fixture.catalog()))]
    let results = ResultBox()
    let failure = await #expect(throws: BenchmarkFailure.self) {
      try await single.run(workloads, on: target, progress: .none) { results.add($0) }
    }
    #expect(failure?.status == .mismatch)
    #expect(results.count == 1)
  }

  @Test(arguments: ["instructor-get", "instructor-delete"])
  func aRunMeasuresExactlyTheOperationsAsked(name: String) async throws {
    let catalog = try Fixture.catalog()
    let single = SingleRun(settings: Fixture.settings(catalog), length: .operations(2_345))
    let workload = try Fixture.prepared(name, Fixture.context(catalog))
    var results: [RunResult] = []
    try await single.run([workload], on: FakeTarget(), progress: .none) { results.append($0) }
    let result = try #require(results.first)
    #expect(result.ledger.scheduled == 2_345)
    #expect(result.ledger.isBalanced)
    #expect(result.traceHash == workload.traceHash(0..<2_345))
    #expect(result.throughputPerSecond > 0)
  }
}

private final class ResultBox {
  private var results: [RunResult] = []
  func add(_ result: RunResult) { results.append(result) }
  var count: Int { results.count }
}
