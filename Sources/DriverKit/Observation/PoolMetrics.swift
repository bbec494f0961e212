import CoreMetrics

/// What a pool tells swift-metrics of itself, where a metrics system was bootstrapped before the pool was made.
///
/// Labels start with `instructor_store_pool_`; every metric has the dimension `backend`. Nothing is recorded under a lock of the pool's:
/// a metrics library may have locks of its own.
struct PoolMetrics: Sendable {
  /// From a call's submission until a connection takes it.
  private let waiting: Timer
  /// Calls of one exchange with the server.
  private let batchSize: Recorder
  private let exchanges: Counter
  private let timeouts: Counter
  private let cancellations: Counter
  private let refusals: Counter
  private let discarded: Counter
  private let open: Gauge
  private let busy: Gauge

  /// `nil` where there is no metrics system: then nothing is measured either.
  init?(backend: String, factory: any MetricsFactory = MetricsSystem.factory) {
    if factory is NOOPMetricsHandler { return nil }
    let dimensions = [("backend", backend)]
    func label(_ name: String) -> String { "instructor_store_pool_\(name)" }
    waiting = Timer(label: label("waiting"), dimensions: dimensions, factory: factory)
    batchSize = Recorder(
      label: label("batch_size"), dimensions: dimensions, aggregate: true, factory: factory)
    exchanges = Counter(label: label("exchanges"), dimensions: dimensions, factory: factory)
    timeouts = Counter(label: label("timeouts"), dimensions: dimensions, factory: factory)
    cancellations = Counter(label: label("cancellations"), dimensions: dimensions, factory: factory)
    refusals = Counter(label: label("refusals"), dimensions: dimensions, factory: factory)
    discarded = Counter(label: label("connections_discarded"), dimensions: dimensions, factory: factory)
    open = Gauge(label: label("connections_open"), dimensions: dimensions, factory: factory)
    busy = Gauge(label: label("connections_busy"), dimensions: dimensions, factory: factory)
  }

  /// A connection has taken these calls, in one exchange if there are several.
  func exchangeStarted(_ calls: [QueuedCall], busyConnections: Int) {
    let now = Deadline.now()
    for call in calls where !call.mustRunAlone { waiting.recordNanoseconds(now - min(call.start, now)) }
    batchSize.record(calls.count)
    exchanges.increment()
    busy.record(busyConnections)
  }

  func timedOut(_ calls: Int) { if calls > 0 { timeouts.increment(by: calls) } }
  func cancelled() { cancellations.increment() }
  func refused() { refusals.increment() }

  func connectionsChanged(open count: Int, isDiscard: Bool) {
    open.record(count)
    if isDiscard { discarded.increment() }
  }
}
