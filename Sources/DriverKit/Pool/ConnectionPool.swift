package import InstructorStore

/// A bounded pool of connections, each served by its own driver thread.
///
/// Calls wait in one queue, first come, first served, and a free thread takes the next. Blocking driver calls
/// never run on Swift's cooperative threads, answers are decoded on the driver thread, and one hop brings each
/// back. Deadlines are kept by the pool's own timer, so a call returns in time even while its thread is stuck in
/// the driver; the connection is then cleaned or discarded before it serves anybody else.
package final class ConnectionPool<Driver: ConnectionDriver>: Sendable {
  package typealias Connection = Driver.Connection
  package typealias Call = PoolCall<Connection>

  let core: PoolCore
  private let options: PoolOptions

  package convenience init(driver: Driver, name: String, options: PoolOptions) {
    self.init(driver: driver, name: name, options: options, startThread: DriverThread.start)
  }

  /// `startThread` is a parameter for the sake of tests: a system that gives no threads is hard to come by.
  init(driver: Driver, name: String, options: PoolOptions, startThread: @escaping ThreadStarter) {
    core = PoolCore(name: name, options: options, startThread: startThread) { core, worker, equipment in
      WorkerLoop(driver: driver, core: core, worker: worker, equipment: equipment).run()
    }
    self.options = options
  }

  // Never here and now: the last reference to a pool may be the one of a call's own closure, and that goes wherever
  // the call goes, under the pool's lock too.
  deinit { core.shutDownSoon() }

  var isClosed: Bool { core.isClosed }

  /// The checks that come before a call's own: `closed`, then `cancelled`.
  package func admit(_ context: CallContext) throws(StoreError) {
    if core.isClosed { throw context.error(.closed, "the store was closed") }
    if Task.isCancelled { throw context.error(.cancelled, "the task was cancelled") }
  }

  /// Leases a connection for `body`, which runs on the driver thread and may block until the call's deadline.
  ///
  /// A read that finds its connection broken runs again, once, on a new one; a write never does.
  /// - Parameter timeout: Instead of the task's or the pool's; `nil` for those.
  package func lease<Value: Sendable>(
    _ context: CallContext, _ effect: CallEffect, timeout: Duration? = nil,
    _ body: @escaping @Sendable (Connection, Call) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let limit = timeout ?? StoreTimeout.current ?? options.timeout
    try admit(context)
    guard limit > .zero else {
      throw context.error(.timeout(.connection), "the time allowed is zero or less")
    }
    let now = Deadline.now()
    let call = ExclusiveCall<Connection, Value>(
      context, effect, deadline: .after(limit, from: now),
      queueDeadline: .after(min(limit, options.acquireTimeout), from: now), body: body)
    let core = core
    let result = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        call.continuation = continuation
        core.submit(call)
      }
    } onCancel: {
      core.cancel(call)
    }
    return try result.get()
  }

  package func statistics() -> StoreStatistics { core.statistics() }

  /// Serves what waits, within the pool's timeout, then closes every connection.
  package func close() async { await core.close() }
}
