import Dispatch
import InstructorStore

/// What one driver thread does all day: take calls, see to a usable connection, run them.
final class WorkerLoop<Driver: ConnectionDriver> {
  typealias Connection = Driver.Connection

  /// A connection that was idle for longer is looked at before it is used.
  private static var idleNanosecondsBeforeCheck: UInt64 { 100_000_000 }

  let driver: Driver
  let core: PoolCore
  let worker: Int
  let equipment: WorkerEquipment

  private var connection: Connection?
  private var idleSince: UInt64 = .max
  /// Calls that have an answer or error their callers are still to be told of.
  private var kept: [QueuedCall] = []
  /// Calls that ended with an answer or error since the pool heard of it last.
  private var completed = 0

  init(driver: Driver, core: PoolCore, worker: Int, equipment: WorkerEquipment) {
    self.driver = driver
    self.core = core
    self.worker = worker
    self.equipment = equipment
  }

  func run() {
    work: while true {
      // The pool hears of it first: a caller that comes back with its next call finds this worker free.
      let action = core.nextAction(for: worker, completedCalls: completed)
      completed = 0
      for call in kept { call.deliverKept() }
      kept.removeAll(keepingCapacity: true)
      switch action {
      case .exit: break work
      case .park:
        idleSince = min(idleSince, Deadline.now())
        equipment.semaphore.wait()
      case .run(let calls):
        checkIdleConnection()
        serve(calls)
      }
    }
    if let connection {
      driver.close(connection)
      core.connectionClosed(isBroken: false)
    }
    core.workerEnded(worker)
  }

  private func checkIdleConnection() {
    // The clock is looked at only after a sleep: a busy thread has none to be idle in.
    if idleSince != .max, let open = connection, Deadline.now() - idleSince > Self.idleNanosecondsBeforeCheck,
      !driver.isAlive(open)
    {
      discard(open)
    }
    idleSince = .max
  }

  private func serve(_ batch: [QueuedCall]) {
    var calls = batch
    advance(&calls, from: .queued, to: .connecting)
    // Reads whose connection breaks, one that the server has closed meanwhile for example, deserve a second try.
    var mayRunAgain = true
    while !calls.isEmpty {
      guard let open = connect(for: calls) else { return }
      advance(&calls, from: .connecting, to: .running)
      if calls.isEmpty { return }
      run(calls, on: open)
      if driver.isReusable(open) {
        for call in calls where call.claimFinish() != nil {
          kept.append(call)
          completed += 1
        }
        return
      }
      var again: [QueuedCall] = []
      for call in calls {
        if mayRunAgain, call.effect == .read, call.isLost, call.move(from: .running, to: .connecting) {
          call.forgetFailure()
          again.append(call)
        } else if call.claimFinish() != nil {
          // Closing may take a while: not on the caller's time.
          call.deliverKept()
          completed += 1
        }
      }
      discard(open)
      calls = again
      mayRunAgain = false
    }
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
      core.connectionOpened()
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
    // The pool is private to its handle, which submits no other kinds.
    if first.batchClass == 0 {
      unsafeDowncast(first, to: PoolCall<Connection>.self).run(on: connection)
    } else {
      let batch = calls.map { unsafeDowncast($0, to: BatchedCall<Connection, Driver.Request>.self) }
      driver.run(batch, on: connection)
    }
  }

  private func discard(_ broken: Connection) {
    connection = nil
    driver.close(broken)
    core.connectionClosed(isBroken: true)
  }
}
