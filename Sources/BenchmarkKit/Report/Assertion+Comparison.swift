extension Assertion {
  /// Why it does not hold for a comparison, or `nil` where it does. Its names have to be known: ``requireNames(_:)``.
  public func failure(in summary: ComparisonSummary) -> String? {
    if let entry = summary.workloads.first(where: { $0.workload == path.workload }) {
      return failure(in: entry, summary.plan)
    }
    guard let arm = summary.plan.arms.firstIndex(where: { $0.name == path.arm }) else { return failure(nil) }
    let offered = summary.openLoop?.first {
      Self.subject($0.workload, ratePerSecond: $0.ratePerSecond) == path.workload
    }
    if let offered { return failure(in: offered.arms[arm], summary.plan.arms[arm]) }
    if let soak = summary.soaks?.first(where: {
      Self.soakSubject($0.workload) == path.workload && $0.arm == arm
    }) {
      guard soak.isComplete else { return failure(nil, missing: "the soak was cut off") }
      return failure(in: soak)
    }
    let isLoad = WorkloadRegistry.all.contains { $0.name == path.workload && $0.kind == .load }
    return failure(isLoad ? summary.bulkLoad.flatMap { value($0.rowsPerSecond[arm]) } : nil)
  }

  private func failure(in entry: WorkloadSummary, _ plan: RecordedPlan) -> String? {
    if path.arm == Self.ratio { return failure(value(entry.verdict.ratio)) }
    guard let arm = plan.arms.firstIndex(where: { $0.name == path.arm }) else { return failure(nil) }
    let figures = entry.arms[arm]
    switch path.metric {
    case "throughput": return failure(value(figures.throughput))
    case "errors": return failure(Double(figures.failed))
    case "noise": return failure(figures.noise)
    case "cpu": return failure(nanoseconds(of: figures.cpuMicrosecondsPerOperation, plan.arms[arm]))
    default: return failure(value(figures.latency))
    }
  }

  private func failure(in figures: OpenLoopSummary.ArmFigures, _ arm: ArmSpecification) -> String? {
    switch path.metric {
    case "throughput": return failure(value(figures.throughput))
    case "errors": return failure(Double(figures.failed))
    case "misses": return failure(Double(figures.misses))
    case "cpu": return failure(nanoseconds(of: figures.cpuMicrosecondsPerOperation, arm))
    default:
      let times = [
        "response": figures.latency.response, "lag": figures.latency.lag, "queue": figures.latency.queue,
        "service": figures.latency.service, "delivery": figures.latency.delivery,
      ]
      return failure(times[path.metric], of: figures.status)
    }
  }

  /// Processor time per operation; `nil` where it is not all measured.
  private func nanoseconds(of microseconds: [String: Double], _ arm: ArmSpecification) -> Double? {
    let client = microseconds[ProcessGroup.client]
    let server = arm.processGroup.flatMap { microseconds[$0] }
    let value: Double? =
      switch path.statistic {
      case "client": client
      case "server": server
      default: client.flatMap { client in server.map { client + $0 } }
      }
    return value.map { $0 * 1e3 }
  }
}
