import Dispatch
import InstructorStore

/// How a call ended, seen from its driver thread.
private enum Ending {
  /// There was none, or its caller had gone.
  case none
  /// With an answer or error that its caller has.
  case delivered
  /// With an answer or error that is still to be delivered.
  case kept(QueuedCall)
}

/// What one driver thread does all day: take a call, see to a usable connection, run it.
struct WorkerLoop<Driver: ConnectionDriver> {
  typealias Call = PoolCall<Driver.Connection>

  /// A connection that was idle for longer is looked at before it is used.
  private static var idleNanosecondsBeforeCheck: UInt64 { 100_000_000 }

  let driver: Driver
  let core: PoolCore
  let worker: Int
  let equipment: WorkerEquipment

  func run() {
    var connection: Driver.Connection?
    var idleSince: UInt64 = .max
    var ending = Ending.none

    work: while true {
      let action: PoolStateMachine<QueuedCall>.WorkAction
      // The pool hears of it first: a caller that comes back with its next call finds this worker free.
      switch ending {
      case .none: action = core.nextAction(for: worker, hasCompletedCall: false)
      case .delivered: action = core.nextAction(for: worker, hasCompletedCall: true)
      case .kept(let call):
        action = core.nextAction(for: worker, hasCompletedCall: true)
        call.deliverKept()
      }
      ending = .none
      switch action {
      case .exit: break work
      case .park:
        idleSince = min(idleSince, Deadline.now())
        equipment.semaphore.wait()
      case .run(let call):
        // The clock is looked at only after a sleep: a busy thread has none to be idle in.
        if idleSince != .max, let open = connection,
          Deadline.now() - idleSince > Self.idleNanosecondsBeforeCheck, !driver.isAlive(open)
        {
          discard(open)
          connection = nil
        }
        idleSince = .max
        // The pool is private to its handle, which submits no other kind.
        ending = serve(unsafeDowncast(call, to: Call.self), &connection)
      }
    }
    if let connection {
      driver.close(connection)
      core.connectionClosed(isBroken: false)
    }
    core.workerEnded(worker)
  }

  private func serve(_ call: Call, _ connection: inout Driver.Connection?) -> Ending {
    guard call.move(from: .queued, to: .connecting) else { return .none }
    // A read whose connection breaks, one that the server has closed meanwhile for example, deserves a second try.
    var mayRunAgain = call.effect == .read
    while true {
      if connection == nil {
        do throws(StoreError) {
          connection = try driver.connect(
            for: call.context, deadline: .after(core.options.connectTimeout), signal: equipment.signal)
          core.connectionOpened()
        } catch {
          core.connectFailed()
          call.keep(error)
          return call.claimFinish() == nil ? .none : .kept(call)
        }
      }
      guard let open = connection, call.move(from: .connecting, to: .running) else { return .none }
      let isLost = call.run(on: open)
      if driver.isReusable(open) { return call.claimFinish() == nil ? .none : .kept(call) }

      let runsAgain = mayRunAgain && isLost && call.move(from: .running, to: .connecting)
      mayRunAgain = false
      let isOurs = !runsAgain && call.claimFinish() != nil
      // Closing may take a while: not on the caller's time.
      if isOurs { call.deliverKept() }
      discard(open)
      connection = nil
      if !runsAgain { return isOurs ? .delivered : .none }
    }
  }

  private func discard(_ connection: Driver.Connection) {
    driver.close(connection)
    core.connectionClosed(isBroken: true)
  }
}
