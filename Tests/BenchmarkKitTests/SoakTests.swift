import FoundationEssentials
import InstructorStore
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
    let soak = SoakRun(settings: settings, plan: plan)
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
    #expect(MarkdownReport.text(summary).contains("## Soak"))
    #expect(HTMLReport.text(summary, outcome.record)?.contains("Figures of the soak") == true)

    // What is there, whole, is not made again.
    var earlier = outcome.record
    earlier.soaks[1].untimed = nil
    var log = ResultsLog(earlier)
    let settings = Fixture.settings(try Fixture.catalog())
    let rounds = SoakRounds(
      settings: settings, arms: plan.arms, plan: SoakPlan(duration: .milliseconds(100)), serverProcesses: [],
      progress: .none)
    let again = (FakeTarget("one"), FakeTarget("two"))
    try await rounds.run(
      [try Fixture.prepared("instructor-update", settings.context)], on: [again.0, again.1], &log)
    #expect(again.0.calls.isEmpty && !again.1.calls.isEmpty)
    #expect(log.record.soaks.map(\.isComplete) == [true, true])
    #expect(log.record.soaks[0] == outcome.record.soaks[0])
  }

  @Test func aModeIsNamedOnlyWhereThereAreTwo() {
    #expect(Tables.name("MongoDB", .direct, among: [.direct, .direct]) == "MongoDB")
    #expect(Tables.name("MongoDB", .direct, among: [.direct, .batched]) == "MongoDB direct")
  }
}
