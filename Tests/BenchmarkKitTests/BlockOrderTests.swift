import Testing

@testable import BenchmarkKit

@Suite struct BlockOrderTests {
  @Test func theOrderComesFromSeedWorkloadAndBlock() {
    func orders(_ seed: UInt64, _ workload: String) -> [BlockOrder] {
      (0..<64).map { BlockOrder(seed: seed, workload: workload, block: $0) }
    }
    #expect(orders(1, "a") == orders(1, "a"))
    #expect(orders(1, "a") != orders(2, "a"))
    #expect(orders(1, "a") != orders(1, "b"))
  }

  @Test func theCoinIsFair() {
    let heads = (0..<10_000).filter { BlockOrder(seed: 5, workload: "w", block: $0) == .abba }.count
    // Four standard deviations either side of half.
    #expect((4_800...5_200).contains(heads))
  }

  @Test func bothArmsExecuteBothSlicesAndAreBalancedInTime() {
    for order in [BlockOrder.abba, .baab] {
      for arm in [0, 1] {
        let own = order.segments.enumerated().filter { $0.element.arm == arm }
        #expect(Set(own.map(\.element.slice)) == [0, 1])
        // The mean position is the middle: a linear drift cancels.
        #expect(own.map(\.offset).reduce(0, +) == 3)
      }
    }
    #expect(BlockOrder.abba.segments.map(\.arm) == [0, 1, 1, 0])
    #expect(BlockOrder.baab.segments.map(\.arm) == [1, 0, 0, 1])
  }

  @Test func slicesAreSizedForBothArmsAndJitteredByAFifth() {
    let plan = ComparisonPlan(recorded: Fixture.plan(["w"], segmentSeconds: 1.25))
    let even = plan.typicalOperations([1_000, 1_000])
    #expect(even == 1_250)
    let sizes = (0..<200).map { plan.operations(typical: even, workload: "w", block: $0) }
    #expect(sizes.allSatisfy { (1_000...1_500).contains($0) }, "no segment is shorter than a second")
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) > 400)
    // Both together take as long as if they were alike, whatever the ratio.
    let uneven = Double(plan.typicalOperations([40_000, 10_000]))
    #expect((uneven / 40_000 + uneven / 10_000 - 2.5).magnitude < 0.01)
    #expect(plan.typicalOperations([0, 0]) == plan.recorded.concurrency * 2)
  }
}
