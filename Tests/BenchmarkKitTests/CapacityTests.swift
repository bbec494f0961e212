import InstructorStore
import StoreDecorators
import Testing

@testable import BenchmarkKit

@Suite struct CapacityTests {
  @Test func theGridIsThatOfFivePercent() {
    #expect(RateGrid.rate(0) == 1)
    #expect(abs(RateGrid.rate(101) / RateGrid.rate(100) - 1.05) < 1e-12)
    #expect(RateGrid.rate(RateGrid.last) > 900_000)
    for rate in [0.2, 1, 3.7, 99, 12_345] {
      let index = RateGrid.index(below: rate)
      #expect(RateGrid.rate(index) <= max(1, rate) && RateGrid.rate(index + 1) > rate)
    }
  }

  /// Wherever it starts, a search finds the highest rate that passes, in few probes.
  @Test func aSearchFindsTheLimitFromAnywhere() {
    for limit in stride(from: 0, through: RateGrid.last, by: 7) {
      for start in stride(from: 0, through: RateGrid.last, by: 11) {
        var search = CapacitySearch(start: start)
        var probes = 0
        while let index = search.next, probes < 100 {
          search.record(passes: index <= limit)
          probes += 1
        }
        #expect(search.passed == limit, "limit \(limit) from \(start)")
        #expect(probes <= 18)
      }
    }
  }

  @Test func aSearchEndsWhereNothingPassesAndWhereEverythingDoes() {
    for passes in [false, true] {
      var search = CapacitySearch(start: 100)
      var probes = 0
      while search.next != nil, probes < 100 {
        search.record(passes: passes)
        probes += 1
      }
      #expect(search.passed == (passes ? RateGrid.last : nil))
      #expect(probes < 12)
    }
  }

  @Test func aProbeIsLongEnoughForItsPercentile() {
    #expect(CapacityPlan.percentile(slowest: 10_000) == 99)
    #expect(CapacityPlan.percentile(slowest: 2_000) == 95)
    let plan = CapacityPlan(level: ServiceLevel(limit: .milliseconds(20)))
    let fast = plan.duration(ratePerSecond: 5_000, percentile: 99)
    #expect(fast.seconds * 5_000 >= 10_000)
    #expect(plan.duration(ratePerSecond: 100_000, percentile: 99) == CapacityPlan.shortestProbe)
    #expect(plan.duration(ratePerSecond: 1, percentile: 95) == CapacityPlan.longestProbe)
  }

  @Test func theRatioPairsSearchesAndIsLeftOutWhereTheProgramWasTheLimit() throws {
    var result = Self.result([1_000, 1_050, 1_000, 1_100, 1_050, 1_000], [500, 500, 525, 550, 500, 500])
    let ratio = try #require(result.ratio)
    #expect(abs(ratio.estimate - 2) < 0.1)
    let lower = try #require(ratio.lower)
    let upper = try #require(ratio.upper)
    // All six pairs: the least and the greatest.
    #expect(abs(lower - 1_000.0 / 525) < 1e-9)
    #expect(abs(upper - 2.1) < 1e-9)
    result.arms[1].isGeneratorLimited = true
    #expect(result.ratio == nil)
  }

  private static func result(_ first: [Double], _ second: [Double]) -> CapacityResult {
    CapacityResult(
      workload: "instructor-get", level: ServiceLevel(limit: .milliseconds(20)), percentile: 99,
      arms: [first, second].enumerated().map { number, rates in
        .init(specification: Fixture.plan([]).arms[number], rates: rates, environment: [:])
      }, seed: 1, catalog: "", isOneMachine: true)
  }

