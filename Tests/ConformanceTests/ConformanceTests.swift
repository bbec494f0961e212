import InstructorStore
import StoreConformance
import Testing

/// The whole contract against every backend. No case is named or left out here; ``Selection`` is for developers.
@Suite(.serialized, .conformanceSessions)
struct ConformanceTests {
  @Test(arguments: Selection.backends, Selection.cases)
  func contract(backend: BackendUnderTest, conformanceCase: ConformanceCase) async throws {
    let sessions = try #require(ConformanceSessions.current)
    for repetition in 1...max(1, Selection.repetitions) {
      let result = await sessions.run(conformanceCase, on: backend)
      guard let failure = result.failure else { continue }
      Issue.record("\(result.target): \(conformanceCase.name), time \(repetition): \(failure)")
    }
  }
}
