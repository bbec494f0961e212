import InstructorStore
import Testing

@testable import BenchmarkKit

@Suite struct LoadPhaseTests {
  @Test func aPhaseLastsFromTheEndOfTheOneBeforeToItsOwnLastReport() {
    let clock = LoadPhaseClock(start: 1_000_000_000)
    for (phase, seconds) in [
      (BulkLoadProgress.Phase.preparing, 2), (.instructors, 3), (.instructors, 5), (.indexes, 9),
    ] {
      clock.note(phase, at: UInt64(seconds) * 1_000_000_000)
    }
    #expect(
      clock.phases(until: 10_000_000_000) == [
        LoadPhase(name: "preparing", seconds: 1), LoadPhase(name: "instructors", seconds: 3),
        // With what came after the last report.
        LoadPhase(name: "indexes", seconds: 5),
      ])
  }

  @Test func reportsOutOfOrderCountNoTimeTwice() {
    let clock = LoadPhaseClock(start: 0)
    // The first chunk of reviewers was done before the last of instructors.
    for (phase, seconds) in [
      (BulkLoadProgress.Phase.reviewers, 2), (.instructors, 3), (.reviews, 7), (.instructors, 1),
    ] {
      clock.note(phase, at: UInt64(seconds) * 1_000_000_000)
    }
    let phases = clock.phases(until: 7_000_000_000)
    #expect(phases.map(\.name) == ["instructors", "reviewers", "reviews"])
    #expect(phases.map(\.seconds) == [3, 0, 4])
  }

  @Test func everyLoadHasItsColumnAndEveryPhaseOneLine() async throws {
    var reports: [LoadReport] = []
    for target in [FakeTarget("one"), FakeTarget("two")] {
      let loader = Loader(catalog: try Fixture.catalog(), options: TargetOptions(), progress: .none)
      reports.append(try await loader.loadAndCheck(target))
    }
    reports[0].phases.append(LoadPhase(name: "constraints", seconds: 1))
    reports[1].phases.append(LoadPhase(name: "finishing", seconds: 2))
    reports[1].sizes = [StorageSize(name: "reviews", rows: nil, dataBytes: 2 << 20, indexBytes: 1 << 20)]
    let names = Tables.phases(reports).map { $0.prefix { $0 != " " } }
    #expect(names.dropFirst().prefix(4) == ["instructors", "reviewers", "reviews", "ratings"])
    #expect(Set(names.dropFirst(5).prefix(2)) == ["constraints", "finishing"])
    #expect(names.dropFirst(7) == ["then", "then"])
    #expect(Tables.sizes(reports).last?.hasSuffix("2.00 MiB  1.00 MiB  3.00 MiB") == true)
  }
}
