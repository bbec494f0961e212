package import InstructorStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
  /// The most calls that share an exchange; 1 turns batching off.
  package var batchCalls: Int
  /// The most bytes of requests that share an exchange; one request alone may have more.
  package var batchBytes: Int
  /// How many connections serve calls of one batch class at a time, unless more calls wait than fit an exchange:
  /// with fewer at work, exchanges are larger.
  package var lanes: Int
  /// Batch classes of which one batch runs at a time, and none for a few calls; see ``PoolLimits/serialClasses``.
  package var serialClasses: Set<UInt8>
  /// Batch classes of short reads; see ``PoolLimits/quickClasses``.
  package var quickClasses: Set<UInt8>
  /// Batch classes of reads that may be served by all connections; see ``PoolLimits/elasticClasses``.
  package var elasticClasses: Set<UInt8>
  /// Whether a caller's own thread may serve its call. Not where a driver can't end its wait by the call's deadline.
  package var servesInline: Bool

  package init(
    connections: Int, waitingCalls: Int, timeout: Duration, acquireTimeout: Duration,
    connectTimeout: Duration,
    dispatch: DispatchMode = .direct, batchBytes: Int = 1 << 20, lanes: Int = PoolOptions.defaultLanes,
    serialClasses: Set<UInt8> = [], quickClasses: Set<UInt8> = [], elasticClasses: Set<UInt8> = [],
    servesInline: Bool = true
  ) {
    self.connections = connections
    self.waitingCalls = waitingCalls
    self.timeout = timeout
    self.acquireTimeout = acquireTimeout
    self.connectTimeout = connectTimeout
    batchCalls = dispatch == .batched ? Self.callsPerBatch : 1
    self.batchBytes = batchBytes
    self.lanes = lanes
    self.serialClasses = serialClasses
    self.quickClasses = quickClasses
    self.elasticClasses = elasticClasses
    self.servesInline = servesInline
  }

  private static let callsPerBatch = 256
  /// More threads than cores would only make smaller exchanges.
  package static let defaultLanes = max(2, min(16, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
