import FoundationEssentials
import Testing

@testable import BenchmarkKit

/// The loads that a comparison offers to both arms.
@Suite struct OpenLoopRoundsTests {
  private static func plan(_ workloads: [String], rates: [Double], blocks: Int, provisional: Int? = 1)
    -> RecordedPlan
  {
    var plan = Fixture.plan(workloads, provisional: provisional)
    plan.openLoop = OpenLoopPlan(rates: rates, arrivals: .constant, blocks: blocks, segmentSeconds: 0.05)
    return plan
  }

  private static func run(
    _ plan: RecordedPlan, _ file: ResultsFile? = nil, earlier: ComparisonRecord = ComparisonRecord(),
    progress: ProgressSink = .none
  ) async throws -> ComparisonOutcome {
    try await Fixture.comparison(plan, progress: progress).run(
      targets: (FakeTarget("one", address: "one"), FakeTarget("two", address: "two")), scratch: [],
      journal: Fixture.journal(file, earlier: earlier)
    ) { _ in }
  }

  @Test func everyWorkloadIsOfferedEveryRateAndBothArmsGetTheSame() async throws {
    let names = ["instructor-get", "review-create"]
    let outcome = try await Self.run(Self.plan(names, rates: [400, 1_000], blocks: 1))
    #expect(outcome.failure == nil, "\(String(describing: outcome.failure))")
    let blocks = outcome.record.openBlocks
    #expect(blocks.map(\.workload) == ["instructor-get", "instructor-get", "review-create", "review-create"])
    #expect(blocks.map(\.ratePerSecond) == [400, 1_000, 400, 1_000])
    for block in blocks {
      #expect(block.segments.map(\.arm) == (block.order == "ABBA" ? [0, 1, 1, 0] : [1, 0, 0, 1]))
      #expect(block.segments.allSatisfy { $0.operations == Int(block.ratePerSecond / 20) })
      for slice in 0..<2 {
        let hashes = block.segments.filter { $0.slice == slice }.map(\.traceHash)
        #expect(hashes.count == 2 && Set(hashes).count == 1, "\(block.workload)")
      }
    }
    // No operation is timed twice, in the closed loop neither.
    let segments =
      outcome.record.blocks.filter { $0.workload == "review-create" }.flatMap { $0.segments(of: 0) }
      + blocks.filter { $0.workload == "review-create" }.flatMap { $0.segments(of: 0) }
    let slices = segments.map { $0.first..<$0.first + $0.operations }
      .sorted { $0.lowerBound < $1.lowerBound }
    #expect(slices.count == 6)
    for (earlier, later) in zip(slices, slices.dropFirst()) {
      #expect(earlier.upperBound <= later.lowerBound)
    }
    // What the servers do for themselves comes from these writes too.
    for own in outcome.record.maintenance {
      let writes =
        outcome.record.blocks(of: "review-create").flatMap { $0.segments(of: own.arm) }
        + blocks.filter { $0.workload == "review-create" }.flatMap { $0.segments(of: own.arm) }
      #expect(own.operations == writes.reduce(0) { $0 + $1.succeeded })
    }
    #expect(outcome.record.maintenance.count == 2)
    let summary = try #require(ComparisonSummary(outcome.record))
    #expect(summary.invariantsChecked)
    let loads = try #require(summary.openLoop)
    #expect(loads.map(\.ratePerSecond) == [400, 1_000, 400, 1_000])
    for figures in loads.flatMap(\.arms) {
      #expect(figures.scheduled == figures.succeeded + figures.failed + figures.dropped)
      #expect(figures.misses == 0 && figures.latency.response.p50 != nil)
      #expect(figures.latency.response.p99 == nil, "too few for p99")
    }
  }

  @Test func anInterruptedRunGoesOnWhereItEnded() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let plan = Self.plan(["instructor-get"], rates: [400], blocks: 3)
    let file = try ResultsFile.create(in: folder.path)
    let (reached, continuation) = AsyncStream<Void>.makeStream()
    let progress = ProgressSink(
      step: { if $0.contains("open loop, 1 of 3 rounds done") { continuation.finish() } }, update: { _ in })
    let work = Task { try await Self.run(plan, file, progress: progress) }
    for await _ in reached {}
    work.cancel()
    let outcome = try await work.value
    #expect(outcome.failure?.status == .interrupted)
    let earlier = outcome.record
    #expect((1..<3).contains(earlier.openBlocks.count))
    #expect(ComparisonSummary(earlier)?.openLoop?.first?.blocks == earlier.openBlocks.count)

