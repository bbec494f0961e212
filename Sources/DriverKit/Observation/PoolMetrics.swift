import CoreMetrics

/// What a pool tells swift-metrics of itself, where a metrics system was bootstrapped before the pool was made.
///
/// Labels start with `instructor_store_pool_`; every metric has the dimension `backend`. Nothing is recorded under the pool's lock:
/// a metrics library may have locks of its own. Calls that wait in a queue in front of the pool are in all of it but `calls_waiting`,
/// where the leases they wait for are.
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
  private let idle: Gauge
  private let waitingCalls: Gauge
  private let shown = ShownLevels()

  private final class ShownLevels: Sendable {
    let levels = Locked(PoolLevels())
  }

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
    idle = Gauge(label: label("connections_idle"), dimensions: dimensions, factory: factory)
    waitingCalls = Gauge(label: label("calls_waiting"), dimensions: dimensions, factory: factory)
  }

  /// A connection has taken these calls, in one exchange if there are several.
  func exchangeStarted(_ calls: [QueuedCall]) {
    guard let first = calls.first, !first.isForOthers else { return }
    let now = Deadline.now()
    // One that is queued again has had its wait recorded.
    let starts = calls.lazy.filter { !$0.mustRunAlone }.map(\.start)
    exchangeStarted(calls.count, waitingSince: starts, now: now)
  }

  func exchangeStarted(_ calls: Int, waitingSince starts: some Sequence<UInt64>, now: UInt64) {
    for start in starts { waiting.recordNanoseconds(now - min(start, now)) }
    batchSize.record(calls)
    exchanges.increment()
  }

  func timedOut(_ calls: Int) { if calls > 0 { timeouts.increment(by: calls) } }
  func cancelled() { cancellations.increment() }
  func refused() { refusals.increment() }

  func connectionDiscarded() { discarded.increment() }

  /// Threads take the levels in order and come here in any: what the gauges go on showing must not be an older moment.
  func show(_ levels: PoolLevels) {
    shown.levels.withLock { last in
      guard levels.number > last.number else { return }
      if levels.openConnections != last.openConnections { open.record(levels.openConnections) }
      if levels.busyConnections != last.busyConnections { busy.record(levels.busyConnections) }
      if levels.idleConnections != last.idleConnections { idle.record(levels.idleConnections) }
      if levels.waitingCalls != last.waitingCalls { waitingCalls.record(levels.waitingCalls) }
      last = levels
    }
  }
}
