/// Something did not happen for as long as a test waited for it.
public struct WaitedInVain: Error, CustomStringConvertible {
  public let description: String
}

/// Waits until a condition holds that has no event of its own, for example a counter of a store's statistics.
///
/// Sleeps between two looks, so that those who are to make it true get the processor; and gives up, as what is waited for may
/// never come true any more: a call that should be counted may have ended by its deadline.
/// - Parameters:
///   - what: What is waited for, for the error.
///   - limit: Far more than it takes on a busy machine.
/// - Throws: ``WaitedInVain``, and what `condition` throws.
public func waitUntil(
  _ what: @autoclosure () -> String, within limit: Duration = .seconds(30),
  _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let end = clock.now.advanced(by: limit)
  while try await !condition() {
    guard clock.now < end else {
      throw WaitedInVain(description: "waited \(limit) in vain until \(what())")
    }
    try await clock.sleep(for: .milliseconds(1))
  }
}
