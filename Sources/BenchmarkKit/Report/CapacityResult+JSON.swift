/// The JSON object of `dbbench capacity`, one for each workload. Rates are calls a second.
extension CapacityResult: Encodable {
  private enum Key: String, CodingKey {
    case workload, sloMilliseconds, percentile, complete, stopped, seed, catalog, client, arms, ratio, probes,
      void
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(workload, forKey: .workload)
    try object.encode(level.limit.seconds * 1e3, forKey: .sloMilliseconds)
    try object.encode(percentile, forKey: .percentile)
    try object.encode(stopped == nil, forKey: .complete)
    try object.encode(stopped, forKey: .stopped)
    try object.encode(seed, forKey: .seed)
    try object.encode(catalog, forKey: .catalog)
    try object.encode(ClientProcess.environment, forKey: .client)
    try object.encode(busyReason, forKey: .void)
    try object.encode(arms, forKey: .arms)
    try object.encode(ratio, forKey: .ratio)
    try object.encode(probes, forKey: .probes)
  }
}

extension CapacityResult.ArmCapacity: Encodable {
  private enum Key: String, CodingKey {
    case arm, backend, displayName, dispatch, connections, settings, rates, capacity, generatorLimited,
      traceHash,
      environment
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(specification.name, forKey: .arm)
    try object.encode(specification.backend, forKey: .backend)
    try object.encode(displayName, forKey: .displayName)
    try object.encode(specification.dispatch, forKey: .dispatch)
    try object.encode(specification.connections, forKey: .connections)
    try object.encode(specification.settings, forKey: .settings)
    try object.encode(rates, forKey: .rates)
    try object.encode(median, forKey: .capacity)
    try object.encode(isGeneratorLimited, forKey: .generatorLimited)
    try object.encode(traceHashText(traceHash), forKey: .traceHash)
    try object.encode(environment, forKey: .environment)
  }
}
