package import InstructorStore

/// A lease that whoever asks for it may take back while it waits for its connection, because others have done meanwhile
/// what it was for. Taken back, it counts nowhere.
package struct PendingLease: Sendable {
  let call: QueuedCall
  let core: PoolCore

  /// Waits for the connection and returns when the body has run; to be called once. Throws `cancelled` where the lease
  /// was taken back.
  package func run() async throws(StoreError) {
    await core.finish(call, mayRunInline: false)
    try call.checkEnding()
  }

  /// Takes the lease back; does nothing once it has its connection.
  package func withdraw() { core.withdraw(call) }
}

extension ConnectionPool {
  /// As ``lease(_:_:timeout:_:)``, for a lease that may be taken back.
  ///
  /// - Parameter body: Returns whether the lease was needed after all; otherwise it is not counted either.
  package func pendingLease(
    _ context: CallContext, _ effect: CallEffect, timeout: Duration? = nil,
    _ body: @escaping @Sendable (Connection, Call) throws(StoreError) -> Bool
  ) throws(StoreError) -> PendingLease {
    let call = ExclusiveCall<Connection, Void>(context, effect, try limits(for: context, timeout)) {
      [core] (connection, call) throws(StoreError) in
      if try !body(connection, call) { core.uncount(call) }
    }
    return PendingLease(call: call, core: core)
  }
}
