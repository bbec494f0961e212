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
    let seconds = RecordedPlan.defaultSegmentSeconds
    let plan = ComparisonPlan(recorded: Fixture.plan(["w"], segmentSeconds: seconds))
    let even = plan.typicalOperations([1_000, 1_000])
    #expect((Double(even) - 1_000 * seconds).magnitude <= 1)
    let sizes = (0..<200).map { Double(plan.operations(typical: even, workload: "w", block: $0)) }
    // Never by more, and nearly all of that is used.
    let lengths = sizes.map { $0 / 1_000 / seconds }
    #expect(lengths.allSatisfy { (0.799...1.201).contains($0) }, "\(lengths)")
    #expect((lengths.max() ?? 0) - (lengths.min() ?? 0) > 0.35)
    // Both together take as long as if they were alike, whatever the ratio.
    let uneven = Double(plan.typicalOperations([40_000, 10_000]))
    #expect((uneven / 40_000 + uneven / 10_000 - 2 * seconds).magnitude < 0.01)
    #expect(plan.typicalOperations([0, 0]) == plan.recorded.concurrency * 2)
  }
}
