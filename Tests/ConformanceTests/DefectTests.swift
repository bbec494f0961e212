import InstructorStore
import StoreConformance
import Testing

/// The list of cases can fail: each defect is found, and by the cases that are about it.
@Suite(.serialized)
struct DefectTests {
  @Test(arguments: Defect.allCases)
  func defectIsFound(defect: Defect) async {
    let session = ConformanceSession(
      target: BrokenTarget(defect: defect), seed: 7, caseTimeLimit: .seconds(30))
    // No defect is in bulk loading, whose cases take longest.
    let cases = StoreConformance.allCases.filter { !$0.name.hasPrefix("bulkLoad/") }
    let summary = await StoreConformance.run(cases: cases, session: session)
    await session.finish()
    #expect(summary.results.count == cases.count)
    let failed = Set(summary.failures.map(\.caseName))
    #expect(failed.isSuperset(of: defect.foundBy), "found by \(failed.sorted())")
    // A defect is one defect: most rules still hold, so a failing case says something.
    #expect(failed.count < summary.results.count / 2, "found by \(failed.sorted())")
  }

  @Test func failuresSayWhatWasExpectedAndWhere() async throws {
    let session = ConformanceSession(target: BrokenTarget(defect: .ignoredVersion), seed: 7)
    let conformanceCase = try #require(StoreConformance.allCases.first { $0.name == "versions/if-version" })
    let result = await session.run(conformanceCase)
    await session.finish()
    let failure = try #require(result.failure)
    #expect(failure.contains("expected conflict [version]"))
    #expect(failure.contains("Versions.swift:"))
    #expect(result.description.hasPrefix("FAILED  memory with ignoredVersion: versions/if-version: "))
  }

  @Test func caseThatNeverEndsFailsInTime() async {
    let session = ConformanceSession(target: InMemoryTarget(), seed: 7, caseTimeLimit: .milliseconds(50))
    let stuck = ConformanceCase("test/stuck", "Never ends, and ignores that it was cancelled.") { _ in
      let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
      let ignoresCancellation = Task { for await _ in stream {} }
      await ignoresCancellation.value
      continuation.finish()
    }
    let result = await session.run(stuck)
    await session.finish()
    #expect(result.failure?.contains("not over after") == true)
  }

  @Test func targetThatDoesNotStartFailsEveryCase() async {
    struct NoTarget: ConformanceTarget {
      struct Refused: Error {}
      let name = "none"
      func makeNamespace() async throws -> any StoreNamespace { throw Refused() }
    }
    let session = ConformanceSession(target: NoTarget(), seed: 7)
    let summary = await StoreConformance.run(session: session)
    await session.finish()
    #expect(summary.passedCount == 0)
    #expect(summary.failures.count == StoreConformance.allCases.count)
  }

  @Test func caseNamesAreUniqueAndWellFormed() {
    let names = StoreConformance.allCases.map(\.name)
    #expect(Set(names).count == names.count)
    for conformanceCase in StoreConformance.allCases {
      #expect(conformanceCase.name.contains(/^[a-zA-Z.\-]+\/[a-zA-Z0-9.^\-]+$/), "\(conformanceCase.name)")
      #expect(conformanceCase.summary.hasSuffix("."), "\(conformanceCase.name)")
    }
  }
}
