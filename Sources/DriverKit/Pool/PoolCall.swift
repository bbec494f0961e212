package import InstructorStore

/// A call that runs on a connection.
package class PoolCall<Connection>: QueuedCall, @unchecked Sendable {
  /// A call of the pool's own, or of a driver's: nobody waits for it.
  package convenience init(_ context: CallContext, _ effect: CallEffect, deadline: Deadline) {
    self.init(context, effect, CallLimits(deadline: deadline, queueDeadline: deadline))
  }

  /// Whether it is a request for the driver's `run(_:on:)`.
  var isBatched: Bool { false }

  /// Runs a call that is none on the driver thread and keeps what comes of it.
  func run(on connection: Connection) {}
}

/// A call that runs alone on a connection it leases: anything that is not a single statement.
final class ExclusiveCall<Connection, Value: Sendable>: PoolCall<Connection>, @unchecked Sendable {
  typealias Body = @Sendable (Connection, PoolCall<Connection>) throws(StoreError) -> Value
  private let body: Body
  private var value: Value?

  init(_ context: CallContext, _ effect: CallEffect, _ limits: CallLimits, body: @escaping Body) {
    self.body = body
    super.init(context, effect, limits)
  }

  override func run(on connection: Connection) {
    do throws(StoreError) { value = try body(connection, self) } catch { keep(error) }
  }

  /// For the caller, once it was resumed.
  func result() throws(StoreError) -> Value {
    try checkEnding()
    guard let value else { throw context.error(.internalError, "the call ended without an answer") }
    return value
  }
}

/// A call that may share its exchange with others of its class: a request that the driver knows how to send.
package final class BatchedCall<Connection, Request: Sendable>: PoolCall<Connection>, @unchecked Sendable {
  package let request: Request
  private let batch: UInt8
  private let bytes: Int

  package init(
    _ context: CallContext, _ effect: CallEffect, _ limits: CallLimits, request: Request, batchClass: UInt8,
    bytes: Int = 0
  ) {
    self.request = request
    batch = batchClass
    self.bytes = bytes
    super.init(context, effect, limits)
  }

  package override var batchClass: UInt8 { mustRunAlone ? 0 : batch }
  override var isBatched: Bool { true }
  override var batchBytes: Int { bytes }
}

/// The calls of a batch where they are waited for together: it goes on for as long as the longest of them.
package final class CallGroup<Connection>: PoolCall<Connection>, @unchecked Sendable {
  private let calls: [QueuedCall]

  /// `nil` for no calls. Context and effect are those of the first.
  package init?(_ calls: [QueuedCall]) {
    guard let first = calls.first else { return nil }
    self.calls = calls
    let deadline = calls.map(\.deadline).max() ?? first.deadline
    super.init(first.context, first.effect, CallLimits(deadline: deadline, queueDeadline: deadline))
  }

  /// Whether all callers have gone.
  package override var isAbandoned: Bool { calls.allSatisfy(\.isAbandoned) }

  override func beginPreparing() { for call in calls { call.beginPreparing() } }
  override func endPreparing() { for call in calls { call.endPreparing() } }
}
