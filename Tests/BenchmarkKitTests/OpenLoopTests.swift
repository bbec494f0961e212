import InstructorStore
import RealModule
import StoreDecorators
import TestSupport
import Testing

@testable import BenchmarkKit

@Suite struct OpenLoopTests {
  private static func request(
    rate: Double, seconds: Double, arrivals: ArrivalProcess = .poisson, outstanding: Int? = nil,
    timeout: Duration = .seconds(5), missLimit: MissLimit? = nil
  ) -> OpenLoopRequest {
    OpenLoopRequest(
      OfferedLoad(
        ratePerSecond: rate, arrivals: arrivals, duration: .seconds(seconds), outstanding: outstanding),
      firstOperation: 0, timeout: timeout, seed: 7, missLimit: missLimit)
  }

  private static let nobody = Fixture.emptyStore

  /// The meter shows what the backend's own record says, for shapes that averages and closed loops hide.
  @Test(arguments: LatencyShape.allCases)
  func knownLatenciesAreRecovered(shape: LatencyShape) async throws {
    let check = try await MeterSelfTest.recover(
      shape, ratePerSecond: isFullTest ? 5_000 : 2_000, operations: isFullTest ? 50_000 : 3_000)
    if isFullTest { print("\(check.name): \(check.detail)") }
    #expect(check.isPassed, "\(check.detail)")
  }