  @Test func atTheSameRateOfASearchBothArmsExecuteTheSameOperations() {
    var trace = CapacityTrace()
    let first = trace.first(search: 0, index: 80, count: 1_000)
    let other = trace.first(search: 0, index: 84, count: 1_200)
    #expect(trace.first(search: 0, index: 80, count: 1_000) == first)
    #expect((first, other) == (0, 1_000))
    #expect(
      trace.first(search: 1, index: 80, count: 1_000) == 2_200, "another search has operations of its own")
  }

  @Test func probesThatHadToBeKeptOnABusyMachineGiveNoRatio() {
    let rates = [1_000.0, 1_000, 1_000, 1_000, 1_000, 1_000]
    var result = Self.result(rates, rates)
    for isVoid in [true, false] {
      result.probes.append(
        CapacityProbe(
          search: 0, arm: "one", backend: "fake", ratePerSecond: 1, first: 0, scheduled: 1, misses: 0,
          status: "valid", isUnder: true, foreignCores: 0.5, isDisturbed: true, isVoid: isVoid, traceHash: "")
      )
      #expect((result.ratio == nil) == !isVoid)
    }
    #expect(result.busyReason?.contains("2 of 2 probes") == true)
    #expect(Tables.footer([result]).first?.hasPrefix("VOID: instructor-get: machine too busy") == true)
    result.acceptsBusyMachine = true
    #expect(result.ratio != nil && result.busyReason == nil)
  }

  /// Two in-memory stores that answer only so many calls at a time, slowly: their capacity is known.
  @Test func aKnownLimitIsFound() async throws {
    let catalog = try Fixture.catalog()
    // Two calls at a time, 4 ms each: at most 500 a second, whatever arrives.
    let gates = [Gate(places: 2), Gate(places: 1)]
    let targets = gates.map { gate in
      FakeTarget("slow") { store in
        DecoratedStore(base: store, instructors: LimitedGets(base: store.instructors, gate: gate))
      }
    }
    let entries = try WorkloadRegistry.select(["instructor-get"])
    var plan = CapacityPlan(level: ServiceLevel(limit: .milliseconds(40)), searches: 1)
    plan.arrivalsForP95 = 200
    let run = CapacityRun(
      settings: Fixture.settings(catalog), plan: plan, arms: Fixture.plan([]).arms, entries: entries,
      // Each arm's warm-up is the first that is measured.
      monitor: Fixture.monitor { $0 == 3 }, progress: .none)
    var results: [CapacityResult] = []
    try await run.run(targets: (targets[0], targets[1])) { results.append($0) }
    let result = try #require(results.first)
    #expect(result.percentile == 95)
    // The second probe was disturbed, and made again with the same calls.
    #expect(result.probes.map(\.isVoid) == result.probes.indices.map { $0 == 1 })
    #expect(result.probes[1].isDisturbed && result.probes[1].foreignCores == 1 && result.busyReason == nil)
    #expect(result.probes[2].arm == result.probes[1].arm)
    #expect(result.probes[2].ratePerSecond == result.probes[1].ratePerSecond)
    #expect(result.probes[2].first == result.probes[1].first)
    // At the same rate both arms got the same operations, at another one others.
    let begins = Dictionary(grouping: result.probes, by: \.ratePerSecond).mapValues { Set($0.map(\.first)) }
    #expect(begins.values.allSatisfy { $0.count == 1 } && Set(begins.values).count == begins.count)
    let rates = result.arms.compactMap(\.rates.first)
    for (rate, gate) in zip(rates, gates) {
      // A probe of a second can't tell a rate a few percent above the limit from one below: the backlog is still short.
      #expect(rate < 1.25 * 250 * Double(gate.places))
      // On a busy machine calls stay for longer than they should.
      let limit = await gate.callsPerSecond
      #expect(rate > 0.24 * limit, "of \(limit)")
    }
    #expect(result.probes.allSatisfy { $0.scheduled > 0 })
    // What a probe executed, where it executed all that it had, is that part of the trace.
    let workload = try Fixture.prepared("instructor-get", Fixture.settings(catalog).context)
    let whole = result.probes.filter { $0.misses == 0 && $0.isUnder }
    #expect(!whole.isEmpty)
    for probe in whole {
      let executed = workload.traceHash(probe.first..<probe.first + probe.scheduled)
      #expect(probe.traceHash == traceHashText(executed))
    }
    for arm in result.arms {
      let own = result.probes.filter { $0.arm == arm.specification.name }
      #expect(arm.traceHash == own.reduce(0) { $0 &+ (UInt64($1.traceHash, radix: 16) ?? 0) })
    }
  }
}

/// Lets so many in at a time; the others wait in order.
actor Gate {
  let places: Int
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var stays = 0
  private var stayed = Duration.zero

  init(places: Int) {
    self.places = places
    free = places
  }

  /// How many could come and go at the most, going by how long they stayed.
  var callsPerSecond: Double { Double(places * stays) / (stayed / .seconds(1)) }

  func enter() async {
    if free > 0 {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave(after stay: Duration) {
    stays += 1
    stayed += stay
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}

/// Takes 4 ms for a get, a few at a time.
struct LimitedGets: InstructorRepositoryDecorator {
  let base: any InstructorRepository
  let gate: Gate
  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    await gate.enter()
    let start = ContinuousClock.now
    try? await Task.sleep(for: .milliseconds(4))
    await gate.leave(after: ContinuousClock.now - start)
    return try await base.get(id)
  }
}
