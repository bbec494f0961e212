import InstructorStore
import StoreDecorators
import Testing

@testable import BenchmarkKit

@Suite struct ClosedLoopTests {
  @Test func failuresAreCountedByCodeAndTheLedgerBalances() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let failing = FailingGets(base: store.instructors, code: .contended) { $0 % 10 == 0 }
    let result = await ClosedLoop.run(
      InstructorGet(Fixture.context(catalog)), SliceRequest(operations: 0..<1_000, concurrency: 8),
      on: DecoratedStore(base: store, instructors: failing),
      clock: SystemMonotonicClock())
    #expect(result.ledger.scheduled == 1_000)
    #expect(result.ledger.succeeded == 900)
    #expect(result.ledger.failures == ["contended": 100])
    #expect(result.ledger.dropped == 0)
    #expect(result.ledger.isBalanced)
    #expect(result.latency.count == 900)
    // Failed operations were executed too: the hash stays that of the slice.
    #expect(
      result.traceHash == PreparedWorkload("", InstructorGet(Fixture.context(catalog))).traceHash(0..<1_000))
  }

  @Test func aBackendThatIsGoneEndsTheSliceAndTheRestIsDropped() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let failing = FailingGets(base: store.instructors, code: .unreachable) { $0 >= 500 }
    let result = await ClosedLoop.run(
      InstructorGet(Fixture.context(catalog)), SliceRequest(operations: 0..<1_000_000, concurrency: 4),
      on: DecoratedStore(base: store, instructors: failing),
      clock: SystemMonotonicClock())
    #expect(result.fatal?.code == .unreachable)
    #expect(result.ledger.scheduled == 1_000_000)
    #expect(result.ledger.succeeded == 500)
    #expect(result.ledger.failed <= 4 * 3)
    #expect(result.ledger.isBalanced)
  }

  @Test func aCancelledSliceStopsAndBalances() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let result = await withTaskGroup(of: SliceResult.self) { group in
      let (reached, continuation) = AsyncStream<Void>.makeStream()
      let observed = ObservedGets(base: store.instructors) { if $0 == 2_000 { continuation.finish() } }
      group.addTask {
        await ClosedLoop.run(
          InstructorGet(Fixture.context(catalog)),
          SliceRequest(operations: 0..<1_000_000_000, concurrency: 4),
          on: DecoratedStore(base: store, instructors: observed), clock: SystemMonotonicClock())
      }
      for await _ in reached {}
      group.cancelAll()
      return await group.next() ?? SliceResult()
    }
    #expect(result.ledger.succeeded >= 1_900)
    #expect(result.ledger.dropped > 0)
    #expect(result.ledger.scheduled == 1_000_000_000)
    #expect(result.ledger.isBalanced)
  }

  @Test func timeEndsASliceAndOnlyStartedOperationsAreScheduled() async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let clock = ManualMonotonicClock()
    let delayed = DelayedGets(base: store.instructors, clock: clock) { _ in 1_000_000 }
    let result = await ClosedLoop.run(
      InstructorGet(Fixture.context(catalog)),
      SliceRequest(operations: 50..<1_000_000, concurrency: 1, stopsAfter: .milliseconds(250)),
      on: DecoratedStore(base: store, instructors: delayed),
      clock: clock)
    // One call each millisecond of the clock that the calls themselves move.
    #expect(result.ledger.scheduled == 250)
    #expect(result.ledger.succeeded == 250)
    #expect(result.touched == 50..<300)
    #expect(result.elapsedNanoseconds == 250_000_000)
    #expect(abs(result.throughputPerSecond - 1_000) < 0.001)
    #expect(result.ledger.isBalanced)
  }

  /// The driver's stamps part what the caller sees, call by call.
  @Test func responsesAreMadeOfQueueServiceAndDelivery() async throws {
    let backend = try KnownLatencyBackend(calls: 400) { $0 % 2 == 0 ? 2_000_000 : 6_000_000 }
    let request = SliceRequest(operations: 0..<400, concurrency: 4, splitsTimes: true)
    let result = await ClosedLoop.run(
      MeterWorkload(backend), request, on: Fixture.emptyStore, clock: SystemMonotonicClock())
    let parts = try #require(result.parts)
    let truth = backend.truth.map { Double($0.nanoseconds) }
    let service = try #require(parts.service.meanNanoseconds)
    #expect(abs(service - truth.reduce(0, +) / 400) <= 0.002 * service)
    let means = [parts.queue, parts.service, parts.delivery].compactMap(\.meanNanoseconds)
    let response = try #require(result.latency.meanNanoseconds)
    #expect(means.count == 3 && abs(means.reduce(0, +) - response) <= 0.002 * response)
    #expect(try #require(parts.delivery.nanoseconds(atPercent: 50)) > 0)
    let plain = await ClosedLoop.run(
      MeterWorkload(nil), SliceRequest(operations: 0..<10, concurrency: 1), on: Fixture.emptyStore,
      clock: SystemMonotonicClock())
    #expect(plain.parts == nil, "only where that is wanted")
  }

  /// Known injected latencies are recovered: the clock is moved by the backend alone, so the truth is exact.
  @Test(arguments: LatencyShape.allCases)
  func injectedLatenciesAreRecovered(shape: LatencyShape) async throws {
    let catalog = try Fixture.catalog()
    let store = try await Fixture.loadedStore(catalog)
    let clock = ManualMonotonicClock()
    let count = 50_000
    let delayed = DelayedGets(base: store.instructors, clock: clock) { shape.nanoseconds($0) }
    let result = await ClosedLoop.run(
      InstructorGet(Fixture.context(catalog)), SliceRequest(operations: 0..<count, concurrency: 1),
      on: DecoratedStore(base: store, instructors: delayed),
      clock: clock)
    let truth = (0..<count).map(shape.nanoseconds).sorted()
    let summary = LatencySummary(result.latency)
    for (percent, measured) in [(50.0, summary.p50), (90, summary.p90), (95, summary.p95), (99, summary.p99)]
    {
      let rank = Int((percent / 100 * Double(count)).rounded(.up)) - 1
      let expected = Double(truth[rank])
      let value = Double(try #require(measured))
      #expect(abs(value - expected) <= 0.002 * expected, "p\(percent) of \(shape)")
    }
    #expect(summary.max == truth.last)
    #expect(summary.p999 == nil, "50,000 operations don't support p99.9")
    let mean = Double(truth.reduce(0, +)) / Double(count)
    let measuredMean = Double(try #require(summary.mean))
    #expect(abs(measuredMean - mean) <= 0.002 * mean)
  }
}
