import Testing

@testable import DriverKit

final class Waiter: PoolWaiter {
  let number: Int
  var batchClass: UInt8
  let batchBytes: Int
  var hasLeft = false
  var place = QueuePlace.outside

  init(_ number: Int = 0, batchClass: UInt8 = 0, batchBytes: Int = 0) {
    self.number = number
    self.batchClass = batchClass
    self.batchBytes = batchBytes
  }
}

extension PoolStateMachine {
  init(workerLimit: Int, waitingLimit: Int) {
    self.init(PoolLimits(workers: workerLimit, waitingCalls: waitingLimit))
  }
}

extension PoolStateMachine.WorkAction {
  /// The calls to run, if that is what it says.
  var calls: [Call] { if case .run(let calls) = self { calls } else { [] } }
  var call: Call? { calls.first }
  var isPark: Bool { if case .park = self { true } else { false } }
  var isExit: Bool { if case .exit = self { true } else { false } }
}

extension DriverKitSuite {
  @Suite struct PoolStateMachineSteps {
    typealias Machine = PoolStateMachine<Waiter>

    @Test func theFirstCallStartsAWorkerWhichTakesIt() {
      var machine = Machine(workerLimit: 2, waitingLimit: 10)
      let call = Waiter()
      #expect(machine.submit(call) == .accepted(.start(0)))
      #expect(machine.waitingCalls == 1)
      #expect(machine.next(for: 0).call === call)
      #expect(machine.waitingCalls == 0)
      #expect(machine.busyWorkers == 1)
      #expect(machine.worker(running: call) == 0)
    }

    @Test func aFreeWorkerParksAndIsWokenForTheNextCall() {
      var machine = Machine(workerLimit: 2, waitingLimit: 10)
      _ = machine.submit(Waiter())
      _ = machine.next(for: 0)
      #expect(machine.next(for: 0).isPark)
      #expect(machine.busyWorkers == 0)
      #expect(machine.isIdle)
      #expect(machine.submit(Waiter()) == .accepted(.wake(0)))
    }

    @Test func theWorkerParkedLastIsWokenFirst() {
      var machine = Machine(workerLimit: 2, waitingLimit: 10)
      for _ in 0..<2 { _ = machine.submit(Waiter()) }
      for worker in [0, 1] { _ = machine.next(for: worker) }
      for worker in [1, 0] { _ = machine.next(for: worker) }
      #expect(machine.submit(Waiter()) == .accepted(.wake(0)))
      #expect(machine.submit(Waiter()) == .accepted(.wake(1)))
    }

    @Test func callsAreServedInTheOrderTheyCame() {
      var machine = Machine(workerLimit: 1, waitingLimit: 10)
      for number in 0..<5 { _ = machine.submit(Waiter(number)) }
      #expect((0..<5).map { _ in machine.next(for: 0).call?.number } == [0, 1, 2, 3, 4])
      #expect(machine.next(for: 0).isPark)
    }

    @Test func oneMoreThanTheLimitIsRefused() {
      var machine = Machine(workerLimit: 1, waitingLimit: 2)
      _ = machine.submit(Waiter())
      _ = machine.next(for: 0)
      #expect(machine.submit(Waiter()) == .accepted(.wait))
      #expect(machine.submit(Waiter()) == .accepted(.wait))
      #expect(machine.submit(Waiter()) == .refuseFull)
      #expect(machine.waitingCalls == 2)
    }

    @Test func callsThatAWokenWorkerIsAboutToTakeDoNotFillTheQueue() {
      var machine = Machine(workerLimit: 3, waitingLimit: 1)
      // Three for the workers that are being started, one that waits.
      #expect(
        (0..<4).map { _ in machine.submit(Waiter()) }
          == [.accepted(.start(0)), .accepted(.start(1)), .accepted(.start(2)), .accepted(.wait)])
      #expect(machine.submit(Waiter()) == .refuseFull)
    }

    @Test func withoutAQueueOnlyAFreeWorkerAccepts() {
      var machine = Machine(workerLimit: 1, waitingLimit: 0)
      #expect(machine.submit(Waiter()) == .accepted(.start(0)))
      #expect(machine.submit(Waiter()) == .refuseFull)
      _ = machine.next(for: 0)
      #expect(machine.submit(Waiter()) == .refuseFull)
      _ = machine.next(for: 0)
      #expect(machine.submit(Waiter()) == .accepted(.wake(0)))
    }

    @Test func aCallThatLeftMakesRoomAndIsSkipped() {
      var machine = Machine(workerLimit: 1, waitingLimit: 1)
      _ = machine.submit(Waiter())
      _ = machine.next(for: 0)
      let leaver = Waiter()
      _ = machine.submit(leaver)
      leaver.hasLeft = true
      machine.leftQueue(leaver)
      machine.leftQueue(leaver)
      #expect(machine.waitingCalls == 0)
      let stayer = Waiter()
      #expect(machine.submit(stayer) == .accepted(.wait))
      #expect(machine.waitingCalls == 1)
      #expect(machine.next(for: 0).call === stayer)
      #expect(machine.waitingCalls == 0)
    }

    @Test func aCallThatLeftBeforeItsTurnIsSkippedEvenWhenNobodySaidSo() {
      var machine = Machine(workerLimit: 1, waitingLimit: 9)
      let leaver = Waiter()
      _ = machine.submit(leaver)
      leaver.hasLeft = true
      #expect(machine.next(for: 0).isPark)
      machine.leftQueue(leaver)
      #expect(machine.waitingCalls == 0)
    }

