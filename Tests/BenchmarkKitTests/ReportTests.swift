import FoundationEssentials
import InstructorStore
import Testing

@testable import BenchmarkKit

@Suite struct ReportTests {
  private func result(operations: Int) async throws -> RunResult {
    let catalog = try Fixture.catalog()
    let single = SingleRun(settings: Fixture.settings(catalog), length: .operations(operations))
    var results: [RunResult] = []
    try await single.run(
      [try Fixture.prepared("instructor-get", Fixture.context(catalog))], on: FakeTarget(), progress: .none
    ) { results.append($0) }
    return try #require(results.first)
  }

  /// The shape that `--json` promises.
  private struct RunObject: Decodable {
    struct Kinds: Decodable {
      let response: [String: UInt64?]
      let service: [String: UInt64?]?
      let lag: [String: UInt64?]?
      let queue: [String: UInt64?]?
      let delivery: [String: UInt64?]?
    }
    let backend, workload, dispatch, durability, traceHash: String
    let concurrency, connections, operations, errors: Int
    let seed: UInt64
    let elapsedSeconds, throughputPerSecond: Double
    let latency: Kinds
    let environment: [String: String]
  }

  @Test func aRunIsTheDocumentedObject() async throws {
    let data = try JSONText.of(try await result(operations: 20_000))
    let object = try JSONDecoder().decode(RunObject.self, from: data)
    #expect(object.backend == "fake")
    #expect(object.workload == "instructor-get")
    #expect(object.dispatch == "direct")
    #expect(object.durability == "none")
    #expect(object.operations == 20_000)
    #expect(object.errors == 0)
    #expect(object.seed == 7)
    #expect(object.traceHash.utf8.count == 16)
    #expect(object.throughputPerSecond > 0)
    let names: Set = ["p50", "p90", "p95", "p99", "p999", "max", "mean"]
    #expect(Set(object.latency.response.keys) == names)
    #expect(object.latency.response["p99"] != .some(nil))
    // In memory there is no exchange: the call is its own service.
    #expect(object.latency.service == object.latency.response)
    #expect(object.latency.queue?["max"] == 0 && object.latency.delivery?["max"] == 0)
    // Null and there, not left out.
    let text = String(decoding: data, as: UTF8.self)
    for key in ["p999", "lag"] {
      #expect(text.contains("\"\(key)\" : null"), "\(key)")
    }
  }

