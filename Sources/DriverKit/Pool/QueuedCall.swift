package import InstructorStore
import Synchronization

/// What a call does to the data; it decides what a lost answer means and whether the pool may run it again.
package enum CallEffect: Sendable {
  case read
  case write
}

/// One call on its way through a pool, whatever its connection: queued, run on a driver thread, finished exactly once.
///
/// Whoever finishes it first wins: the driver with an answer, the pool when the deadline passes, the caller's task
/// when it is cancelled. A driver that comes second drops its answer.
package class QueuedCall: @unchecked Sendable {
  // Unchecked, because of the continuation, the errors and what subclasses add. The continuation is set before the
  // call is submitted (the pool's lock publishes it) and used only by whoever moves `state` to `finished`, which
  // happens once. `failure` and what a run leaves behind are touched by the driver thread alone, `leavingError` only by
  // whoever finished the call in its stead; the caller looks at them when it was resumed.

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
    /// On its connection, and nothing that changes data was sent.
    case preparing
    case finished

    /// Whether a thread is with a connection of the call's.
    var isOnConnection: Bool { self == .running || self == .preparing }
  }
  private let state = Atomic<UInt8>(State.created.rawValue)
  /// When the call was made, in nanoseconds on the monotonic clock.
  let start: UInt64
  /// Set before the call is submitted; a call that runs on its caller's thread has none.
  var continuation: UnsafeContinuation<Void, Never>?
  /// Who came first to a call that runs on its caller's thread: the error of somebody who let the caller go, or the
  /// caller that waits for it.
  private let rendezvous = Atomic<UInt8>(Rendezvous.nobody)
  private enum Rendezvous {
    static let nobody: UInt8 = 0
    static let caller: UInt8 = 1
    static let error: UInt8 = 2
  }
  /// Whether it was in a batch and is to run by itself now. Touched by the driver thread before the call is queued
  /// again, which publishes it.
  private(set) var mustRunAlone = false
  /// Whether it ran before, on a connection that broke.
  var hasRunAgain = false
  /// What went wrong on the driver thread, if anything did.
  private(set) var failure: StoreError?
  /// Why the caller was let go before there was an answer.
  private var leavingError: StoreError?
  private let entity = Atomic<Int64>(0)
  /// Touched under the pool's lock only.
  var place = QueuePlace.outside
  /// Whether it is a lease for calls that wait in front of the pool: those are counted, and not it. Set before it is
  /// submitted.
  var isForOthers = false
  /// Where a program that measures this call wants to find when its exchange was; almost always `nil`.
  let stamps = CallStamps.current

  init(_ context: CallContext, _ effect: CallEffect, _ limits: CallLimits) {
    self.context = context
    self.effect = effect
    start = limits.start
    deadline = limits.deadline
    queueDeadline = limits.queueDeadline
  }

  /// Calls of the same class may share an exchange with the server; those of class 0 run alone.
  package var batchClass: UInt8 { 0 }
  /// What the call adds to an exchange, for the bound on its size.
  var batchBytes: Int { 0 }

  /// Notes what went wrong, on the driver thread; it is the caller's error if the call ends with this run.
  package final func keep(_ error: StoreError) {
    failure = error
    // The error of a batch is made once, for the first of its calls.
    failure?.operation = "\(context.operation)"
  }

  /// Has the call run again, by itself and on a connection of its own, when that is free: for a driver that finds it
  /// would keep the others of its batch waiting. Nothing of it may have been applied.
  package final func runAloneLater() { mustRunAlone = true }

  /// Forgets an error, before the call is run again.
  package final func forgetFailure() { failure = nil }

  /// Whether a run has left an error behind.
  package final var hasFailed: Bool { failure != nil }

  /// The server could not be reached: on another connection a read deserves a second try.
  final var isLost: Bool { failure?.code == .unreachable }

  /// Resumes the caller with what the run left behind. Only for the driver thread, after it claimed the finish.
  final func deliverKept() { continuation?.resume() }

  /// Resumes the caller with an error. Only for whoever claimed the finish.
  final func deliver(_ error: StoreError) {
    leavingError = error
    if rendezvous.exchange(Rendezvous.error, ordering: .acquiringAndReleasing) == Rendezvous.caller {
      continuation?.resume()
    }
  }

  /// Before the call is submitted: the caller waits for whoever finishes it.
  final func prepareToWait(_ continuation: UnsafeContinuation<Void, Never>) {
    self.continuation = continuation
    rendezvous.store(Rendezvous.caller, ordering: .releasing)
  }

  /// For a caller that found, after running the call on its own thread, that somebody else has finished it: waits for
  /// the error, which is on its way.
  final func waitForLeavingError() async {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      self.continuation = continuation
      if rendezvous.exchange(Rendezvous.caller, ordering: .acquiringAndReleasing) == Rendezvous.error {
        continuation.resume()
      }
    }
  }

  /// For the caller, once it was resumed: throws what ended the call, unless it was an answer.
  final func checkEnding() throws(StoreError) {
    if let leavingError { throw leavingError }
    if let failure { throw failure }
  }

  /// Finishes the call with an error; does nothing if it has ended already.
  package final func fail(_ error: StoreError) {
    if claimFinish() != nil { deliver(error) }
  }

  // MARK: For drivers

  /// Whether the caller has gone (deadline, cancellation): the answer will be dropped.
  package var isAbandoned: Bool { currentState == .finished }

  /// Says which entity a write is about, so that an error of unknown outcome can name it.
  package func noteEntity(_ id: Int64) { entity.store(id, ordering: .releasing) }

  /// Runs what comes before the first statement of a write, such as a look at the schema or the fetch of ids: a caller
  /// that leaves meanwhile is told that nothing was applied. So it must be looked for afterwards, with ``isAbandoned``,
  /// before anything is sent that changes data.
  package final func preparing<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    beginPreparing()
    defer { endPreparing() }
    return try body()
  }

  // Where they fail, the caller has left already, or nobody waits for the call at all.
  func beginPreparing() { _ = move(from: .running, to: .preparing) }
  func endPreparing() { _ = move(from: .preparing, to: .running) }

  // MARK: For the pool

  var currentState: State { State(rawValue: state.load(ordering: .acquiring)) ?? .finished }

  func move(from old: State, to new: State) -> Bool {
    state.compareExchange(expected: old.rawValue, desired: new.rawValue, ordering: .acquiringAndReleasing)
      .exchanged
  }

  /// Claims the right to resume the caller, and says where the call was; `nil` if it had finished already.
  ///
  /// A call that was only created has no caller to resume yet: whoever submits it finds that it has finished.
  func claimFinish() -> State? {
    let old =
      State(rawValue: state.exchange(State.finished.rawValue, ordering: .acquiringAndReleasing)) ?? .finished
    return old == .finished ? nil : old
  }

  /// Claims a call that waits because it is not needed any more.
  func withdraw() -> Bool { move(from: .queued, to: .finished) }

  /// What `noteEntity` was told last.
  package var entityID: Int64? {
    let id = entity.load(ordering: .acquiring)
    return id == 0 ? nil : id
  }

  /// Resumes a caller that goes before there is an answer. Only for whoever claimed the finish.
  func deliverLeaving(from phase: State, _ code: StoreError.Code, _ reason: String) {
    if phase == .created { return }
    let isUnknown = phase == .running && effect == .write
    deliver(context.error(code, reason, entityID: entityID, outcome: isUnknown ? .unknown : .notApplied))
  }
}
