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

  @Test func aModeIsNamedOnlyWhereThereAreTwo() {
    #expect(Tables.name("MongoDB", .direct, among: [.direct, .direct]) == "MongoDB")
    #expect(Tables.name("MongoDB", .direct, among: [.direct, .batched]) == "MongoDB direct")
  }
}