  /// docs/results-format.md has a row for each command, with the keys of its object.
  @Test func theKeysOfEveryObjectAreDocumented() async throws {
    let catalog = try Fixture.catalog()
    let settings = Fixture.settings(catalog)
    let workloads = [try Fixture.prepared("instructor-get", settings.context)]
    var objects = ["run": try JSONText.of(try await result(operations: 100))]
    let load = OfferedLoad(ratePerSecond: 1_000, duration: .milliseconds(50))
    var offered: [OpenLoopReport] = []
    try await OpenLoopRun(settings: settings, load: load)
      .run(workloads, on: FakeTarget(), progress: .none) { offered.append($0) }
    objects["run --rate"] = try JSONText.of(try #require(offered.first))
    var plan = SoakPlan(duration: .milliseconds(20))
    plan.watch = .milliseconds(1)
    var soaks: [SoakResult] = []
    try await SoakRun(settings: settings, plan: plan, servers: [])
      .run(
        workloads, on: FakeTarget(), processorSeconds: { nil }, progress: .none, each: { soaks.append($0) })
    objects["run --soak"] = try JSONText.of(try #require(soaks.first))
    let specification = try #require(Fixture.plan([]).arms.first)
    let capacity = CapacityResult(
      workload: "instructor-get", level: ServiceLevel(limit: .milliseconds(20)), percentile: 99,
      arms: [.init(specification: specification, rates: [100], environment: [:])],
      probes: [
        CapacityProbe(
          search: 0, arm: "one", backend: "fake", ratePerSecond: 100, first: 0, responseNanoseconds: 1,
          scheduled: 1, misses: 0, status: "valid", isUnder: true, traceHash: "")
      ], seed: 1, catalog: "", isOneMachine: true)
    objects["capacity"] = try JSONText.of(capacity)
    objects["Each of a capacity's `arms`"] = try JSONText.of(capacity.arms[0])
    objects["Its `probes`"] = try JSONText.of(capacity.probes[0])
    let loader = Loader(catalog: catalog, options: TargetOptions(), progress: .none)
    objects["load"] = try JSONText.of(try await loader.loadAndCheck(FakeTarget()))
    objects["verify"] = try JSONText.of(EquivalenceGate.Passed(operations: 1))
    let explanation = WorkloadExplanation([[ExplainedStatement(text: "SELECT 1")]])
    objects["explain"] = try JSONText.of(
      Explaining.Found(
        workload: "instructor-get", backend: "fake", displayName: "Fake", explanation: explanation))
    objects["doctor"] = try JSONText.of(DoctorReport())
    objects["validate"] = try JSONText.of(
      SensitivityValidation.Result(backend: "fake", scenario: SensitivityValidation.scenarios[0]))
    objects["simulate"] = try JSONText.of(SimulationReport(families: 1))
    let path =
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/docs/results-format.md"
    let document = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    let section = try #require(document.firstRange(of: "## What the other commands print")).upperBound
    let lines = document[section...].split(separator: "\n")
    let parts = [
      ("doctor", try JSONText.of(Finding("disk", "full", .bad, fix: "empty it"))),
      ("doctor", try JSONText.of(MeterCheck(name: "lag", isPassed: true, detail: "none"))),
      ("explanation", try JSONText.of(explanation)),
    ]
    for (name, data) in objects.map({ ($0, $1) }) + parts {
      // What is inside of an object is described below the table, what results have too above the heading.
      let row = lines.first { $0.hasPrefix("| `\(name)` |") }
      let text = String(row ?? (name == "explanation" ? document[..<section] : document[section...]))
      let object = try JSONDecoder().decode([String: Ignored].self, from: data)
      for key in object.keys { #expect(text.contains("`\(key)`"), "\(name): \(key)") }
    }
  }

  /// Any value.
  private struct Ignored: Decodable {
    init(from decoder: any Decoder) {}
  }

  @Test func percentilesWithoutEnoughSamplesAreNull() {
    func summary(_ count: Int) -> LatencySummary {
      var histogram = LatencyHistogram()
      for value in 0..<count { histogram.record(nanoseconds: UInt64(value + 1)) }
      return LatencySummary(histogram)
    }
    #expect(summary(0).p50 == nil && summary(0).max == nil && summary(0).mean == nil)
    #expect(summary(9_999).p99 == nil)
    #expect(summary(10_000).p99 != nil)
    #expect(summary(99_999).p999 == nil)
    #expect(summary(100_000).p999 != nil)
  }

  @Test func mergedHistogramsAreThatOfAllValues() {
    var whole = LatencyHistogram()
    var parts = [LatencyHistogram(), LatencyHistogram(), LatencyHistogram()]
    for value in 0..<30_000 {
      whole.record(nanoseconds: UInt64(value * 37))
      parts[value % 3].record(nanoseconds: UInt64(value * 37))
    }
    var merged = LatencyHistogram()
    for part in parts { merged.add(part) }
    #expect(LatencySummary(merged) == LatencySummary(whole))
  }

  @Test func medianAndExtremes() throws {
    #expect(MedianRange([]) == nil)
    let odd = try #require(MedianRange([3, 1, 2]))
    #expect((odd.median, odd.minimum, odd.maximum) == (2, 1, 3))
    #expect(MedianRange([4, 1])?.median == 2.5)
  }

  @Test func numbersAreWrittenForPeople() {
    #expect(Quantity.count(1_234_567) == "1,234,567")
    #expect(Quantity.count(999) == "999")
    #expect(Quantity.count(-1_000) == "-1,000")
    #expect(Quantity.latency(nil) == "-")
    #expect(Quantity.latency(850) == "850 ns")
    #expect(Quantity.latency(12_340) == "12.3 µs")
    #expect(Quantity.latency(1_234_000) == "1.23 ms")
    #expect(Quantity.latency(2_500_000_000) == "2.50 s")
    #expect(Quantity.decimal(2.96, 1) == "3.0")
    #expect(Quantity.decimal(-0.04, 1) == "0.0")
    #expect(Quantity.decimal(.infinity, 1) == "-")
    #expect(Quantity.seconds(125) == "2 min 5 s")
    #expect(Quantity.bytes(1_536) == "1.50 KiB")
  }

  @Test func columnsAreAligned() {
    var table = TextTable(["workload", "p50"])
    table.add(["instructor-get", "12 µs"])
    table.add(["b", "-"])
    #expect(table.lines == ["workload          p50", "instructor-get  12 µs", "b                   -"])
  }
}
