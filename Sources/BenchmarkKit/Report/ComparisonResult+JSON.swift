import InstructorStore

/// The JSON object of `dbbench compare`.
extension ComparisonResult: Encodable {
  private enum Key: String, CodingKey {
    case label, complete, client, catalog, seed, instructors, courses, keys, dispatch, concurrency,
      connections
    case equivalentOperations, arms, loads, workloads
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(ProvisionalComparison.label, forKey: .label)
    try object.encode(stopped == nil, forKey: .complete)
    try object.encode(ClientProcess.environment, forKey: .client)
    try object.encode(settings.catalog.fingerprint, forKey: .catalog)
    try object.encode(settings.seed, forKey: .seed)
    try object.encode(settings.catalog.instructors, forKey: .instructors)
    try object.encode(settings.catalog.courses, forKey: .courses)
    try object.encode(settings.keys.rawValue, forKey: .keys)
    try object.encode(settings.options.dispatch.rawValue, forKey: .dispatch)
    try object.encode(settings.concurrency, forKey: .concurrency)
    try object.encode(settings.options.connections, forKey: .connections)
    try object.encode(equivalentOperations, forKey: .equivalentOperations)
    try object.encode(arms, forKey: .arms)
    try object.encode(loads, forKey: .loads)
    try object.encode(comparisons.map { ComparisonEntry(comparison: $0, arms: arms) }, forKey: .workloads)
  }
}

extension ComparisonResult.ArmDescription: Encodable {
  private enum Key: String, CodingKey { case backend, displayName, environment }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(name, forKey: .backend)
    try object.encode(displayName, forKey: .displayName)
    try object.encode(environment, forKey: .environment)
  }
}

/// One workload of the comparison's object.
private struct ComparisonEntry: Encodable {
  let comparison: ProvisionalComparison
  let arms: [ComparisonResult.ArmDescription]

  private enum Key: String, CodingKey {
    case workload, blocks, orders, ratio, ratios, results
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(comparison.workload, forKey: .workload)
    try object.encode(comparison.blocks, forKey: .blocks)
    try object.encode(comparison.orders.map(\.rawValue), forKey: .orders)
    try object.encode(comparison.ratio, forKey: .ratio)
    try object.encode(comparison.ratios, forKey: .ratios)
    let results = comparison.arms.indices.map { arm in
      ArmEntry(
        backend: arms[arm].name, figures: comparison.arms[arm],
        loadSeconds: comparison.loadSeconds.isEmpty ? nil : comparison.loadSeconds[arm])
    }
    try object.encode(results, forKey: .results)
  }
}

private struct ArmEntry: Encodable {
  let backend: String
  let figures: ProvisionalComparison.ArmFigures
  /// For `bulk-load`; the throughput is rows per second there.
  let loadSeconds: [Double]?

  private enum Key: String, CodingKey {
    case backend, throughputPerSecond, scheduled, operations, errors, errorsByCode, dropped, latency,
      traceHash, loadSeconds
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(backend, forKey: .backend)
    try object.encode(figures.throughput, forKey: .throughputPerSecond)
    if let loadSeconds {
      try object.encode(loadSeconds, forKey: .loadSeconds)
      return
    }
    try object.encode(figures.ledger.scheduled, forKey: .scheduled)
    try object.encode(figures.ledger.executed, forKey: .operations)
    try object.encode(figures.ledger.failed, forKey: .errors)
    try object.encode(figures.ledger.failures, forKey: .errorsByCode)
    try object.encode(figures.ledger.dropped, forKey: .dropped)
    try object.encode(LatencyKinds(response: figures.response), forKey: .latency)
    try object.encode(traceHashText(figures.traceHash), forKey: .traceHash)
  }
}