    let resumed = try await Self.run(plan, file, earlier: earlier)
    #expect(resumed.failure == nil, "\(String(describing: resumed.failure))")
    let record = try ResultsFile.read(from: folder.path)
    #expect(record.openBlocks.map(\.number) == [0, 1, 2])
    #expect(record.openBlocks.first == earlier.openBlocks.first)
    #expect(record.blocks == earlier.blocks, "the closed loop was done")
    #expect(ComparisonSummary(record)?.openLoop?.first?.blocks == 3)
  }

  @Test func noRoundBeginsOnceTimeIsUp() async throws {
    var plan = Self.plan(["instructor-get"], rates: [400], blocks: 3)
    plan.timeLimitSeconds = 1e-6
    let outcome = try await Self.run(plan)
    #expect(outcome.record.openBlocks.isEmpty)
    #expect(outcome.record.end?.status == .timeIsUp)
  }

  private static func summary(misses: Int) throws -> ComparisonSummary {
    var record = Fixture.record(
      plan(["instructor-get"], rates: [1_000], blocks: 6, provisional: 2), ratios: [[2, 2]])
    for number in 0..<6 {
      record.add(.openBlock(Fixture.openBlock("instructor-get", number, rate: 1_000, misses: misses)))
    }
    return try #require(ComparisonSummary(record))
  }

  @Test func missesAreSlowerThanAnyAnswer() throws {
    let arms = try #require(Self.summary(misses: 40).openLoop?.first).arms
    #expect(arms.map(\.misses) == [0, 240])
    #expect(arms[0].latency.response.p99 != nil && arms[0].latencyIntervals["p99"] != nil)
    #expect(arms[1].latency.response.p95 != nil && arms[1].latencyIntervals["p95"] != nil)
    // One in fifty missed.
    #expect(arms[1].latency.response.p99 == nil && arms[1].latencyIntervals["p99"] == nil)
    #expect(arms[1].latency.service.p99 != nil, "of those that were answered")
    #expect(arms.map(\.status) == [.valid, .overloaded])
    let mean = { (times: OpenLoopSummary.Times) in
      [times.lag, times.queue, times.service].reduce(0) { $0 + ($1.mean ?? 0) }
    }
    let response = try #require(arms[0].latency.response.mean)
    let sum = mean(arms[0].latency)
    #expect(abs(Double(sum) - Double(response)) <= 0.002 * Double(response), "lag + queue + service")
    #expect(arms[0].latency.delivery.p50 == 50)
  }

  @Test func assertionsMayBeAboutAnOfferedLoad() throws {
    let summary = try Self.summary(misses: 40)
    func failure(_ text: String) throws -> String? {
      let assertion = try Assertion(text)
      try assertion.requireNames(.comparison(summary.plan))
      return assertion.failure(in: summary)
    }
    #expect(try failure("one.instructor-get@1000.response.p99<5ms") == nil)
    #expect(try failure("one.instructor-get@1000.service.p50<1us")?.contains("it is ") == true)
    #expect(try failure("one.instructor-get@1000.cpu.client<20us") == nil)
    #expect(try failure("two.instructor-get@1000.misses.count<240") != nil)
    #expect(try failure("two.instructor-get@1000.response.p50<1s")?.contains("overloaded") == true)
    for text in ["one.instructor-get@500.response.p99<5ms", "ratio.instructor-get@1000.throughput.lower>1"] {
      let refused = #expect(throws: BenchmarkFailure.self) { try failure(text) }
      #expect(refused?.status == .usage, "\(text)")
    }
    #expect(Assertion.subject("a", ratePerSecond: 0.5) == "a@0.5")
    #expect(try Assertion("one.a@0.5.response.p50<1s").path.workload == "a@0.5")
  }

  @Test func everyReportShowsThem() throws {
    let summary = try Self.summary(misses: 40)
    let text = ComparisonTables.openLoop(summary).joined(separator: "\n")
    #expect(text.contains("overloaded") && text.contains("1,000"), "\(text)")
    let notes = ComparisonTables.notes(summary).joined(separator: "\n")
    #expect(notes.contains("instructor-get at 1,000 calls/s on two: overloaded"), "\(notes)")
    let csv = CSVReport.text(summary).split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(csv.count == 5 && csv.allSatisfy { $0.count == 36 })
    #expect(csv[4][24..<27] == ["open", "1000.0", "overloaded"])
    #expect(MarkdownReport.text(summary).contains("## Open loop"))
    let data = try JSONText.of(summary)
    #expect(try JSONDecoder().decode(ComparisonSummary.self, from: data) == summary)
    let without = try #require(
      ComparisonSummary(Fixture.record(Fixture.plan(["instructor-get"]), ratios: [[2]])))
    #expect(without.openLoop == nil && ComparisonTables.openLoop(without).isEmpty)
    #expect(!MarkdownReport.text(without).contains("Open loop"))
  }

  @Test(arguments: [(100.0, 8.75), (1_000, 2), (50, 10), (50_000, 2)])
  func segmentsAreAsLongAsP99Takes(rate: Double, seconds: Double) {
    #expect(OpenLoopPlan(rates: [rate]).segment(ratePerSecond: rate) == .seconds(seconds))
  }
}
