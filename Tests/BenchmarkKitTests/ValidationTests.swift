import InstructorStore
import StoreDecorators
import Testing

@testable import BenchmarkKit

@Suite struct ValidationTests {
  /// The short form; `dbbench validate` is the long one, on real servers.
  @Test func everySecondOperationTwiceIsFound() async throws {
    let validation = SensitivityValidation(
      settings: Fixture.settings(try Fixture.catalog()), segmentSeconds: 0.02,
      monitor: Fixture.monitor { _ in false }, progress: .none)
    var results: [SensitivityValidation.Result] = []
    let targets = ["one", "two"].map { name in
      FakeTarget(name) { DecoratedStore(base: $0, instructors: SlowGets(base: $0.instructors)) }
    }
    try await validation.run((targets[0], targets[1]), runs: 1) { results.append($0) }
    #expect(results.map(\.scenario.repeatedEvery) == [0, 10, 2])
    #expect(results.allSatisfy { $0.runs == 1 && $0.ratios.count == 1 })
    #expect(results[2].found == 1, "\(results[2])")
    #expect(results[2].isMet)
  }

  /// As in a comparison, a block that something else disturbed is measured again, and does not count.
  @Test func disturbedBlocksAreMeasuredAgain() async throws {
    let result = try await Self.firstScenario { $0 % 40 == 5 }
    #expect(result.runs == 1 && result.tooBusy == 0, "\(result)")
    #expect(result.voidBlocks > 0 && [12, 24].contains(result.blocks - result.voidBlocks), "\(result)")
    #expect(result.ratios.count == 1)
  }

  /// Where there are too many of them nothing is decided: that is no run.
  @Test func runsOnABusyMachineAreNoRuns() async throws {
    let result = try await Self.firstScenario { _ in true }
    #expect(result.runs == 0 && result.tooBusy == 2 && result.ratios.isEmpty, "\(result)")
    #expect((result.wrong, result.equivalent, result.undecided) == (0, 0, 0))
    #expect(!result.isMet)
    #expect(Tables.validation([result]).last?.contains("MISSED") == true)
  }

  /// - Parameter isDisturbed: Of each use that is measured, by its number.
  private static func firstScenario(_ isDisturbed: @escaping @Sendable (Int) -> Bool) async throws
    -> SensitivityValidation.Result
  {
    let validation = SensitivityValidation(
      settings: Fixture.settings(try Fixture.catalog()), segmentSeconds: 0.002,
      monitor: Fixture.monitor(isDisturbed), progress: .none)
    var results: [SensitivityValidation.Result] = []
    try await validation.run((FakeTarget("one"), FakeTarget("two")), runs: 1) { results.append($0) }
    return try #require(results.first)
  }

  @Test func repeatedOperationsHaveTheTraceOfTheWorkload() throws {
    let context = Fixture.context(try Fixture.catalog())
    let plain = PreparedWorkload("w", InstructorGet(context))
    let repeated = PreparedWorkload("w", RepeatedOperations(InstructorGet(context), every: 10))
    #expect(plain.traceHash(0..<500) == repeated.traceHash(0..<500))
    let workload = RepeatedOperations(InstructorGet(context), every: 10)
    #expect(
      (0..<100).filter { workload.operation($0).isRepeated } == stride(from: 0, to: 100, by: 10).map { $0 })
  }

  @Test func limitsScaleWithTheRuns() {
    func result(_ scenario: Int, runs: Int, found: Int, wrong: Int) -> SensitivityValidation.Result {
      var result = SensitivityValidation.Result(
        backend: "b", scenario: SensitivityValidation.scenarios[scenario])
      (result.runs, result.found, result.wrong) = (runs, found, wrong)
      return result
    }
    #expect(result(0, runs: 20, found: 0, wrong: 2).isMet)
    #expect(!result(0, runs: 20, found: 0, wrong: 3).isMet)
    #expect(result(1, runs: 20, found: 18, wrong: 0).isMet)
    #expect(!result(1, runs: 20, found: 17, wrong: 0).isMet)
    #expect(!result(1, runs: 20, found: 19, wrong: 1).isMet)
    #expect(!result(2, runs: 20, found: 19, wrong: 0).isMet)
    #expect(result(2, runs: 3, found: 3, wrong: 0).isMet)
  }
}
