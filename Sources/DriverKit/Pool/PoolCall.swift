package import InstructorStore

/// A call that runs on a connection.
package class PoolCall<Connection>: QueuedCall, @unchecked Sendable {
  /// A call of the pool's own, or of a driver's: nobody waits for it.
  package convenience init(_ context: CallContext, _ effect: CallEffect, deadline: Deadline) {
    self.init(context, effect, deadline: deadline, queueDeadline: deadline)
  }

  /// Runs the call on the driver thread and keeps what comes of it.
  ///
  /// - Returns: Whether it is that the server could not be reached. The call has not finished and can be run again.
  func run(on connection: Connection) -> Bool { false }
}

/// A call that runs alone on a connection it leases: anything that is not a single statement.
final class ExclusiveCall<Connection, Value: Sendable>: PoolCall<Connection>, @unchecked Sendable {
  typealias Body = @Sendable (Connection, PoolCall<Connection>) throws(StoreError) -> Value
  private let body: Body
  private var kept: Result<Value, StoreError>?
  var continuation: UnsafeContinuation<Result<Value, StoreError>, Never>?

  init(
    _ context: CallContext, _ effect: CallEffect, deadline: Deadline, queueDeadline: Deadline,
    body: @escaping Body
  ) {
    self.body = body
    super.init(context, effect, deadline: deadline, queueDeadline: queueDeadline)
  }

  override func run(on connection: Connection) -> Bool {
    do throws(StoreError) {
      kept = .success(try body(connection, self))
      return false
    } catch {
      kept = .failure(error)
      return error.code == .unreachable
    }
  }

  override func keep(_ error: StoreError) { kept = .failure(error) }

  override func deliverKept() {
    if let kept { continuation?.resume(returning: kept) }
  }

  override func deliver(_ error: StoreError) { continuation?.resume(returning: .failure(error)) }
}
