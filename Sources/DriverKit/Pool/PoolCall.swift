package import InstructorStore
import Synchronization

/// What a call does to the data; it decides what a lost answer means and whether the pool may run it again.
package enum CallEffect: Sendable {
  case read
  case write
}

/// One call on its way through a pool: queued, run on a driver thread, finished exactly once.
///
/// Whoever finishes it first wins: the driver with an answer, the pool when the deadline passes, the caller's task
/// when it is cancelled. A driver that comes second drops its answer.
package class PoolCall<Connection>: @unchecked Sendable {
  // Unchecked, because subclasses hold a continuation and the caller's closure. Both are set before the call is
  // submitted (the pool's lock publishes them), and the continuation is used only by whoever moves `state` to
  // `finished`, which happens once.

  package let context: CallContext
  package let effect: CallEffect
  package let deadline: Deadline
  /// When to give up waiting for a connection; never later than `deadline`.
  package let queueDeadline: Deadline

  enum State: UInt8 {
    case created
    case queued
    case connecting
    case running
    case finished
  }
  private let state = Atomic<UInt8>(State.created.rawValue)
  private let entity = Atomic<Int64>(0)
  /// Touched under the pool's lock only.
  var place = QueuePlace.outside

  init(_ context: CallContext, _ effect: CallEffect, deadline: Deadline, queueDeadline: Deadline) {
    self.context = context
    self.effect = effect
    self.deadline = deadline
    self.queueDeadline = min(queueDeadline, deadline)
  }

  /// A call of the pool's own, or of a driver's: nobody waits for it.
  package convenience init(_ context: CallContext, _ effect: CallEffect, deadline: Deadline) {
    self.init(context, effect, deadline: deadline, queueDeadline: deadline)
  }

  /// Calls of the same class, other than 0, may share an exchange with the server.
  package var batchClass: UInt8 { 0 }

  /// Runs the call on the driver thread and finishes it with the answer or error.
  ///
  /// - Parameter willFinish: Called just before the caller is resumed, unless it has left.
  /// - Returns: The error where `isFinal` said no to it: the call has not finished and can be run again.
  func run(on connection: Connection, isFinal: (StoreError) -> Bool, willFinish: () -> Void) -> StoreError? {
    nil
  }

  /// Resumes the caller. Only for whoever claimed the finish.
  func deliver(_ error: StoreError) {}

  /// Finishes the call with an error; does nothing if it has ended already.
  package final func fail(_ error: StoreError) {
    if claimFinish() != nil { deliver(error) }
  }

  // MARK: For drivers

  /// Whether the caller has gone (deadline, cancellation): the answer will be dropped.
  package var isAbandoned: Bool { currentState == .finished }

  /// Says which entity a write is about, so that an error of unknown outcome can name it.
  package func noteEntity(_ id: Int64) { entity.store(id, ordering: .releasing) }

  // MARK: For the pool

  var currentState: State { State(rawValue: state.load(ordering: .acquiring)) ?? .finished }

  func move(from old: State, to new: State) -> Bool {
    state.compareExchange(expected: old.rawValue, desired: new.rawValue, ordering: .acquiringAndReleasing)
      .exchanged
  }

  /// Claims the right to resume the caller, and says where the call was.
  func claimFinish() -> State? {
    let old = State(rawValue: state.exchange(State.finished.rawValue, ordering: .acquiringAndReleasing)) ?? .finished
    return old == .finished ? nil : old
  }

  /// What `noteEntity` was told last.
  package var entityID: Int64? {
    let id = entity.load(ordering: .acquiring)
    return id == 0 ? nil : id
  }

  /// Lets the caller go before there is an answer; `false` if the call had finished already.
  ///
  /// A call that was not submitted yet is only marked: whoever submits it finds the mark and delivers the error.
  func leave(_ reason: (State) -> (StoreError.Code, String)) -> Bool {
    guard let old = claimFinish() else { return false }
    if old != .created { deliver(leavingError(from: old, reason(old))) }
    return true
  }

  func leavingError(from old: State, _ reason: (StoreError.Code, String)) -> StoreError {
    let isUnknown = old == .running && effect == .write
    return context.error(reason.0, reason.1, entityID: entityID, outcome: isUnknown ? .unknown : .notApplied)
  }
}

/// A call that runs alone on a connection it leases: anything that is not a single statement.
final class ExclusiveCall<Connection, Value: Sendable>: PoolCall<Connection>, @unchecked Sendable {
  typealias Body = @Sendable (Connection, PoolCall<Connection>) throws(StoreError) -> Value
  private let body: Body
  var continuation: UnsafeContinuation<Result<Value, StoreError>, Never>?

  init(
    _ context: CallContext, _ effect: CallEffect, deadline: Deadline, queueDeadline: Deadline,
    body: @escaping Body
  ) {
    self.body = body
    super.init(context, effect, deadline: deadline, queueDeadline: queueDeadline)
  }

  override func run(
    on connection: Connection, isFinal: (StoreError) -> Bool, willFinish: () -> Void
  ) -> StoreError? {
    let result: Result<Value, StoreError>
    do throws(StoreError) {
      result = .success(try body(connection, self))
    } catch {
      if !isFinal(error) { return error }
      result = .failure(error)
    }
    if claimFinish() != nil {
      willFinish()
      continuation?.resume(returning: result)
    }
    return nil
  }

  override func deliver(_ error: StoreError) { continuation?.resume(returning: .failure(error)) }
}
