import InstructorStore
import Testing

@testable import BenchmarkKit

@Suite struct WorkloadTests {
  @Test(arguments: WorkloadRegistry.all.filter { $0.kind != .load }.map(\.name))
  func theDataIsAsLoadedAfterRestoring(name: String) async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let arm = Arm(target: FakeTarget(), store: store, environment: [:])
    let runner = ArmRunner(
      arm: arm, workload: try Fixture.prepared(name, Fixture.context(catalog)), concurrency: 8)
    let rate = try await runner.warmUp(for: .milliseconds(20))
    #expect(rate > 0)
    for start in [0, 700] {
      let result = try await runner.execute(start..<start + 700)
      #expect(result.ledger.succeeded == 700, "\(result.ledger)")
    }
    try await Invariants(catalog: catalog, seed: 1).check(store)
  }

  @Test func namesAreUniqueAndSelectable() throws {
    #expect(Set(WorkloadRegistry.all.map(\.name)).count == 8)
    #expect(try WorkloadRegistry.select(["all"]).count == 8)
    // Registry order, whatever the order asked.
    #expect(
      try WorkloadRegistry.select(["bulk-load", "instructor-get"]).map(\.name) == [
        "instructor-get", "bulk-load",
      ])
  }

  @Test func anUnknownNameGetsTheNearestAndTheList() throws {
    let failure = #expect(throws: BenchmarkFailure.self) { try WorkloadRegistry.select(["instructr-get"]) }
    #expect(failure?.status == .usage)
    #expect(failure?.message.contains("did you mean 'instructor-get'?") == true)
    #expect(failure?.message.contains("bulk-load") == true)
    let far = #expect(throws: BenchmarkFailure.self) { try WorkloadRegistry.select(["xyz"]) }
    #expect(far?.message.contains("did you mean") == false)
    #expect(throws: BenchmarkFailure.self) { try WorkloadRegistry.select([]) }
  }

  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("abc", "abc", 0), ("ab", "ba", 2),
  ])
  func editDistance(left: String, right: String, distance: Int) {
    #expect(NearestName.editDistance(Array(left.utf8), Array(right.utf8)) == distance)
  }
}
