package import InstructorStore

/// What a pool needs to know of one kind of database connection.
///
/// Every method is called on the driver thread that owns the connection and may block, though not beyond the
/// deadline it is given.
package protocol ConnectionDriver: Sendable {
  /// Not shared between threads; released by `close`.
  associatedtype Connection

  /// Opens a connection and prepares its session.
  ///
  /// It is not interrupted when the caller of `call` goes, and `deadline` is not the caller's: a connection that
  /// takes longer than one caller has serves the next, and a server that is slow to connect to is not lost for
  /// callers in a hurry.
  /// - Parameter signal: Raised when the caller of the call that runs on the connection has gone, and when the pool
  ///   is shut down; poll it beside the server's socket. The pool clears it before the next call.
  func connect(for call: CallContext, deadline: Deadline, signal: WakeSignal) throws(StoreError) -> Connection

  /// Whether the server's end is still there, asked of a connection that was idle for a while. No round trip.
  func isAlive(_ connection: Connection) -> Bool

  /// Whether the connection is as good as new after a call: no answer outstanding, no transaction open.
  func isReusable(_ connection: Connection) -> Bool

  func close(_ connection: Connection)
}
