/// Where in the trace the probes of a rate begin: the arm that gets to a rate of a search second executes the same operations as
/// the first, as it gets the same arrivals.
struct CapacityTrace: Sendable {
  private struct Rate: Hashable {
    var search: Int
    var index: Int
  }

  private var begins: [Rate: Int] = [:]
  private var next = 0

  /// The first operation of a rate.
  ///
  /// - Parameter count: How many operations it takes, the same for whoever asks.
  mutating func first(search: Int, index: Int, count: Int) -> Int {
    let rate = Rate(search: search, index: index)
    if let known = begins[rate] { return known }
    defer { next += count }
    begins[rate] = next
    return next
  }
}
