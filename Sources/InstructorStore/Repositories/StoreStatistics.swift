/// Counters of a store since it was opened. The numbers are read one after the other, so they may be apart by
/// what happened in between.
public struct StoreStatistics: Sendable, Equatable {
  /// The most connections the store opens.
  public var connectionLimit = 0
  /// Connections open now.
  public var openConnections = 0
  /// Connections that work on something now.
  public var busyConnections = 0
  /// Calls that wait for a connection now.
  public var waitingCalls = 0
  /// Calls that got an answer or an error from the server.
  public var completedCalls = 0
  /// Calls that ended by their deadline, in the queue or waiting for an answer.
  public var timedOutCalls = 0
  /// Calls whose task was cancelled first.
  public var cancelledCalls = 0
  /// Calls refused because the queue was full.
  public var refusedCalls = 0
  /// Connections opened and found broken so far.
  public var connectionsOpened = 0
  public var connectionsDiscarded = 0
  /// Times that a connection was given to a call, or to several that shared an exchange with the server.
  public var exchanges = 0
  /// Calls that shared an exchange with others.
  public var batchedCalls = 0
  /// The most calls that shared one.
  public var largestBatch = 0
  /// How long calls waited for a connection, taken together.
  public var waitingNanoseconds: UInt64 = 0

  public init() {}
}
