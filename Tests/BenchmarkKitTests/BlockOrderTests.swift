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
    let plan = ComparisonPlan(segment: .seconds(1))
    let sizes = (0..<200).map { plan.operations((40_000, 10_000), seed: 1, workload: "w", block: $0) }
    // By the faster arm, so that neither has a short one.
    #expect(sizes.allSatisfy { (32_000...48_000).contains($0) })
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) > 12_000)
    let shortest = (0..<200).map { ComparisonPlan().operations((1_000, 500), seed: 1, workload: "w", block: $0) }
    #expect(shortest.allSatisfy { $0 >= 1_000 }, "no segment is shorter than a second")
    #expect(plan.operations((0, 0), seed: 1, workload: "w", block: 0) >= 50)
  }
}
