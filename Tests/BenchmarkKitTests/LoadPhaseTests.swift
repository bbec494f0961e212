import InstructorStore
import Synchronization
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

  @Test func progressHasTheRateAndTheTimeLeft() {
    let lines = Mutex<[String]>([])
    let report = Loader.progressReporter(
      "PostgreSQL", ProgressSink(step: { _ in }, update: { line in lines.withLock { $0.append(line) } }))
    // Gone on with: 1,000 records were there before.
    for (phase, done, total, seconds) in [
      (BulkLoadProgress.Phase.preparing, 1, 1, 1), (.instructors, 1_000, 9_000, 2),
      (.instructors, 3_000, 9_000, 6),
      (.reviews, 6_000, 9_000, 7), (.indexes, 3, 12, 9), (.constraints, 1, 2, 10),
    ] {
      report(BulkLoadProgress(phase: phase, done: done, total: total), UInt64(seconds) * 1_000_000_000)
    }
    #expect(
      lines.withLock { $0 } == [
        "PostgreSQL: preparing",
        "PostgreSQL: instructors, 11% of 9,000 records, 0 records/s, ? left for rows",
        "PostgreSQL: instructors, 33% of 9,000 records, 500 records/s, 12.0 s left for rows",
        "PostgreSQL: reviews, 66% of 9,000 records, 1,000 records/s, 3.00 s left for rows",
        "PostgreSQL: index 4 of 12",
        "PostgreSQL: constraints",
      ])
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
