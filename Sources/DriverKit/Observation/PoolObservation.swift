package import CoreMetrics
package import Tracing

/// Who hears of a pool's calls: a metrics system and a tracer, each where one was bootstrapped before the pool was made.
package struct PoolObservation: Sendable {
  var metrics: PoolMetrics?
  var tracer: CallTracer?

  init(metrics: PoolMetrics?, tracer: CallTracer?) {
    self.metrics = metrics
    self.tracer = tracer
  }

  /// With others than the process has installed: for tests, as those can be bootstrapped only once and for all.
  package init(forBackend name: String, metrics: any MetricsFactory, tracer: any Tracer) {
    self.init(metrics: PoolMetrics(backend: name, factory: metrics), tracer: CallTracer(tracer))
  }

  /// What this process has installed.
  static func installed(forBackend name: String) -> PoolObservation {
    PoolObservation(metrics: PoolMetrics(backend: name), tracer: CallTracer())
  }
}
