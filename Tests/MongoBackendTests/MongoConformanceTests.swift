import StoreConformance
import Testing

/// The whole contract against MongoDB.
@Suite(.serialized)
struct MongoConformanceTests {
  private static let session = ConformanceSession(target: MongoTarget(), seed: .random(in: 0...999_999))

  @Test(arguments: StoreConformance.allCases)
  func contract(conformanceCase: ConformanceCase) async throws {
    let result = await Self.session.run(conformanceCase)
    if let failure = result.failure {
      Issue.record("\(conformanceCase.name) (seed \(Self.session.seed)): \(failure)")
    }
  }
}
