import CoreMetrics
import InMemoryTracing
import InstructorStore
import MetricsTestKit
import Testing
import Tracing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct Observation {
    private static let backend = [("backend", "fake")]

    private func pool(_ observation: PoolObservation, connections: Int = 2) -> ConnectionPool<FakeDriver> {
      ConnectionPool(
        driver: FakeDriver(), name: "fake",
        options: PoolOptions(
          connections: connections, waitingCalls: 100, timeout: .seconds(5), acquireTimeout: .seconds(5),
          connectTimeout: .seconds(5)),
        observation: observation, startThread: DriverThread.start)
    }

    @Test func aMetricsSystemHearsOfExchangesAndConnections() async throws {
      let metrics = TestMetrics()
      let pool = pool(PoolObservation(metrics: PoolMetrics(backend: "fake", factory: metrics), tracer: nil))
      for _ in 0..<3 { _ = try await pool.lease(context, .read) { connection, _ in connection.number } }
      await pool.close()
      func label(_ name: String) -> String { "instructor_store_pool_\(name)" }
      #expect(metrics.counterTotal(label: label("exchanges"), dimensions: Self.backend) == 3)
      #expect(try metrics.expectRecorder(label("batch_size"), Self.backend).values == [1, 1, 1])
      #expect(try metrics.expectTimer(label("waiting"), Self.backend).values.count == 3)
      #expect(try metrics.expectRecorder(label("connections_open"), Self.backend).values.first == 1)
    }

    @Test func gaugesFollowThePoolUpAndDownAgain() async throws {
      let metrics = TestMetrics()
      let pool = pool(
        PoolObservation(metrics: PoolMetrics(backend: "fake", factory: metrics), tracer: nil), connections: 1)
      func shows(_ name: String, _ value: Double) async throws {
        let gauge = try metrics.expectGauge("instructor_store_pool_\(name)", Self.backend)
        await until { (gauge.lastValue ?? 0) == value }
      }
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let waiting = [await pool.enqueue { _, _ in 1 }, await pool.enqueue { _, _ in 2 }]
      try await shows("connections_open", 1)
      try await shows("connections_busy", 1)
      try await shows("connections_idle", 0)
      try await shows("calls_waiting", 2)
      waiting[0].cancel()
      try await shows("calls_waiting", 1)
      gate.open()
      _ = await (occupant.value, waiting[1].value)
      try await shows("connections_busy", 0)
      try await shows("connections_idle", 1)
      try await shows("calls_waiting", 0)
      try await shows("connections_open", 1)
      await pool.close()
      try await shows("connections_open", 0)
      try await shows("connections_idle", 0)
    }

    @Test func gaugesGoOnShowingTheLatestMomentThatTheyHeardOf() throws {
      let metrics = TestMetrics()
      let observed = try #require(PoolMetrics(backend: "fake", factory: metrics))
      observed.show(PoolLevels(number: 2, openConnections: 1))
      // Of a thread that was held up on its way here.
      observed.show(PoolLevels(number: 1, openConnections: 1, busyConnections: 1))
      observed.show(PoolLevels(number: 3, openConnections: 1, idleConnections: 1))
      #expect(try metrics.expectGauge("instructor_store_pool_connections_busy", Self.backend).values == [])
      #expect(try metrics.expectGauge("instructor_store_pool_connections_idle", Self.backend).values == [1])
    }

    @Test func callsThatShareALeaseAreObservedAndTheLeaseIsNot() async throws {
      let metrics = TestMetrics()
      let tracer = InMemoryTracer()
      let pool = pool(PoolObservation(forBackend: "fake", metrics: metrics, tracer: tracer))
      let start = Deadline.now()
      let lease = try pool.pendingLease(context, .write) { _, _ in
        pool.groupBegan(madeAt: [start, start, start])
      }
      let first = await pool.traced(context) { () async -> Result<Int, StoreError> in
        do throws(StoreError) { try await lease.run() } catch { return .failure(error) }
        return .success(1)
      }
      #expect(first.value == 1)
      let second = await pool.traced(context) { () async -> Result<Int, StoreError> in
        .failure(context.error(.cancelled, "the task was cancelled"))
      }
      #expect(second.code == .cancelled)
      pool.timedOut(calls: 2)
      pool.cancelledCall()
      pool.refusedCall()
      let statistics = pool.statistics()
      await pool.close()
      func label(_ name: String) -> String { "instructor_store_pool_\(name)" }
      for (name, count) in [("exchanges", Int64(1)), ("timeouts", 2), ("cancellations", 1), ("refusals", 1)] {
        #expect(metrics.counterTotal(label: label(name), dimensions: Self.backend) == count, "\(name)")
      }
      #expect(try metrics.expectRecorder(label("batch_size"), Self.backend).values == [3])
      #expect(try metrics.expectTimer(label("waiting"), Self.backend).values.count == 3)
      #expect(statistics.exchanges == 1 && statistics.batchedCalls == 3 && statistics.largestBatch == 3)
      #expect(statistics.timedOutCalls == 2 && statistics.cancelledCalls == 1 && statistics.refusedCalls == 1)
      #expect(statistics.waitingNanoseconds > 0)
      #expect(tracer.finishedSpans.map { $0.status?.code } == [nil, .error])
    }

    @Test func aTracerGetsASpanForEachCallWithItsErrorAndWithoutData() async throws {
      let tracer = InMemoryTracer()
      let pool = pool(PoolObservation(metrics: nil, tracer: CallTracer(tracer)))
      _ = try await pool.lease(context, .read) { connection, _ in connection.number }
      let failed = await pool.result(.write) { _, _ throws(StoreError) -> Int in
        throw context.error(.conflict, "taken", constraint: .instructorID, entityID: 7)
      }
      #expect(failed.code == .conflict)
      await pool.close()
      let spans = tracer.finishedSpans
      #expect(spans.map(\.operationName) == ["\(context.operation)", "\(context.operation)"])
      #expect(spans.allSatisfy { $0.kind == .client })
      #expect(spans.first?.status == nil)
      #expect(spans.last?.status?.code == .error)
      #expect(spans.last?.attributes["error.type"]?.toSpanAttribute() == "conflict")
      #expect(tracer.activeSpans.isEmpty)
    }

    @Test func nothingIsObservedWhereNothingIsInstalled() {
      #expect(PoolMetrics(backend: "fake", factory: NOOPMetricsHandler.instance) == nil)
      #expect(CallTracer(NoOpTracer()) == nil)
    }
  }
}
