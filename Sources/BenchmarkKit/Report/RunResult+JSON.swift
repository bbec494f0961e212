import InstructorStore

/// The JSON object of `dbbench run`. Times are whole nanoseconds; what was not measured, or has too few
/// samples, is `null` and never left out.
extension RunResult: Encodable {
  private enum Key: String, CodingKey {
    case backend, workload, dispatch, durability, concurrency, connections, seed, operations, errors
    case elapsedSeconds, throughputPerSecond, latency, traceHash, recount, runner, environment
  }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(backend, forKey: .backend)
    try object.encode(workload, forKey: .workload)
    try object.encode(dispatch.rawValue, forKey: .dispatch)
    try object.encode(durability, forKey: .durability)
    try object.encode(concurrency, forKey: .concurrency)
    try object.encode(connections, forKey: .connections)
    try object.encode(seed, forKey: .seed)
    try object.encode(ledger.executed, forKey: .operations)
    try object.encode(ledger.failed, forKey: .errors)
    try object.encode(elapsedSeconds, forKey: .elapsedSeconds)
    try object.encode(throughputPerSecond, forKey: .throughputPerSecond)
    try object.encode(
      LatencyKinds(response: response, queue: queue, service: service, delivery: delivery), forKey: .latency)
    try object.encode(traceHashText(traceHash), forKey: .traceHash)
    // Null where nothing wrote reviews.
    try object.encode(recount, forKey: .recount)
    try object.encode(runner, forKey: .runner)
    try object.encode(environment, forKey: .environment)
  }

  /// What the target read back from its server under `durability`.
  public var durability: String { environment["durability"] ?? "unknown" }
}

/// The kinds of times of a closed loop. Without intended start times there is no lag; what the response is made of is
/// `null` where it was not measured.
struct LatencyKinds: Encodable {
  var response: LatencySummary
  var queue: LatencySummary?
  var service: LatencySummary?
  var delivery: LatencySummary?

  private enum Key: String, CodingKey { case response, lag, queue, service, delivery }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(response, forKey: .response)
    try object.encodeNil(forKey: .lag)
    try object.encode(queue, forKey: .queue)
    try object.encode(service, forKey: .service)
    try object.encode(delivery, forKey: .delivery)
  }
}

extension LatencySummary: Encodable {
  private enum Key: String, CodingKey { case p50, p90, p95, p99, p999, max, mean }

  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    // `encode` of an optional writes null; `encodeIfPresent` would leave it out.
    try object.encode(p50, forKey: .p50)
    try object.encode(p90, forKey: .p90)
    try object.encode(p95, forKey: .p95)
    try object.encode(p99, forKey: .p99)
    try object.encode(p999, forKey: .p999)
    try object.encode(max, forKey: .max)
    try object.encode(mean, forKey: .mean)
  }
}
