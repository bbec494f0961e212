/// Who hears of a pool's calls: a metrics system and a tracer, each where one was bootstrapped before the pool was made.
struct PoolObservation: Sendable {
  var metrics: PoolMetrics?
  var tracer: CallTracer?

  /// What this process has installed.
  static func installed(forBackend name: String) -> PoolObservation {
    PoolObservation(metrics: PoolMetrics(backend: name), tracer: CallTracer())
  }
}
