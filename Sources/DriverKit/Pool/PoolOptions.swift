/// The bounds of a pool.
package struct PoolOptions: Sendable {
  /// The most connections, each with its own driver thread.
  package var connections: Int
  /// The most calls that wait for a connection; one more is refused.
  package var waitingCalls: Int
  /// How long a call may take unless it says otherwise.
  package var timeout: Duration
  /// How long it may wait for a connection, if that is less than `timeout`.
  package var acquireTimeout: Duration
  /// How long one attempt to connect may take.
  package var connectTimeout: Duration

  package init(
    connections: Int, waitingCalls: Int, timeout: Duration, acquireTimeout: Duration, connectTimeout: Duration
  ) {
    self.connections = connections
    self.waitingCalls = waitingCalls
    self.timeout = timeout
    self.acquireTimeout = acquireTimeout
    self.connectTimeout = connectTimeout
  }
}
