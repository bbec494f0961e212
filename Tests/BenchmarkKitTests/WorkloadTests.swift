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

  @Test func coursesOfNewInstructorsAreScatteredAndNobodyElses() {
    let courses = ScatteredCourses(from: IdentifierSpace.deletedCourses, seed: 3)
    let some = (0..<2_000).map { courses[$0].rawValue }
    #expect(Set(some).count == some.count)
    let region = IdentifierSpace.deletedCourses..<IdentifierSpace.deletedCourses + IdentifierSpace.regionSize
    #expect(some.allSatisfy(region.contains))
    #expect(region.contains(courses[IdentifierSpace.operationsPerWorkload - 1].rawValue))
    // No two neighbouring operations have neighbouring courses, and they go up as often as down.
    let steps = zip(some, some.dropFirst()).map { $1 - $0 }
    #expect(steps.allSatisfy { abs($0) > 1_000_000 })
    #expect((700...1_300).contains(steps.count { $0 > 0 }))
  }

  @Test func untimedCallsAreMadeAgainWhileTheReasonMayPass() async throws {
    func attempts(failing times: Int, _ code: StoreError.Code, _ outcome: StoreError.Outcome = .notApplied)
      async
      -> (made: Int, failed: Bool)
    {
      var made = 0
      do throws(StoreError) {
        try await InverseWork.persistently { () async throws(StoreError) in
          made += 1
          if made <= times {
            throw StoreError(code, operation: "test", backend: "test", reason: "test", outcome: outcome)
          }
        }
        return (made, false)
      } catch {
        return (made, true)
      }
    }
    #expect(await attempts(failing: 2, .timeout(.response)) == (3, false))
    #expect(await attempts(failing: 1, .unreachable, .unknown) == (2, false))
    #expect(await attempts(failing: 1, .conflict) == (1, true))
    #expect(await attempts(failing: 100, .contended) == (5, true))
  }

  @Test func whatAnEarlierAttemptCreatedCountsAsCreated() async throws {
    let catalog = try Fixture.catalog()
    let repository = try await Fixture.loadedStore(catalog).instructors
    let new = (0..<3).map { number in
      catalog.newcomer(number, id: InstructorID((1 << 50) + Int64(number)), courses: [])
    }
    try await InverseWork.createAll(new, on: repository)
    try await InverseWork.createAll(new, on: repository)
    try await repository.delete(InstructorID(1 << 50), ifVersion: nil)
    await #expect(throws: StoreError.self) { try await InverseWork.createAll(new, on: repository) }
  }

  @Test func namesAreUniqueAndSelectable() throws {
    #expect(Set(WorkloadRegistry.all.map(\.name)).count == 18)
    #expect(try WorkloadRegistry.select(["all"]).count == 18)
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