    @Test func aCallThatLeftBeforeItCameIsNotQueued() {
      var machine = Machine(workerLimit: 1, waitingLimit: 1)
      _ = machine.submit(Waiter())
      _ = machine.next(for: 0)
      let leaver = Waiter()
      leaver.hasLeft = true
      #expect(machine.submit(leaver) == .accepted(.wait))
      #expect(machine.waitingCalls == 0)
      #expect(machine.submit(Waiter()) == .accepted(.wait))
    }

    @Test func theDeadDoNotPileUpWhileTheWorkerIsStuck() {
      var machine = Machine(workerLimit: 1, waitingLimit: 1)
      _ = machine.submit(Waiter())
      _ = machine.next(for: 0)
      for _ in 0..<10_000 {
        let leaver = Waiter()
        #expect(machine.submit(leaver) == .accepted(.wait))
        leaver.hasLeft = true
        machine.leftQueue(leaver)
      }
      #expect(machine.waitingCalls == 0)
      #expect(Array(machine.waiting).count <= 66)
    }

    @Test func aWorkerOnItsWayIsNotReplacedByAnother() {
      var machine = Machine(workerLimit: 2, waitingLimit: 9)
      let first = Waiter()
      #expect(machine.submit(first) == .accepted(.start(0)))
      first.hasLeft = true
      machine.leftQueue(first)
      // Worker 0 comes with nothing to do: the next call is its.
      let second = Waiter()
      #expect(machine.submit(second) == .accepted(.wait))
      #expect(machine.submit(Waiter()) == .accepted(.start(1)))
      #expect(machine.next(for: 0).call === second)
    }

    @Test func aWorkerThatCouldNotStartLeavesItsCallToTheOthers() {
      var machine = Machine(workerLimit: 2, waitingLimit: 9)
      _ = machine.submit(Waiter(0))
      _ = machine.next(for: 0)
      #expect(machine.submit(Waiter(1)) == .accepted(.start(1)))
      #expect(machine.workerEnded(1).isEmpty)
      #expect(machine.waitingCalls == 1)
      #expect(machine.next(for: 0).call?.number == 1)
    }

    @Test func theLastWorkerThatCouldNotStartStrandsTheQueue() {
      var machine = Machine(workerLimit: 1, waitingLimit: 9)
      let calls = (0..<3).map { Waiter($0) }
      for call in calls { _ = machine.submit(call) }
      #expect(machine.workerEnded(0).map(\.number) == [0, 1, 2])
      #expect(machine.waitingCalls == 0)
      // Their callers may leave before they have heard of it.
      for call in calls {
        call.hasLeft = true
        machine.leftQueue(call)
      }
      #expect(machine.waitingCalls == 0)
      #expect(machine.workerCount == 0)
      if case .accepted(.start) = machine.submit(Waiter()) {} else { Issue.record("the pool must recover") }
    }

    @Test func drainingServesTheQueueAndTakesNoMore() {
      var machine = Machine(workerLimit: 1, waitingLimit: 9)
      for number in 0..<3 { _ = machine.submit(Waiter(number)) }
      _ = machine.next(for: 0)
      #expect(machine.drain().isEmpty)
      #expect(machine.submit(Waiter()) == .refuseClosed)
      #expect(machine.next(for: 0).call?.number == 1)
      #expect(machine.next(for: 0).call?.number == 2)
      #expect(machine.next(for: 0).isExit)
      #expect(machine.workerEnded(0).isEmpty)
      #expect(machine.workerCount == 0)
    }

    @Test func drainingWakesWhoSleeps() {
      var machine = Machine(workerLimit: 2, waitingLimit: 9)
      for _ in 0..<2 { _ = machine.submit(Waiter()) }
      for worker in [0, 1, 0, 1] { _ = machine.next(for: worker) }
      #expect(machine.drain().sorted() == [0, 1])
      #expect(machine.drain().isEmpty)
      #expect(machine.next(for: 0).isExit)
    }

    @Test func shuttingDownFailsWhatWaitsAndWhatRuns() {
      var machine = Machine(workerLimit: 2, waitingLimit: 9)
      let calls = (0..<4).map { Waiter($0) }
      for call in calls { _ = machine.submit(call) }
      _ = machine.next(for: 0)
      _ = machine.next(for: 1)
      _ = machine.submit(Waiter(4))
      let ended = machine.shutDown()
      #expect(ended.calls.map(\.number).sorted() == [0, 1, 2, 3, 4])
      #expect(ended.wake.isEmpty)
      for call in ended.calls {
        call.hasLeft = true
        machine.leftQueue(call)
      }
      #expect(machine.waitingCalls == 0)
      #expect(machine.submit(Waiter()) == .refuseClosed)
      #expect(machine.next(for: 0).isExit)
      #expect(machine.next(for: 1).isExit)
      #expect(machine.busyWorkers == 0)
    }

    @Test func openConnectionsAreCounted() {
      var machine = Machine(workerLimit: 2, waitingLimit: 9)
      machine.connectionOpened(by: 0)
      machine.connectionOpened(by: 1)
      machine.connectionClosed(by: 0)
      #expect(machine.openConnections == 1)
    }

    @Test func limitsBelowTheLeastAreRaised() {
      let machine = Machine(workerLimit: 0, waitingLimit: -1)
      #expect(machine.limits.workers == 1)
      #expect(machine.limits.waitingCalls == 0)
    }
  }
}
