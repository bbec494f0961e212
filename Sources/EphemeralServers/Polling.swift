/// Calls `body` until it returns a value, sleeping 10 ms in between; `nil` once the deadline has passed.
///
/// There is no event to await in what is polled here: a file that another process writes, a process that
/// isn't our child, a socket that doesn't exist yet.
///
/// - Throws: what `body` throws, and `cancelled` when the task is cancelled.
func poll<Value: Sendable>(
  until deadline: ContinuousClock.Instant,
  _ body: () async throws(EphemeralServersError) -> Value?
) async throws(EphemeralServersError) -> Value? {
  while true {
    if let value = try await body() { return value }
    if ContinuousClock.now >= deadline { return nil }
    do {
      try await Task.sleep(for: .milliseconds(10))
    } catch {
      throw .cancelled
    }
  }
}
