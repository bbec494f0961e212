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

    private func pool(_ observation: PoolObservation) -> ConnectionPool<FakeDriver> {
      ConnectionPool(
        driver: FakeDriver(), name: "fake",
        options: PoolOptions(
          connections: 2, waitingCalls: 100, timeout: .seconds(5), acquireTimeout: .seconds(5),
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
