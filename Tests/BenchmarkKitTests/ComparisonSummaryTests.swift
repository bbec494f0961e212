import FoundationEssentials
import Testing

@testable import BenchmarkKit

@Suite struct ComparisonSummaryTests {
  private static let names = ["instructor-get", "course-team", "instructor-page"]

  private func summary(_ ratios: [[Double]]) throws -> ComparisonSummary {
    let plan = Fixture.plan(Self.names, acceptsBusyMachine: false)
    return try #require(ComparisonSummary(Fixture.record(plan, ratios: ratios)))
  }

  private func decided() throws -> ComparisonSummary {
    try summary([Fixture.ratios(3.2), Fixture.ratios(1 / 2.5), Fixture.ratios(1.01, spread: 0.01)])
  }

  @Test func verdictsAreInPlainWords() throws {
    let summary = try decided()
    #expect(
      summary.workloads.map(\.text) == [
        "one 3.2× (3.2–3.2), 12/12 blocks agree", "two 2.5× (2.5–2.5), 12/12 blocks agree",
        "equivalent: one 1.01× (1.01–1.02), inside ±5%",
      ])
    #expect(summary.isConclusive)
    let open = try self.summary([
      Fixture.ratios(1.05, spread: 0.1), Fixture.ratios(1.05, spread: 0.4), [1.5, 2],
    ])
    #expect(open.workloads.allSatisfy { $0.verdict.kind == .provisional }, "the look needs all workloads")
    #expect(open.workloads[2].text == "no verdict yet: one 1.73× (1.50–2.00), 2/2 blocks")
    let looked = try self.summary([
      Fixture.ratios(1.08, spread: 0.12), Fixture.ratios(1.05, spread: 0.4), Fixture.ratios(1),
    ])
    #expect(looked.workloads[0].text.hasPrefix("inconclusive: one 1.08× ("), "\(looked.workloads[0].text)")
    #expect(looked.workloads[0].text.contains("--more goes on to 24"), "\(looked.workloads[0].text)")
    #expect(
      looked.workloads[1].text.hasPrefix("not decidable on this machine: "), "\(looked.workloads[1].text)")
    #expect(!looked.isConclusive)
  }

  @Test func theLedgerTheHashesAndTheCPUTimesAreSums() throws {
    let figures = try decided().workloads[0].arms[0]
    #expect(figures.scheduled == 24_000)
    #expect(figures.scheduled == figures.succeeded + figures.failed + figures.dropped)
    #expect(figures.errorsByCode == ["contended": 24])
    #expect(figures.traceHash == traceHashText(UInt64((0..<12).map { 2 * $0 + 1 }.reduce(0, +))))
    #expect((try #require(figures.cpuMicrosecondsPerOperation["client"]) - 10).magnitude < 1e-9)
    #expect(figures.latency.p50 != nil && figures.latency.p999 == nil)
    #expect(figures.latencyIntervals["p50"] != nil && figures.latencyIntervals["p99"] == nil)
    #expect(figures.noise == 0)
  }

  @Test func voidBlocksCountNowhere() throws {
    let plan = Fixture.plan([Self.names[0]], acceptsBusyMachine: false)
    var record = Fixture.record(plan, ratios: [Fixture.ratios(2)])
    let before = try #require(ComparisonSummary(record))
    record.add(.block(Fixture.block(Self.names[0], 3, ratio: 50, isDisturbed: true, isVoid: true)))
    let after = try #require(ComparisonSummary(record))
    #expect(after.workloads == before.workloads)
    #expect(after.voidReason == nil)
    #expect((after.disturbance.disturbed, after.disturbance.void) == (1, 1))
  }

  @Test func aBusyMachineVoidsTheVerdictsUnlessItIsAccepted() throws {
    var plan = Fixture.plan([Self.names[0]], acceptsBusyMachine: false)
    var record = Fixture.record(plan, ratios: [Array(Fixture.ratios(2).prefix(11))])
    record.add(.block(Fixture.block(Self.names[0], 11, ratio: 2, isDisturbed: true)))
    let summary = try #require(ComparisonSummary(record))
    #expect(summary.voidReason?.hasPrefix("machine too busy") == true)
    #expect(!summary.isConclusive)
    #expect(ComparisonTables.verdicts(summary).first?.contains("void (one 2.0×") == true)
    plan.acceptsBusyMachine = true
    record.add(.plan(plan))
    #expect(try #require(ComparisonSummary(record)).isConclusive)
  }

  @Test func aFifthOfTheBlocksUpToTheNextLookMayBeVoid() throws {
    // A load has no blocks.
    let recorded = Fixture.plan(["instructor-get", "course-team", "bulk-load"], looks: 2)
    let plan = ComparisonPlan(recorded: recorded)
    var record = Fixture.record(recorded, ratios: [Fixture.ratios(2), Fixture.ratios(1.08, spread: 0.12)])
    #expect(plan.mostVoids(upTo: 12, record) == 4)
    let verdicts = Dictionary(uniqueKeysWithValues: zip(record.timedWorkloads, record.verdicts))
    record.add(.look(LookRecord(number: 1, verdicts: verdicts)))
    #expect(record.decidedWorkloads == ["instructor-get"])
    // The decided one keeps its twelve.
    #expect(plan.mostVoids(upTo: 24, record) == 7)
  }

  @Test func aProvisionalRunHasNothingToVoid() throws {
    var plan = Fixture.plan([Self.names[0]], acceptsBusyMachine: false)
    plan.provisionalBlocks = 2
    var record = Fixture.record(plan, ratios: [Array(Fixture.ratios(2).prefix(1))])
    record.add(.block(Fixture.block(Self.names[0], 1, ratio: 2, isDisturbed: true)))
    let summary = try #require(ComparisonSummary(record))
    #expect(summary.voidReason == nil)
    #expect(summary.disturbance.disturbed == 1)
    #expect(!summary.isConclusive)
  }

  @Test func theFilesHoldWhatTheSummarySays() throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let summary = try decided()
    let record = Fixture.record(
      Fixture.plan(Self.names, acceptsBusyMachine: false),
      ratios: [Fixture.ratios(3.2), Fixture.ratios(1 / 2.5), Fixture.ratios(1.01, spread: 0.01)])
    try ReportFiles.write(summary, of: record, to: folder.path)
    #expect(try ReportFiles.read(from: folder.path) == summary)
    let csv = CSVReport.text(summary).split(separator: "\r\n")
    #expect(csv.count == 7)
    #expect(csv.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 36 })
    let markdown = MarkdownReport.text(summary)
    #expect(
      markdown.contains(
        "| instructor-get | one 3.2× (3.2–3.2), 12/12 blocks agree; CPU per operation 10.0 µs against 10.0 µs | 0.0015 | 12 | 3.20 / - |"
      ))
    #expect(markdown.contains("dbbench compare"))
  }

  @Test(arguments: [
    ("ratio.instructor-get.throughput.lower>1.2", true), ("ratio.instructor-get.throughput.lower > 4", false),
    ("one.instructor-get.throughput.median>=900", true), ("two.instructor-get.response.p50<=1ms", true),
    ("two.instructor-get.response.p50<10us", false), ("two.instructor-get.errors.count<=24", true),
    ("two.instructor-get.errors.count<24", false), ("one.instructor-get.response.p999<1s", false),
    ("one.instructor-get.cpu.client<10.1us", true), ("one.instructor-get.cpu.client<9us", false),
    ("one.instructor-get.cpu.total<1s", false), ("one.instructor-get.noise.rms<0.01", true),
    ("one.instructor-get.noise.rms>0.5", false),
  ]) func assertionsAreCheckedAgainstTheFigures(text: String, holds: Bool) throws {
    let assertion = try Assertion(text)
    let summary = try decided()
    try assertion.requireNames(.comparison(summary.plan))
    let failure = assertion.failure(in: summary)
    #expect((failure == nil) == holds, "\(failure ?? "holds")")
  }

  @Test(arguments: [
    "x", "a.b.c<1", "a.b.c.d", "a.b.c.d<x", "thre.instructor-get.throughput.median>1",
    "one.instructor-gte.throughput.median>1", "one.instructor-get.speed.median>1",
    "one.instructor-get.response.p98<1ms",
    "ratio.instructor-get.throughput.median>1",
  ]) func assertionsAboutNothingAreRefused(text: String) throws {
    let failure = #expect(throws: BenchmarkFailure.self) {
      let assertion = try Assertion(text)
      try assertion.requireNames(.comparison(Fixture.plan(Self.names)))
    }
    #expect(failure?.status == .usage)
  }

  /// A load has one figure of each arm, and the others are refused before anything is measured.
  @Test func assertionsAboutALoadAreAboutItsRowsASecond() throws {
    let plan = Fixture.plan(["instructor-get", "bulk-load"])
    try Assertion("one.bulk-load.throughput.median>1").requireNames(.comparison(plan))
    for text in ["one.bulk-load.response.p99<1s", "ratio.bulk-load.throughput.lower>1"] {
      let failure = #expect(throws: BenchmarkFailure.self) {
        try Assertion(text).requireNames(.comparison(plan))
      }
      #expect(failure?.status == .usage, "\(text)")
    }
    var record = Fixture.record(plan, ratios: [Fixture.ratios(2)])
    for arm in 0...1 {
      record.add(.bulkLoad(try Fixture.load(arm: arm, rows: 1_000, seconds: arm == 0 ? 1 : 2)))
    }
    let summary = try #require(ComparisonSummary(record))
    #expect(try Assertion("one.bulk-load.throughput.median>=1000").failure(in: summary) == nil)
    #expect(try Assertion("two.bulk-load.throughput.median>=1000").failure(in: summary) != nil)
  }

  @Test func anIntervalOfAPercentileIsThatOfTheSignTest() throws {
    func histogram(_ value: Int, count: Int = 300) -> LatencyHistogram {
      var histogram = LatencyHistogram()
      for _ in 0..<count { histogram.record(nanoseconds: UInt64(value)) }
      return histogram
    }
    // With 12 values the third smallest and the third largest: P(fewer than 3 heads of 12) = 79 / 4096.
    let interval = try #require(LatencyInterval.all(of: (1...12).map { histogram($0 * 10) })["p50"])
    #expect((interval.lower, interval.upper, interval.median) == (30, 100, 65))
    #expect(LatencyInterval.all(of: (1...5).map { histogram($0 * 10) }).isEmpty)
    #expect(LatencyInterval.all(of: (1...12).map { histogram($0 * 10) })["p99"] == nil)
  }

  /// A stall in one block moves the whole run's percentile out of the interval of the median over blocks.
  @Test func aPercentileStandsBesideTheIntervalOfItsOwnEstimator() throws {
    var summary = try decided()
    summary.workloads[0].arms[0].latency.p95 = 757_000
    var stalled = LatencyHistogram()
    for _ in 0..<300 { stalled.record(nanoseconds: 650_000) }
    let interval = try #require(
      LatencyInterval.all(of: [LatencyHistogram](repeating: stalled, count: 12))["p95"])
    summary.workloads[0].arms[0].latencyIntervals["p95"] = interval
    let (middle, low) = (Quantity.latency(interval.median), Quantity.latency(interval.lower))
    let record = Fixture.record(
      summary.plan,
      ratios: [Fixture.ratios(3.2), Fixture.ratios(1 / 2.5), Fixture.ratios(1.01, spread: 0.01)])
    let html = try #require(HTMLReport.text(summary, record))
    for (name, report) in [("report.md", MarkdownReport.text(summary)), ("report.html", html)] {
      #expect(report.contains("\(middle) (\(low)–"), "\(name)")
      #expect(report.contains(" / 757 µs / "), "\(name)")
      #expect(!report.contains("757 µs ("), "\(name)")
    }
    let text = try #require(ComparisonTables.notes(summary).first { $0.contains("median over blocks") })
    #expect(text.contains("whole run"))
  }

  @Test func timesOfAnOperationHaveAFittingUnit() throws {
    var summary = try decided()
    summary.workloads[0].cpuMicroseconds = [28_947, 117_833]
    #expect(summary.workloads[0].line.hasSuffix("CPU per operation 28.9 ms against 118 ms"))
    #expect(Quantity.microseconds(0.77) == "770 ns" && Quantity.microseconds(.infinity) == "-")
    let record = Fixture.record(
      summary.plan,
      ratios: [Fixture.ratios(3.2), Fixture.ratios(1 / 2.5), Fixture.ratios(1.01, spread: 0.01)])
    #expect(HTMLReport.text(summary, record)?.contains("28.9 ms against 118 ms") == true)
  }

  @Test func aTailFromFewBlocksIsOneEvent() {
    var quiet = LatencyHistogram()
    for value in 0..<5_000 { quiet.record(nanoseconds: UInt64(1_000 + value)) }
    var stalled = quiet
    for _ in 0..<700 { stalled.record(nanoseconds: 900_000_000) }
    func isOneEvent(_ blocks: [LatencyHistogram]) -> Bool {
      var merged = LatencyHistogram()
      for block in blocks { merged.add(block) }
      return LatencyInterval.isOneEvent(merged, blocks: blocks)
    }
    #expect(!isOneEvent([LatencyHistogram](repeating: quiet, count: 12)))
    #expect(isOneEvent([LatencyHistogram](repeating: quiet, count: 11) + [stalled]))
    // No five blocks, and no p99 at all.
    #expect(isOneEvent([LatencyHistogram](repeating: quiet, count: 4)))
    #expect(!isOneEvent([quiet]))
  }

  @Test func oneEventIsSaidOfTheP99AndOnlyWhereThereIsOne() throws {
    var summary = try decided()
    #expect(summary.workloads[0].arms[0].latency.p99 == nil && !summary.workloads[0].arms[0].isP99OneEvent)
    #expect(ComparisonTables.footnotes(summary).isEmpty)
    summary.workloads[0].arms[1].latency.p99 = 2_500_000
    summary.workloads[0].arms[1].isP99OneEvent = true
    summary.workloads[0].arms[1].latencyIntervals["p99"] =
      summary.workloads[0].arms[1].latencyIntervals[
        "p50"]
    #expect(ComparisonTables.figures(summary).contains { $0.contains("- / 2.50 ms*") })
    #expect(ComparisonTables.notes(summary).contains { $0.hasPrefix("* One event") })
    #expect(MarkdownReport.text(summary).contains(" / 2.50 ms, one event |"))
    #expect(CSVReport.text(summary).contains(",true\r\n"))
  }
}
