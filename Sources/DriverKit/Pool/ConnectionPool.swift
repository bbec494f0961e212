package import InstructorStore

/// A bounded pool of connections, each served by its own driver thread.
///
/// Calls are served first come, first served. A free thread takes the call that has waited longest, and with it
/// every other waiting call of its batch class, up to a bound: they share one exchange with the server, so that the
/// busier the pool, the larger the exchanges, while a lone caller waits for nobody. Blocking driver calls never run on Swift's cooperative threads, answers are decoded on the driver thread, and one hop brings each
/// back. Deadlines are kept by the pool's own timer, so a call returns in time even while its thread is stuck in
/// the driver; the connection is then cleaned or discarded before it serves anybody else.
package final class ConnectionPool<Driver: ConnectionDriver>: Sendable {
  package typealias Connection = Driver.Connection
  package typealias Call = PoolCall<Connection>

  let core: PoolCore
  private let options: PoolOptions

  /// - Parameter observation: Instead of what the process has installed.
  package convenience init(
    driver: Driver, name: String, options: PoolOptions, observation: PoolObservation? = nil
  ) {
    self.init(
      driver: driver, name: name, options: options, observation: observation, startThread: DriverThread.start)
  }

  /// `startThread` is a parameter for the sake of tests: a system that gives no threads is hard to come by.
  init(
    driver: Driver, name: String, options: PoolOptions, observation: PoolObservation? = nil,
    startThread: @escaping ThreadStarter
  ) {
    let observation = observation ?? .installed(forBackend: name)
    core = PoolCore(name: name, options: options, observation: observation, startThread: startThread) {
      core, worker, equipment in
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
    let call = ExclusiveCall<Connection, Value>(
      context, effect, try limits(for: context, timeout), body: body)
    await core.finish(call, mayRunInline: timeout == nil)
    return try call.result()
  }

  /// Serves a request that may share its exchange with others of its class; its answer is in the request afterwards.
  ///
  /// Of whatever company it is in, nothing shows: it has its own deadline, cancellation and error. A read whose
  /// connection broke runs again, once, on a new one; a write never does.
  /// - Parameters:
  ///   - batchClass: A small number other than 0. Reads and writes never share one.
  ///   - bytes: What the request adds to an exchange, for the bound on its size.
  package func perform(
    _ context: CallContext, _ effect: CallEffect, batchClass: UInt8, _ request: Driver.Request,
    bytes: Int = 0,
    timeout: Duration? = nil
  ) async throws(StoreError) {
    try await perform(
      BatchedCall(
        context, effect, try limits(for: context, timeout), request: request, batchClass: batchClass,
        bytes: bytes))
  }

  /// The same for a call that its backend has made, where its type is known and costs no look-up.
  package func perform(_ call: BatchedCall<Connection, Driver.Request>) async throws(StoreError) {
    await core.finish(call, mayRunInline: true)
    try call.checkEnding()
  }

  /// How long a call of now may take; throws what ``admit(_:)`` does, and where no time is allowed at all.
  ///
  /// - Parameter timeout: Instead of the task's or the pool's; `nil` for those.
  package func limits(for context: CallContext, _ timeout: Duration? = nil) throws(StoreError) -> CallLimits {
    let limit = timeout ?? StoreTimeout.current ?? options.timeout
    try admit(context)
    guard limit > .zero else {
      throw context.error(.timeout(.connection), "the time allowed is zero or less")
    }
    return CallLimits(timeout: limit, acquireTimeout: options.acquireTimeout)
  }

  /// The same for a part of a call that must be over by `deadline`.
  package func limits(for context: CallContext, by deadline: Deadline) throws(StoreError) -> CallLimits {
    try admit(context)
    guard !deadline.hasPassed else {
      throw context.error(.timeout(.connection), "the deadline passed before anything was sent")
    }
    return CallLimits(deadline: deadline, acquireTimeout: options.acquireTimeout)
  }

  package func statistics() -> StoreStatistics { core.statistics() }

  /// Serves what waits, within the pool's timeout, then closes every connection.
  package func close() async { await core.close() }
}
