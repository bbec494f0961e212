import InstructorStore
import Testing

@testable import BenchmarkKit

/// `--assert` where no comparison is made.
@Suite struct AssertionTests {
  private static let workloads = ["instructor-get"]

  private func failure(
    _ text: String, _ vocabulary: Assertion.Vocabulary, _ check: (Assertion) -> String?
  ) throws -> String? {
    let assertion = try Assertion(text)
    try assertion.requireNames(vocabulary)
    return check(assertion)
  }

  private func arm() async throws -> Arm {
    Arm(target: FakeTarget("fake"), store: Fixture.emptyStore, environment: [:])
  }

  @Test func aRunHasOneThroughputItsTimesAndErrors() async throws {
    let catalog = try Fixture.catalog()
    var results: [RunResult] = []
    try await SingleRun(settings: Fixture.settings(catalog), length: .operations(300)).run(
      [try Fixture.prepared("instructor-get", Fixture.context(catalog))], on: FakeTarget(), progress: .none
    ) { results.append($0) }
    let vocabulary = Assertion.Vocabulary.run(arms: ["fake"], workloads: Self.workloads)
    func failure(_ text: String) throws -> String? {
      try self.failure(text, vocabulary) { $0.failure(in: results) }
    }
    #expect(try failure("fake.instructor-get.throughput.mean>1") == nil)
    #expect(try failure("fake.instructor-get.errors.count<=0") == nil)
    #expect(try failure("fake.instructor-get.service.p50<1s") == nil)
    #expect(try failure("fake.instructor-get.response.p95<1us")?.contains("it is ") == true)
    #expect(
      try failure("fake.instructor-get.response.p99<1s")?.contains("no such figure") == true,
      "300 operations don't support it")
    let unknown = #expect(throws: BenchmarkFailure.self) {
      try failure("ratio.instructor-get.throughput.lower>1")
    }
    #expect(unknown?.status == .usage, "nothing is compared")
  }

  @Test func twoModesAreTwoArms() {
    #expect(Assertion.armNames(["mongo"], [.direct]) == ["mongo"])
    #expect(Assertion.armNames(["mongo"], [.direct, .batched]) == ["mongo-direct", "mongo-batched"])
  }

  @Test func theTimesOfAnOverloadedRunSatisfyNothing() async throws {
    let settings = Fixture.settings(try Fixture.catalog())
    let load = OfferedLoad(
      ratePerSecond: 100, arrivals: .constant, duration: .seconds(1), outstanding: nil)
    let vocabulary = Assertion.Vocabulary.openLoop(arms: ["fake"], workloads: Self.workloads)
    for dropped in [0, 3] {
      var result = OpenLoopResult()
      result.elapsedNanoseconds = 1_000_000_000
      for _ in 0..<300 { result.times.response.record(nanoseconds: 5_000) }
      result.ledger.scheduled = 300 + dropped
      result.ledger.succeeded = 300
      result.ledger.dropped = dropped
      let report = OpenLoopReport("instructor-get", try await arm(), settings, load, result)
      func failure(_ text: String) throws -> String? {
        try self.failure(text, vocabulary) { $0.failure(in: [report]) }
      }
      let time = try failure("fake.instructor-get.response.p50<1ms")
      #expect(time == (dropped == 0 ? nil : "'fake.instructor-get.response.p50<1ms': the run was overloaded"))
      #expect((try failure("fake.instructor-get.misses.count<1") == nil) == (dropped == 0))
      #expect(try failure("fake.instructor-get.throughput.mean>=300") == nil)
    }
  }

  @Test func aSoakHasASlowestWindow() throws {
    var result = SoakResult(
      backend: "fake", displayName: "fake", workload: "instructor-get", dispatch: .direct, concurrency: 1,
      connections: 1, seed: 1, response: LatencySummary(LatencyHistogram()), watchSeconds: 0, environment: [:]
    )
    result.windows = [200, 50, 300].map {
      SoakResult.Window(
        startSeconds: 0, elapsedSeconds: 1, operations: $0, throughputPerSecond: Double($0))
    }
    let vocabulary = Assertion.Vocabulary.soak(arms: ["fake"], workloads: Self.workloads)
    for (bound, holds) in [(49, true), (51, false)] {
      let failure = try failure("fake.instructor-get.throughput.minimum>\(bound)", vocabulary) {
        $0.failure(in: [result])
      }
      #expect((failure == nil) == holds)
    }
  }

  @Test func aCapacityMayBeAtLeastWhatWasFound() throws {
    let arms = Fixture.plan([]).arms
    var result = CapacityResult(
      workload: "instructor-get", level: ServiceLevel(limit: .milliseconds(20)), percentile: 99,
      arms: arms.map { .init(specification: $0, environment: [:]) }, seed: 1, catalog: "c", isOneMachine: true
    )
    result.arms[0].rates = [2_000, 2_100, 2_000, 2_200, 2_100, 2_000]
    result.arms[1].rates = [1_000, 1_000, 1_050, 1_000, 1_100, 1_050]
    let vocabulary = Assertion.Vocabulary.capacity(arms: arms.map(\.name), workloads: Self.workloads)
    func failure(_ text: String) throws -> String? {
      try self.failure(text, vocabulary) { $0.failure(in: [result]) }
    }
    #expect(try failure("one.instructor-get.capacity.minimum>=2000") == nil)
    #expect(try failure("one.instructor-get.capacity.maximum<2200") != nil)
    #expect(try failure("ratio.instructor-get.capacity.lower>1.5") == nil)
    #expect(try failure("two.instructor-get.capacity.median<2000") == nil)
    result.arms[1].isGeneratorLimited = true
    #expect(try failure("two.instructor-get.capacity.median<2000")?.contains("could not offer more") == true)
    #expect(try failure("two.instructor-get.capacity.median>900") == nil)
    #expect(try failure("ratio.instructor-get.capacity.lower>1.5")?.contains("no such figure") == true)
  }
}
