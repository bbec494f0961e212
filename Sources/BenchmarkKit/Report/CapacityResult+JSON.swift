/// The JSON object of `dbbench capacity`, one for each workload. Rates are calls a second.
extension CapacityResult: Encodable {
  private enum Key: String, CodingKey {
    case workload, sloMilliseconds, percentile, complete, stopped, seed, connections, catalog, client, arms,
      ratio, probes
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(workload, forKey: .workload)
    try object.encode(level.limit.seconds * 1e3, forKey: .sloMilliseconds)
    try object.encode(percentile, forKey: .percentile)
    try object.encode(stopped == nil, forKey: .complete)
    try object.encode(stopped, forKey: .stopped)
    try object.encode(seed, forKey: .seed)
    try object.encode(connections, forKey: .connections)
    try object.encode(catalog, forKey: .catalog)
    try object.encode(ClientProcess.environment, forKey: .client)
    try object.encode(arms, forKey: .arms)
    try object.encode(ratio, forKey: .ratio)
    try object.encode(probes, forKey: .probes)
  }
}

extension CapacityResult.ArmCapacity: Encodable {
  private enum Key: String, CodingKey {
    case backend, displayName, rates, capacity, generatorLimited, environment
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(backend, forKey: .backend)
    try object.encode(displayName, forKey: .displayName)
    try object.encode(rates, forKey: .rates)
    try object.encode(median, forKey: .capacity)
    try object.encode(isGeneratorLimited, forKey: .generatorLimited)
    try object.encode(environment, forKey: .environment)
  }
}
