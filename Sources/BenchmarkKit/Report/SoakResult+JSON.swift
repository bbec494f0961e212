import InstructorStore

/// The JSON object of `dbbench run --soak`.
extension SoakResult: Encodable {
  private enum Key: String, CodingKey {
    case backend, workload, dispatch, durability, concurrency, connections, seed, scheduled, operations,
      errors,
      errorsByCode, dropped, traceHash
    case latency, windows, server, preparation, watchSeconds, environment
  }
  private enum UsageKey: String, CodingKey { case processorSeconds, writtenBytes }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(backend, forKey: .backend)
    try object.encode(workload, forKey: .workload)
    try object.encode(dispatch.rawValue, forKey: .dispatch)
    try object.encode(environment[Durability.levelKey] ?? "unknown", forKey: .durability)
    try object.encode(concurrency, forKey: .concurrency)
    try object.encode(connections, forKey: .connections)
    try object.encode(seed, forKey: .seed)
    try object.encode(ledger.scheduled, forKey: .scheduled)
    try object.encode(ledger.executed, forKey: .operations)
    try object.encode(ledger.failed, forKey: .errors)
    try object.encode(ledger.failures, forKey: .errorsByCode)
    try object.encode(ledger.dropped, forKey: .dropped)
    try object.encode(traceHashText(traceHash), forKey: .traceHash)
    try encodeReckoned(to: encoder)
    try object.encode(LatencyKinds(response: response), forKey: .latency)
    try object.encode(windows, forKey: .windows)
    var usage = object.nestedContainer(keyedBy: UsageKey.self, forKey: .server)
    try usage.encode(timed.processorSeconds, forKey: .processorSeconds)
    try usage.encode(timed.writtenBytes, forKey: .writtenBytes)
    try object.encode(preparation, forKey: .preparation)
    try object.encode(watchSeconds, forKey: .watchSeconds)
    try object.encode(environment, forKey: .environment)
  }
}

private enum ReckonedKey: String, CodingKey {
  case elapsedSeconds, throughputPerSecond, firstThirdPerSecond, lastThirdPerSecond, disturbedWindows,
    maintenanceDebt
}

private enum DebtKey: String, CodingKey { case processorMillisecondsPer1000, bytesPer1000 }

extension SoakFigures {
  /// Adds to the object what is reckoned from its parts.
  func encodeReckoned(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: ReckonedKey.self)
    try object.encode(elapsedSeconds, forKey: .elapsedSeconds)
    try object.encode(throughputPerSecond, forKey: .throughputPerSecond)
    try object.encode(thirds?.first, forKey: .firstThirdPerSecond)
    try object.encode(thirds?.last, forKey: .lastThirdPerSecond)
    try object.encode(disturbedWindows, forKey: .disturbedWindows)
    guard let debt else { return try object.encodeNil(forKey: .maintenanceDebt) }
    var nested = object.nestedContainer(keyedBy: DebtKey.self, forKey: .maintenanceDebt)
    try nested.encode(debt.processorMilliseconds, forKey: .processorMillisecondsPer1000)
    try nested.encode(debt.bytes, forKey: .bytesPer1000)
  }
}
