public import InstructorStore

// Each of these says why the assertion does not hold, or gives `nil` where it does. Its names have to be known:
// ``Assertion/requireNames(_:)``.
extension Assertion {
  public func failure(in results: [RunResult]) -> String? {
    let result = results.first {
      $0.workload == path.workload && isAbout($0.backend, $0.dispatch, among: results.map(\.dispatch))
    }
    guard let result else { return failure(nil) }
    switch path.metric {
    case "throughput": return failure(result.throughputPerSecond)
    case "errors": return failure(Double(result.ledger.failed))
    case "queue": return failure(result.queue.flatMap(value))
    case "service": return failure(result.service.flatMap(value))
    case "delivery": return failure(result.delivery.flatMap(value))
    default: return failure(value(result.response))
    }
  }

  public func failure(in reports: [OpenLoopReport]) -> String? {
    let report = reports.first {
      $0.workload == path.workload && isAbout($0.backend, $0.dispatch, among: reports.map(\.dispatch))
    }
    guard let report else { return failure(nil) }
    switch path.metric {
    case "throughput": return failure(report.throughputPerSecond)
    case "errors": return failure(Double(report.ledger.failed))
    case "misses": return failure(Double(report.misses))
    default:
      let times = [
        "response": report.response, "lag": report.lag, "queue": report.queue, "service": report.service,
        "delivery": report.delivery,
      ]
      return failure(times[path.metric], of: report.status)
    }
  }

  /// Of an overloaded backend the times only say how long the run was; of a late generator, nothing about the backend.
  func failure(_ times: LatencySummary?, of status: OpenLoopStatus) -> String? {
    guard status == .valid else { return failure(nil, missing: "the run was \(status.rawValue)") }
    return failure(times.flatMap(value))
  }

  public func failure(in results: [SoakResult]) -> String? {
    let result = results.first {
      $0.workload == path.workload && isAbout($0.backend, $0.dispatch, among: results.map(\.dispatch))
    }
    guard let result else { return failure(nil) }
    return failure(in: result)
  }

  func failure(in soak: some SoakFigures) -> String? {
    switch (path.metric, path.statistic) {
    case ("throughput", "minimum"): failure(soak.windows.map(\.throughputPerSecond).min())
    case ("throughput", _): failure(soak.throughputPerSecond)
    case ("errors", _): failure(Double(soak.ledger.failed))
    default: failure(value(soak.response))
    }
  }

  public func failure(in results: [CapacityResult]) -> String? {
    guard let result = results.first(where: { $0.workload == path.workload }) else { return failure(nil) }
    if path.arm == Self.ratio { return failure(value(result.ratio)) }
    guard let arm = result.arms.first(where: { $0.specification.name == path.arm }) else {
      return failure(nil)
    }
    // What was found is then the least that it bears: enough to be above something, not to be below it.
    if arm.isGeneratorLimited, comparison.isUpperBound {
      return failure(nil, missing: "this program could not offer more")
    }
    return failure(value(arm.median))
  }

  /// What `dbbench run` calls its arms: by backend, and by mode where it has both, as `compare` does.
  public static func armNames(_ backends: [String], _ modes: [DispatchMode]) -> [String] {
    backends.flatMap { backend in modes.map { armName(backend, $0, among: modes) } }
  }

  private static func armName(_ backend: String, _ mode: DispatchMode, among all: [DispatchMode]) -> String {
    Set(all).count > 1 ? "\(backend)-\(mode.rawValue)" : backend
  }

  private func isAbout(_ backend: String, _ mode: DispatchMode, among all: [DispatchMode]) -> Bool {
    Self.armName(backend, mode, among: all) == path.arm
  }

  func value(_ range: MedianRange?) -> Double? {
    switch path.statistic {
    case "median": range?.median
    case "minimum": range?.minimum
    default: range?.maximum
    }
  }

  func value(_ ratio: RatioEstimate?) -> Double? {
    switch path.statistic {
    case "estimate": ratio?.estimate
    case "lower": ratio?.lower
    default: ratio?.upper
    }
  }

  func value(_ times: LatencySummary) -> Double? {
    let values = [
      "p50": times.p50, "p90": times.p90, "p95": times.p95, "p99": times.p99, "p999": times.p999,
      "max": times.max, "mean": times.mean,
    ]
    return (values[path.statistic] ?? nil).map { Double($0) }
  }
}
