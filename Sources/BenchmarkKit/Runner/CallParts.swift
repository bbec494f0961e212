/// What the time between a call and its return is made of, by the stamps of its driver: the three add up to it, call by call.
struct CallParts: Sendable {
  /// From the call to the beginning of its exchange with the server: waiting for a connection.
  var queue = LatencyHistogram()
  /// From the beginning of the exchange to the answer.
  var service = LatencyHistogram()
  /// From the answer to its caller.
  var delivery = LatencyHistogram()

  /// - Parameter exchange: `nil` where there was none (in memory): then the call itself is the service, delivered on the spot.
  @inline(__always)
  mutating func record(called: UInt64, exchange: (began: UInt64, ended: UInt64)?, delivered: UInt64) {
    let (began, ended) = exchange ?? (called, delivered)
    queue.record(nanoseconds: began > called ? began - called : 0)
    service.record(nanoseconds: ended > began ? ended - began : 0)
    delivery.record(nanoseconds: delivered > ended ? delivered - ended : 0)
  }

  mutating func add(_ other: Self) {
    queue.add(other.queue)
    service.add(other.service)
    delivery.add(other.delivery)
  }

  static func merged(_ first: Self?, _ second: Self?) -> Self? {
    guard var merged = first, let second else { return first ?? second }
    merged.add(second)
    return merged
  }
}
