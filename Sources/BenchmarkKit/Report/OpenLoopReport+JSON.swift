import InstructorStore

/// The JSON object of `dbbench run --rate`: that of the closed loop, with the offered load and four more kinds of time.
extension OpenLoopReport: Encodable {
  private enum Key: String, CodingKey {
    case backend, workload, dispatch, durability, connections, seed, operations, errors, elapsedSeconds
    case throughputPerSecond, latency, traceHash, environment
    case loop, rate, arrivals, durationSeconds, outstanding, status, scheduled, succeeded, errorsByCode,
      dropped
    case outstandingByThird
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode("open", forKey: .loop)
    try object.encode(backend, forKey: .backend)
    try object.encode(workload, forKey: .workload)
    try object.encode(dispatch.rawValue, forKey: .dispatch)
    try object.encode(environment[Durability.levelKey] ?? "unknown", forKey: .durability)
    try object.encode(connections, forKey: .connections)
    try object.encode(outstanding, forKey: .outstanding)
    try object.encode(seed, forKey: .seed)
    try object.encode(load.ratePerSecond, forKey: .rate)
    try object.encode(load.arrivals.rawValue, forKey: .arrivals)
    try object.encode(load.duration.seconds, forKey: .durationSeconds)
    try object.encode(status.rawValue, forKey: .status)
    try object.encode(ledger.scheduled, forKey: .scheduled)
    try object.encode(ledger.succeeded, forKey: .succeeded)
    try object.encode(ledger.executed, forKey: .operations)
    try object.encode(ledger.failed, forKey: .errors)
    try object.encode(ledger.failures, forKey: .errorsByCode)
    try object.encode(ledger.dropped, forKey: .dropped)
    try object.encode(outstandingByThird, forKey: .outstandingByThird)
    try object.encode(elapsedSeconds, forKey: .elapsedSeconds)
    try object.encode(throughputPerSecond, forKey: .throughputPerSecond)
    try object.encode(
      ["response": response, "lag": lag, "queue": queue, "service": service, "delivery": delivery],
      forKey: .latency)
    try object.encode(traceHashText(traceHash), forKey: .traceHash)
    try object.encode(environment, forKey: .environment)
  }
}
