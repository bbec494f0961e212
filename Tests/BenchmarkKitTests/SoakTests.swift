import FoundationEssentials
import InstructorStore
import StoreDecorators
import Testing

@testable import BenchmarkKit

@Suite struct SoakTests {
  @Test func theHashIsThatOfTheWholeTraceThatRan() async throws {
    let catalog = try Fixture.catalog()
    let settings = Fixture.settings(catalog)
    let workload = try Fixture.prepared("instructor-get", settings.context)
    var results: [SoakResult] = []
    var plan = SoakPlan(duration: .milliseconds(100))
    plan.watch = .milliseconds(1)
    let soak = SoakRun(settings: settings, plan: plan, servers: [])
    try await soak.run(
      [workload], on: FakeTarget(), processorSeconds: { nil }, progress: .none, each: { results.append($0) })
    let result = try #require(results.first)
    #expect(result.ledger.scheduled > 0 && result.ledger.scheduled == result.ledger.succeeded)
    #expect(result.traceHash == workload.traceHash(0..<result.ledger.scheduled))
    let json = String(decoding: try JSONText.of(result), as: UTF8.self)
    #expect(json.contains("\"traceHash\" : \"\(traceHashText(result.traceHash))\""), "\(json)")
    #expect(json.contains("\"dispatch\" : \"direct\""), "\(json)")
  }

  @Test func aComparisonSoaksOneArmAfterTheOther() async throws {
    var plan = Fixture.plan(["instructor-update"], provisional: 1)
    plan.soakSeconds = 0.1
    let targets = (FakeTarget("one"), FakeTarget("two"))
    let outcome = try await Fixture.comparison(plan).run(
      targets: targets, scratch: [], journal: Fixture.journal()
    ) { _ in }
    #expect(outcome.failure == nil, "\(String(describing: outcome.failure))")
    #expect(outcome.record.soaks.map(\.arm) == [0, 1])
    #expect(outcome.record.soaks.allSatisfy { $0.isComplete && $0.ledger.succeeded > 0 })
    // Loaded anew: what a soak changes stays.
    for target in [targets.0, targets.1] {
      #expect(target.calls.count { $0 == "prepare" } == 2 && target.calls.last == "settle")
    }
    let summary = try #require(ComparisonSummary(outcome.record))
    #expect(summary.soaks == outcome.record.soaks)
    let data = try JSONText.of(summary)
    #expect(try JSONDecoder().decode(ComparisonSummary.self, from: data) == summary)
    #expect(String(decoding: data, as: UTF8.self).contains("\"maintenanceDebt\""))
    #expect(ComparisonTables.soaks(summary).count == 3)
    let csv = CSVReport.text(summary).split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(csv.count == 5 && csv.allSatisfy { $0.count == 36 })
    #expect(csv[4][0..<2] == ["instructor-update", "two"] && csv[4][24..<27] == ["soak", "", "complete"])
    for (text, holds) in [
      ("one.instructor-update@soak.throughput.minimum>0", true),
      ("two.instructor-update@soak.throughput.mean<1", false),
      ("two.instructor-update@soak.errors.count<=0", true),
    ] {
      let assertion = try Assertion(text)
      try assertion.requireNames(.comparison(summary.plan))
      #expect((assertion.failure(in: summary) == nil) == holds, "\(text)")
    }
    #expect(MarkdownReport.text(summary).contains("## Soak"))
    #expect(HTMLReport.text(summary, outcome.record)?.contains("Figures of the soak") == true)

    // What is there, whole, is not made again.
    var earlier = outcome.record
    earlier.soaks[1].untimed = nil
    var log = ResultsLog(earlier)
    let settings = Fixture.settings(try Fixture.catalog())
    let rounds = SoakRounds(
      settings: settings, arms: plan.arms, plan: SoakPlan(duration: .milliseconds(100)), serverProcesses: [],
      monitor: CPUMonitor(servers: []), progress: .none)
    let again = (FakeTarget("one"), FakeTarget("two"))
    try await rounds.run(
      [try Fixture.prepared("instructor-update", settings.context)], on: [again.0, again.1], &log)
    #expect(again.0.calls.isEmpty && !again.1.calls.isEmpty)
    #expect(log.record.soaks.map(\.isComplete) == [true, true])
    #expect(log.record.soaks[0] == outcome.record.soaks[0])
  }

  /// Instructors that are made to be deleted are work for us, and no bill that comes later.
  @Test func whatIsPreparedIsNoDebt() async throws {
    let settings = Fixture.settings(try Fixture.catalog())
    let written = CallCounter()
    let target = FakeTarget(address: "here", written: written) { store in
      // Other calls write as well, but those are none of the workload's.
      DecoratedStore(
        base: store,
        instructors: CountedCreates(base: store.instructors, written: written, bytesEach: 1_000_000))
    }
    var plan = SoakPlan(duration: .milliseconds(100))
    // Too short for all that is prepared: what is left is there already.
    plan.window = .milliseconds(5)
    plan.watch = .milliseconds(1)
    var results: [SoakResult] = []
    try await SoakRun(settings: settings, plan: plan, servers: []).run(
      [try Fixture.prepared("instructor-delete", settings.context)], on: target, processorSeconds: { nil },
      progress: .none, each: { results.append($0) })
    let result = try #require(results.first)
    #expect(result.windows.count > 1 && result.ledger.failed == 0)
    let prepared = try #require(result.preparation?.writtenBytes)
    #expect(prepared >= 1_000_000 * result.ledger.succeeded && result.ledger.succeeded > 0)
    // Only that of being asked remains: a thousand bytes before and after each window, and what it needs.
    let untimed = try #require(result.untimed?.writtenBytes)
    #expect(untimed <= 2_000 * (2 * result.windows.count + 1), "\(untimed)")
  }

  @Test func aDisturbedSoakSaysSo() async throws {
    let settings = Fixture.settings(try Fixture.catalog())
    var plan = SoakPlan(duration: .milliseconds(50))
    plan.watch = .milliseconds(1)
    var results: [SoakResult] = []
    try await SoakRun(settings: settings, plan: plan, monitor: Fixture.monitor { _ in true }).run(
      [try Fixture.prepared("instructor-get", settings.context)], on: FakeTarget(), processorSeconds: { nil },
      progress: .none, each: { results.append($0) })
    let result = try #require(results.first)
    let count = result.windows.count
    #expect(count > 0 && result.windows.allSatisfy { $0.foreignCores == 1 }, "\(result.windows)")
    #expect(result.disturbedWindows == count)
    let note =
      "instructor-get on fake: something else used more than 5% of a core during \(count) of \(count)"
    #expect(Tables.footer([result]).last?.hasPrefix(note) == true, "\(Tables.footer([result]))")
  }

  @Test func aModeIsNamedOnlyWhereThereAreTwo() {
    #expect(Tables.name("MongoDB", .direct, among: [.direct, .direct]) == "MongoDB")
    #expect(Tables.name("MongoDB", .direct, among: [.direct, .batched]) == "MongoDB direct")
  }
}
