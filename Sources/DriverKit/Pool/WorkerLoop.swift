import Dispatch
import InstructorStore

/// What one driver thread does all day: take a call, see to a usable connection, run it.
struct WorkerLoop<Driver: ConnectionDriver> {
  typealias Call = PoolCall<Driver.Connection>

  /// A connection that was idle for longer is looked at before it is used.
  private static var idleNanosecondsBeforeCheck: UInt64 { 100_000_000 }

  let core: PoolCore<Driver>
  let worker: Int

  func run() {
    guard let (semaphore, signal) = core.equipment(of: worker) else { return }
    var connection: Driver.Connection?
    var lastUse: UInt64 = 0

    work: while true {
      let action = core.nextAction(for: worker)
      switch action {
      case .exit: break work
      case .park: semaphore.wait()
      case .run(let call):
        if let open = connection, Deadline.now() - lastUse > Self.idleNanosecondsBeforeCheck,
          !core.driver.isAlive(open)
        {
          discard(open)
          connection = nil
        }
        serve(call, &connection, signal)
        lastUse = Deadline.now()
      }
    }
    if let connection {
      core.driver.close(connection)
      core.connectionClosed(isBroken: false)
    }
    core.workerEnded(worker)
  }

  private func serve(_ call: Call, _ connection: inout Driver.Connection?, _ signal: WakeSignal) {
    var mayRunAgain = connection != nil && call.effect == .read
    while true {
      guard call.move(from: .queued, to: .connecting) || call.currentState == .connecting else { return }
      if connection == nil {
        do throws(StoreError) {
          let deadline = min(call.deadline, .after(core.options.connectTimeout))
          connection = try core.driver.connect(for: call.context, deadline: deadline, signal: signal)
          core.connectionOpened()
        } catch {
          return call.fail(error)
        }
      }
      guard let open = connection else { return }
      guard call.move(from: .connecting, to: .running) else { return }
      // A read that meets a connection the server has closed meanwhile deserves a second try.
      let error = call.run(on: open) { error in
        !(mayRunAgain && error.code == .unreachable)
      } willFinish: {
        core.callCompleted()
      }
      if !core.driver.isReusable(open) {
        discard(open)
        connection = nil
      }
      guard let error else { return }
      mayRunAgain = false
      guard connection == nil, call.move(from: .running, to: .connecting) else { return call.fail(error) }
    }
  }

  private func discard(_ connection: Driver.Connection) {
    core.driver.close(connection)
    core.connectionClosed(isBroken: true)
  }
}
