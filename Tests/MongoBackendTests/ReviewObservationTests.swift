import DriverKit
import EphemeralServers
import InMemoryTracing
import InstructorStore
import MetricsTestKit
import TestSupport
import Testing
import Tracing

@testable import MongoBackend

/// What a metrics system and a tracer hear of review writes, which wait in front of the pool.
@Suite(.serialized)
struct ReviewObservationTests {
  private static let backend = [("backend", "mongo")]

  @Test(
    "Each review write has one span, and its wait, refusal, cancellation or timeout is a call's as anybody else's"
  )
  func writes() async throws {
    let metrics = TestMetrics()
    let tracer = InMemoryTracer()
    let options = MongoOptions(
      database: MongoTestServer.freshDatabaseName(), connections: 1, waitingCallsLimit: 2,
      acquireTimeout: .seconds(60))
    let address = try MongoAddress(
      try await MongoTestServer.server().url, options: options,
      CallContext(backend: "mongo", operation: "open"))
    let store = MongoStore(
      MongoCore(
        address, options,
        observation: PoolObservation(forBackend: "mongo", metrics: metrics, tracer: tracer)))
    try await store.migrate()
    let result: Result<Void, any Error>
    do { result = .success(try await check(store, metrics, tracer)) } catch { result = .failure(error) }
    try await store.dropDatabase()
    await store.close()
    try result.get()
  }

  private func check(_ store: MongoStore, _ metrics: TestMetrics, _ tracer: InMemoryTracer) async throws {
    let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
    // Draws a block of ids.
    _ = try await store.reviews.create(ReviewCatalog.newReview(0, by: reviewer))
    try await waitUntil("the connection is free") { store.statistics().busyConnections == 0 }
    tracer.clearAll()
    let before = Seen(metrics)
    let create: @Sendable (Int) async -> StoreError? = { number in
      await storeError { _ = try await store.reviews.create(ReviewCatalog.newReview(number, by: reviewer)) }
    }

    var held = try await HeldConnections(of: store)
    let cancelled = Task { await create(1) }
    try await waitUntil("one waits") { store.statistics().waitingCalls == 1 }
    let late = Task {
      await storeError {
        try await withStoreTimeout(.milliseconds(500)) {
          _ = try await store.reviews.create(ReviewCatalog.newReview(2, by: reviewer))
        }
      }
    }
    try await waitUntil("two wait for one lease") {
      store.core.reviewQueue.waitingCalls == 1 && store.core.pool.statistics().waitingCalls == 1
    }
    #expect(await create(3)?.code == .poolExhausted)
    // The lease goes on for the other.
    cancelled.cancel()
    #expect(await cancelled.value?.code == .cancelled)
    #expect(store.core.pool.statistics().waitingCalls == 1)
    #expect(await late.value?.code == .poolExhausted)
    // Nobody is left who waits for it.
    try await waitUntil("the lease is taken back") { store.core.pool.statistics().waitingCalls == 0 }
    held.letGo()
    try await held.end()
    var seen = Seen(metrics)
    #expect(seen.cancellations == before.cancellations + 1)
    #expect(seen.timeouts == before.timeouts + 1)
    #expect(seen.refusals == before.refusals + 1)
    var statistics = store.statistics()
    #expect(statistics.cancelledCalls == 1 && statistics.timedOutCalls == 1 && statistics.refusedCalls == 1)
    #expect(Set(spans(tracer)) == ["poolExhausted", "poolExhausted", "cancelled"])
    #expect(spans(tracer).count == 3)

    tracer.clearAll()
    held = try await HeldConnections(of: store)
    let together = [4, 5].map { number in Task { await create(number) } }
    try await waitUntil("two wait") { store.statistics().waitingCalls == 2 }
    seen = Seen(metrics)
    let batchedBefore = store.statistics().batchedCalls
    held.letGo()
    for task in together { #expect(await task.value == nil) }
    try await held.end()
    let after = Seen(metrics)
    #expect(after.exchanges == seen.exchanges + 1)
    #expect(after.batchSizes.suffix(1) == [2])
    #expect(after.waits == seen.waits + 2)
    statistics = store.statistics()
    #expect(statistics.batchedCalls == batchedBefore + 2)
    #expect(spans(tracer) == ["", ""])
    #expect(tracer.activeSpans.isEmpty)
  }

  /// The errors of the review writes that have ended.
  private func spans(_ tracer: InMemoryTracer) -> [String] {
    tracer.finishedSpans.filter { $0.operationName == "reviews.create" }.map { span in
      guard case .string(let code)? = span.attributes["error.type"]?.toSpanAttribute() else { return "" }
      return code
    }
  }

  private struct Seen {
    var exchanges: Int64
    var timeouts: Int64
    var cancellations: Int64
    var refusals: Int64
    var batchSizes: [Double]
    var waits: Int

    init(_ metrics: TestMetrics) {
      func total(_ name: String) -> Int64 {
        metrics.counterTotal(
          label: "instructor_store_pool_\(name)", dimensions: ReviewObservationTests.backend)
      }
      exchanges = total("exchanges")
      timeouts = total("timeouts")
      cancellations = total("cancellations")
      refusals = total("refusals")
      let backend = ReviewObservationTests.backend
      batchSizes =
        metrics.recorders(label: "instructor_store_pool_batch_size", dimensions: backend).first?.values ?? []
      waits =
        metrics.timers(label: "instructor_store_pool_waiting", dimensions: backend).first?.values.count ?? 0
    }
  }
}
