package import InstructorStore

/// What a pool needs to know of one kind of database connection.
///
/// Every method is called on the thread that has the connection at the moment and may block, though not beyond the
/// deadline it is given.
package protocol ConnectionDriver: Sendable {
  /// Used by one thread at a time; released by `close`.
  associatedtype Connection

  /// What a call asks for that may share an exchange with others, and where its answer goes. `Never` where the
  /// driver has no such calls.
  associatedtype Request: Sendable = Never

  /// Opens a connection and prepares its session.
  ///
  /// It is not interrupted when the caller of `call` goes, and `deadline` is not the caller's: a connection that
  /// takes longer than one caller has serves the next, and a server that is slow to connect to is not lost for
  /// callers in a hurry.
  /// - Parameter signal: Raised when the caller of the call that runs on the connection has gone, and when the pool
  ///   is shut down; poll it beside the server's socket. The pool clears it before the next call.
  func connect(for call: CallContext, deadline: Deadline, signal: WakeSignal) throws(StoreError) -> Connection

  /// Serves calls of one batch class, in one exchange where that is possible.
  ///
  /// Each call's answer goes into its request, or its error to ``QueuedCall/keep(_:)``: as if it had run alone, as
  /// nobody must notice what company a call was in. A call that is abandoned before it is sent is not sent; one that
  /// is abandoned later is no reason to keep the others waiting. With batching off, there is one call.
  func run(_ batch: [BatchedCall<Connection, Request>], on connection: Connection)

  /// Whether the server's end is still there, asked of a connection that was idle for a while. No round trip.
  func isAlive(_ connection: Connection) -> Bool

  /// Whether the connection is as good as new after a call: no answer outstanding, no transaction open.
  func isReusable(_ connection: Connection) -> Bool

  /// Whether the server's end is on this machine, as far as the address tells; `false` where a driver doesn't say.
  func isNear(_ connection: Connection) -> Bool

  func close(_ connection: Connection)
}

extension ConnectionDriver {
  package func isNear(_ connection: Connection) -> Bool { false }
}

extension ConnectionDriver where Request == Never {
  /// There are no such calls.
  package func run(_ batch: [BatchedCall<Connection, Never>], on connection: Connection) {}
}