  @Test func everyOperationRunsOnceAndTheLedgerBalances() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let failing = FailingGets(base: store.instructors, code: .contended) { $0 % 10 == 0 }
    let request = Self.request(rate: 5_000, seconds: 0.4, arrivals: .constant)
    let result = try await OpenLoop.run(
      InstructorGet(Fixture.context(catalog)), request,
      on: DecoratedStore(base: store, instructors: failing))
    #expect(result.ledger.scheduled == 2_000)
    #expect(result.ledger.succeeded == 1_800)
    #expect(result.ledger.failures == ["contended": 200])
    #expect(result.ledger.isBalanced)
    #expect(result.touched == 0..<2_000)
    #expect(result.times.response.count == 1_800)
    #expect(
      result.traceHash == PreparedWorkload("", InstructorGet(Fixture.context(catalog))).traceHash(0..<2_000))
    // A tenth are misses, slower than anything: the 91st percentile is one.
    #expect(result.response(atPercent: 89) != nil)
    #expect(result.response(atPercent: 91) == nil)
  }

  /// One task at 10 ms a call answers 100 a second: 1,000 a second is overload, whatever the times say.
  @Test func aBacklogThatGrowsIsOverload() async throws {
    let backend = try KnownLatencyBackend(calls: 0) { _ in 10_000_000 }
    let request = Self.request(
      rate: 1_000, seconds: 1, arrivals: .constant, outstanding: 1, timeout: .milliseconds(200))
    let result = try await OpenLoop.run(MeterWorkload(backend), request, on: Self.nobody)
    #expect(result.status == .overloaded)
    #expect(result.ledger.dropped > 0, "what still waits a call's deadline after the last arrival is dropped")
    #expect(result.ledger.scheduled == 1_000)
    #expect(result.ledger.isBalanced)
    // The wait of those that were answered is in their times: they were due long before they were made.
    let slowest = try #require(result.times.response.maximumNanoseconds)
    #expect(slowest > 500_000_000)
  }

  @Test func aStallIsSeenByEveryCallThatWasDueInIt() async throws {
    // Whatever comes in between 0.5 s and 1 s is answered at 1 s.
    let clock = SystemMonotonicClock()
    let start = clock.nanoseconds()
    let backend = try KnownLatencyBackend(calls: 0) { _ in
      let elapsed = clock.nanoseconds() - start
      return 1_000_000 + ((500_000_000..<1_000_000_000).contains(elapsed) ? 1_000_000_000 - elapsed : 0)
    }
    let open = try await OpenLoop.run(
      MeterWorkload(backend), Self.request(rate: 1_000, seconds: 2, arrivals: .constant), on: Self.nobody)
    // A quarter of the calls were due in the stall and wait 250 ms on average.
    #expect(try #require(open.response(atPercent: 90)) > 200_000_000)
    #expect(open.status != .overloaded)
  }

  @Test func aClosedLoopHidesAStall() async throws {
    // Each caller waits for the two seconds once and calls nothing meanwhile. The others' times are those of a busy machine.
    let backend = try KnownLatencyBackend(calls: 0) { (500..<504).contains($0) ? 2_000_000_000 : 1_000_000 }
    let closed = await ClosedLoop.run(
      MeterWorkload(backend), SliceRequest(operations: 0..<1_500, concurrency: 4), on: Self.nobody,
      clock: SystemMonotonicClock())
    // Four calls of 1,500.
    let p95 = try #require(closed.latency.nanoseconds(atPercent: 95))
    #expect(p95 < 1_000_000_000)
    #expect(try #require(closed.latency.maximumNanoseconds) >= 2_000_000_000)
  }

  @Test func aCancelledLoopEndsAndWhatNeverRanIsDropped() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let result = try await withThrowingTaskGroup(of: OpenLoopResult.self) { group in
      let (reached, continuation) = AsyncStream<Void>.makeStream()
      let observed = ObservedGets(base: store.instructors) { if $0 == 200 { continuation.finish() } }
      group.addTask {
        try await OpenLoop.run(
          InstructorGet(Fixture.context(catalog)),
          Self.request(rate: 1_000, seconds: 600, arrivals: .constant),
          on: DecoratedStore(base: store, instructors: observed))
      }
      for await _ in reached {}
      group.cancelAll()
      return try #require(try await group.next())
    }
    #expect(result.ledger.succeeded >= 200)
    #expect(result.ledger.scheduled == 600_000)
    #expect(result.ledger.dropped > 500_000)
    #expect(result.ledger.isBalanced)
  }

  @Test func missesBeyondTheLimitEndTheArrivals() async throws {
    let backend = try KnownLatencyBackend(calls: 0) { _ in 30_000_000 }
    let result = try await OpenLoop.run(
      MeterWorkload(backend),
      Self.request(
        rate: 1_000, seconds: 600, arrivals: .constant,
        missLimit: MissLimit(nanoseconds: 20_000_000, count: 100)),
      on: Self.nobody)
    #expect(result.isCutShort)
    #expect(result.ledger.scheduled < 100_000)
    #expect(result.ledger.isBalanced)
  }

  @Test func aBackendThatRefusesUsEndsTheLoop() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let failing = FailingGets(base: store.instructors, code: .authenticationFailed) { _ in true }
    let result = try await OpenLoop.run(
      InstructorGet(Fixture.context(catalog)), Self.request(rate: 2_000, seconds: 600, arrivals: .constant),
      on: DecoratedStore(base: store, instructors: failing))
    #expect(result.fatal?.code == .authenticationFailed)
    #expect(result.ledger.isBalanced)
  }

  @Test func poissonArrivalsHaveTheirRateAndIndependentGaps() {
    let schedule = ArrivalSchedule(.poisson, ratePerSecond: 10_000, duration: .seconds(10), seed: 3)
    #expect(abs(schedule.count - 100_000) < 1_300, "four standard deviations")
    var times = schedule.times()
    var last: UInt64 = 0
    var longGaps = 0
    for _ in 0..<schedule.count {
      let time = times.next()
      #expect(time >= last)
      // e⁻² of exponential gaps are longer than twice the mean.
      if time - last > 200_000 { longGaps += 1 }
      last = time
    }
    #expect(last < 10_000_000_000)
    #expect(abs(Double(longGaps) / 100_000 - 0.1353) < 0.005)
  }

  @Test func constantArrivalsDoNotDrift() {
    let schedule = ArrivalSchedule(.constant, ratePerSecond: 3_000, duration: .seconds(600), seed: 3)
    #expect(schedule.count == 1_800_000)
    var times = schedule.times()
    var last: UInt64 = 0
    for _ in 0..<schedule.count { last = times.next() }
    #expect(abs(Int64(last) - 599_999_666_666) <= 1)
  }

  @Test func theTrendTellsGrowthFromAStall() {
    func trend(_ outstanding: (Int) -> Int) -> BacklogTrend {
      var trend = BacklogTrend()
      for number in 0..<3_000 { trend.note(outstanding(number), at: number, of: 3_000) }
      return trend
    }
    #expect(trend { $0 }.isGrowing(ratePerSecond: 1_000))
    #expect(!trend { _ in 500 }.isGrowing(ratePerSecond: 1_000))
    #expect(!trend { (1_000..<1_500).contains($0) ? $0 - 1_000 : 5 }.isGrowing(ratePerSecond: 1_000))
    #expect(!trend { $0 / 500 }.isGrowing(ratePerSecond: 1_000), "a handful is no backlog")
  }

  /// Segments of 2 s at 5,000 calls a second, six blocks of two for each arm, as `compare --rate` has them.
  @Test func sixBlocksShowAnOverloadOfThreePercentAndNoneAtNinetyPercent() {
    func overloads(load: Double, stalls: Int = 0) -> Int {
      (0..<8).count { run in
        let found = (0..<6).count { block in
          let segments = (0..<2).map { segment in
            Self.backlog(
              load: load, arrivals: 10_000, stalls: stalls, seed: UInt64(100 * run + 10 * block + segment))
          }
          let means = (0..<3).map { third in segments.reduce(0) { $0 + $1[third] } / 2 }
          return BacklogTrend.isDrifting(means, ratePerSecond: 5_000, arrivals: 10_000)
        }
        return BacklogTrend.isOverload(blocks: found, of: 6)
      }
    }
    #expect(overloads(load: 1.03) >= 7)
    #expect(overloads(load: 0.9) == 0)
    // A stall of 50 ms in each segment: 92.5% busy.
    #expect(overloads(load: 0.9, stalls: 1) <= 1)
  }

  /// What each third of the arrivals finds on average where they come at random and are answered one after the other, in times
  /// that are random too (M/M/1).
  ///
  /// - Parameters:
  ///   - load: What arrives of what can be answered.
  ///   - stalls: Calls that take 250 gaps longer, anywhere.
  private static func backlog(load: Double, arrivals: Int, stalls: Int, seed: UInt64) -> [Double] {
    var random = TraceRandom(seed: seed, stream: 1, index: 0)
    let stalled = Set((0..<stalls).map { _ in random.below(arrivals) })
    func exponential() -> Double { -Double.log(1 - random.unit()) }
    var trend = BacklogTrend()
    var answered: [Double] = []
    var (done, now, free) = (0, 0.0, 0.0)
    for number in 0..<arrivals {
      now += exponential()
      while done < answered.count, answered[done] <= now { done += 1 }
      trend.note(answered.count - done, at: number, of: arrivals)
      free = max(free, now) + exponential() * load + (stalled.contains(number) ? 250 : 0)
      answered.append(free)
    }
    return trend.means
  }

  /// Calls that take long are many from the time on when the first would have been answered: that is no overload.
  @Test func aBacklogThatFilledUpIsNone() {
    #expect(!BacklogTrend.isDrifting([312, 500, 503], ratePerSecond: 1_000, arrivals: 2_000))
    #expect(BacklogTrend.isDrifting([10, 40, 70], ratePerSecond: 1_000, arrivals: 2_000))
    #expect(!BacklogTrend.isDrifting([2, 6, 12], ratePerSecond: 1_000, arrivals: 1_000), "a handful")
    #expect(!BacklogTrend.isDrifting([], ratePerSecond: 1_000, arrivals: 1_000))
  }
}
