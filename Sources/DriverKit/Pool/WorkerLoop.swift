import Dispatch
import InstructorStore

/// What one driver thread does all day: take calls, see to a usable connection, run them.
///
/// While the thread sleeps, the pool may lend its place and connection to the thread of a caller.
final class WorkerLoop<Driver: ConnectionDriver>: WorkerPlace {
  typealias Connection = Driver.Connection

  /// A connection that was idle for longer is looked at before it is used.
  private static var idleNanosecondsBeforeCheck: UInt64 { 100_000_000 }

  let driver: Driver
  let core: PoolCore
  let worker: Int
  let equipment: WorkerEquipment

  private var connection: Connection?
  /// When the connection was used last, in nanoseconds on the monotonic clock.
  private var lastUse: UInt64 = 0
  /// Calls that have an answer or error their callers are still to be told of.
  private var kept: [QueuedCall] = []
  /// Calls that ended with an answer or error since the pool heard of it last.
  private var completed = 0
  private var patience = BlockingTaskExecutor.Patience()

  init(driver: Driver, core: PoolCore, worker: Int, equipment: WorkerEquipment) {
    self.driver = driver
    self.core = core
    self.worker = worker
    self.equipment = equipment
  }

  func run() {
    equipment.loop = self
    let lender = BlockingTaskExecutor.shared.lender { [core, worker] in core.isLate(worker) }
    defer { BlockingTaskExecutor.shared.dismiss(lender) }
    work: while true {
      deliver(lender)
      switch core.nextAction(for: worker) {
      case .exit: break work
      case .park: equipment.semaphore.wait()
      case .run(let calls):
        checkIdleConnection()
        serve(calls)
        lastUse = Deadline.now()
      }
    }
    if let connection {
      driver.close(connection)
      core.connectionClosed(by: worker, isBroken: false)
    }
    equipment.loop = nil
    core.workerEnded(worker)
  }

  /// Resumes the callers and, where they run on the store's executor, lets them run here: their next calls are the next
  /// exchange, and no thread has to be woken for either.
  private func deliver(_ lender: Lender) {
    guard !kept.isEmpty || completed > 0 else { return }
    // The pool hears of it first: a caller that comes back with its next call finds this worker free.
    core.finished(worker, completedCalls: completed)
    completed = 0
    BlockingTaskExecutor.shared.runReady(lender, &patience, count: kept.count) {
      for call in kept { call.deliverKept() }
      kept.removeAll(keepingCapacity: true)
    }
  }

  private func checkIdleConnection() {
    if let open = connection, Deadline.now() &- lastUse > Self.idleNanosecondsBeforeCheck,
      !driver.isAlive(open)
    {
      discard(open)
    }
  }

  private func serve(_ batch: [QueuedCall]) {
    var calls = batch
    advance(&calls, from: .queued, to: .connecting)
    while !calls.isEmpty {
      guard let open = connect(for: calls) else { return }
      advance(&calls, from: .connecting, to: .running)
      if calls.isEmpty { return }
      run(calls, on: open)
      if calls.count > 1 { returnToQueue(&calls) }
      if driver.isReusable(open) {
        for call in calls where call.claimFinish() != nil {
          kept.append(call)
          completed += 1
        }
        return
      }
      var again: [QueuedCall] = []
      for call in calls {
        if runsAgain(call, as: .connecting) {
          again.append(call)
        } else if call.claimFinish() != nil {
          // Closing may take a while: not on the caller's time.
          call.deliverKept()
          completed += 1
        }
      }
      discard(open)
      calls = again
    }
  }

  /// Queues those again that are to run by themselves.
  private func returnToQueue(_ calls: inout [QueuedCall]) {
    guard calls.contains(where: \.mustRunAlone) else { return }
    // Those whose callers have gone meanwhile are finished as the others are, without effect.
    for call in calls where call.mustRunAlone { call.forgetFailure() }
    var again: [QueuedCall] = []
    calls.removeAll { call in
      guard call.mustRunAlone, call.move(from: .running, to: .queued) else { return false }
      again.append(call)
      return true
    }
    core.submitAgain(again, from: worker)
  }

  /// A read whose connection broke, one that the server has closed meanwhile for example, deserves a second try.
  private func runsAgain(_ call: QueuedCall, as state: QueuedCall.State) -> Bool {
    guard call.effect == .read, call.isLost, !call.hasRunAgain, call.move(from: .running, to: state) else {
      return false
    }
    call.hasRunAgain = true
    call.forgetFailure()
    return true
  }

  override func runInline(_ call: QueuedCall) -> InlineEnding {
    checkIdleConnection()
    // Making a connection takes longer than a caller may have.
    guard let open = connection else { return call.move(from: .running, to: .created) ? .again : .left }
    run([call], on: open)
    if driver.isReusable(open) {
      lastUse = Deadline.now()
      return call.claimFinish() == nil ? .left : .ended
    }
    discard(open)
    if runsAgain(call, as: .created) { return .again }
    return call.claimFinish() == nil ? .left : .ended
  }

  /// Moves calls on; those whose callers have gone drop out.
  private func advance(_ calls: inout [QueuedCall], from old: QueuedCall.State, to new: QueuedCall.State) {
    var isComplete = true
    for call in calls { if !call.move(from: old, to: new) { isComplete = false } }
    if !isComplete { calls.removeAll { $0.hasLeft } }
  }

  private func connect(for calls: [QueuedCall]) -> Connection? {
    if let connection { return connection }
    guard let first = calls.first else { return nil }
    do throws(StoreError) {
      let opened = try driver.connect(
        for: first.context, deadline: .after(core.options.connectTimeout), signal: equipment.signal)
      connection = opened
      core.connectionOpened(by: worker, isNear: driver.isNear(opened))
      return opened
    } catch {
      core.connectFailed()
      for call in calls {
        call.keep(error)
        if call.claimFinish() != nil {
          kept.append(call)
          completed += 1
        }
      }
      return nil
    }
  }

  private func run(_ calls: [QueuedCall], on connection: Connection) {
    guard let first = calls.first else { return }
    for call in calls { call.stamps?.begin(at: Deadline.now()) }
    defer { for call in calls { call.stamps?.end(at: Deadline.now()) } }
    // The pool is private to its handle, which submits no other kinds.
    let call = unsafeDowncast(first, to: PoolCall<Connection>.self)
    if !call.isBatched {
      call.run(on: connection)
    } else {
      let batch = calls.map { unsafeDowncast($0, to: BatchedCall<Connection, Driver.Request>.self) }
      driver.run(batch, on: connection)
    }
  }

  private func discard(_ broken: Connection) {
    connection = nil
    driver.close(broken)
    core.connectionClosed(by: worker, isBroken: true)
  }
}
