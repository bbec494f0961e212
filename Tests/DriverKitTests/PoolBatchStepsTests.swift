import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct PoolBatchSteps: PoolSteps {
    @Test func aFreeWorkerTakesEverythingOfTheFirstCallsClass() {
      var machine = machine()
      submit("1121012", to: &machine)
      #expect(next(0, &machine) == [0, 1, 3, 5])
      #expect(next(1, &machine) == [2, 6])
      #expect(next(2, &machine) == [4])
      #expect(machine.busyWorkers == 3)
      #expect(machine.isIdle == false)
    }

    @Test func callsOfClassZeroRunAlone() {
      var machine = machine()
      submit("000", to: &machine)
      #expect(next(0, &machine) == [0])
      #expect(next(0, &machine) == [1])
    }

    @Test func aBatchHasItsBounds() {
      var machine = machine(batch: 3)
      submit("1111111", to: &machine)
      #expect(next(0, &machine) == [0, 1, 2])
      #expect(next(0, &machine) == [3, 4, 5])
      #expect(next(0, &machine) == [6])
    }

    /// Otherwise all callers would end up in one batch, and they and the server would wait for each other in turn.
    @Test func lanesShareWhatIsUnderWay() {
      var machine = machine(lanes: 2)
      submit("11111", to: &machine)
      #expect(next(0, &machine) == [0, 1, 2])
      #expect(next(1, &machine) == [3, 4])
      // The three come back.
      machine.finished(0)
      for number in 5..<8 { #expect(machine.submit(Waiter(number, batchClass: 1)) == .accepted(.wait)) }
      #expect(next(0, &machine) == [5, 6, 7])
    }

    @Test func whatAWorkerLeavesIsForAnotherThatSleeps() {
      var machine = sleeping(2, lanes: 2)
      #expect(machine.submit(Waiter(0, batchClass: 1)) == .accepted(.wake(1)))
      #expect(machine.submit(Waiter(1, batchClass: 1)) == .accepted(.wake(0)))
      #expect(next(1, &machine) == [0])
      #expect(machine.wakeForWaiting() == .wait)
      // One worker is on its way to what fits one batch; then the batches are smaller.
      machine = sleeping(3, lanes: 2)
      submit("1", to: &machine)
      #expect(next(2, &machine) == [0])
      #expect(machine.submit(Waiter(1, batchClass: 1)) == .accepted(.wake(1)))
      #expect(machine.submit(Waiter(2, batchClass: 1)) == .accepted(.wait))
      #expect(machine.submit(Waiter(3)) == .accepted(.wake(0)))
      machine.finished(2)
      #expect(next(2, &machine) == [1])
      #expect(next(1, &machine) == [2])
    }

    @Test func whereAWorkerStaysAwayAnotherIsWoken() {
      var machine = sleeping(2)
      submit("1", to: &machine)
      #expect(next(1, &machine) == [0])
      machine.finished(1)
      #expect(machine.submit(Waiter(1, batchClass: 1)) == .accepted(.wait))
      machine.isLate(1)
      #expect(machine.wakeForWaiting() == .wake(0))
      #expect(next(0, &machine) == [1])
      #expect(machine.next(for: 1).isPark)
      #expect(machine.next(for: 0).isPark)
      // Not a worker that sleeps or runs.
      machine.isLate(0)
      #expect(machine.submit(Waiter(2)) == .accepted(.wake(0)))
    }

    @Test func whereAWorkerDoesNotStartOneThatSleepsIsWoken() {
      var machine = sleeping(1)
      var two = Machine(PoolLimits(workers: 2, waitingCalls: 10))
      #expect(machine.wakeInstead() == nil)
      #expect(two.submit(Waiter(0)) == .accepted(.start(0)))
      #expect(next(0, &two) == [0])
      two.connectionOpened(by: 0)
      #expect(two.next(for: 0).isPark)
      #expect(two.checkOut(for: Waiter(1)) == 0)
      #expect(two.submit(Waiter(2)) == .accepted(.start(1)))
      #expect(two.checkIn(0) == false)
      _ = two.workerEnded(1)
      #expect(two.wakeInstead() == 0)
      #expect(next(0, &two) == [2])
    }

    /// Nobody is woken for what a worker takes that will be back in a moment.
    @Test func aWorkerThatHasFinishedIsOnItsWay() {
      var machine = sleeping(2)
      submit("1", to: &machine)
      #expect(next(1, &machine) == [0])
      machine.finished(1)
      #expect(machine.busyWorkers == 0)
      #expect(machine.submit(Waiter(1, batchClass: 1)) == .accepted(.wait))
      #expect(machine.submit(Waiter(2, batchClass: 2)) == .accepted(.wake(0)))
      #expect(next(1, &machine) == [1])
    }

    @Test func bytesBoundABatchButNeverKeepACallOut() {
      var machine = machine(bytes: 100)
      for (number, size) in [60, 40, 1, 500, 1].enumerated() {
        _ = machine.submit(Waiter(number, batchClass: 1, batchBytes: size))
      }
      #expect(next(0, &machine) == [0, 1])
      #expect(next(0, &machine) == [2])
      #expect(next(0, &machine) == [3])
      #expect(next(0, &machine) == [4])
    }

    @Test func withBatchingOffEveryCallRunsAloneOnAnyWorker() {
      var machine = machine(workers: 3, batch: 1)
      let calls = (0..<3).map { Waiter($0, batchClass: 1) }
      #expect(
        calls.map { machine.submit($0) } == [
          .accepted(.start(0)), .accepted(.start(1)), .accepted(.start(2)),
        ])
      #expect((0..<3).map { next($0, &machine) } == [[0], [1], [2]])
    }

    @Test func whatWaitsForALaneGoesIntoItsNextBatch() {
      var machine = machine()
      #expect(machine.submit(Waiter(0, batchClass: 1)) == .accepted(.start(0)))
      #expect(next(0, &machine) == [0])
      // No thread is started or woken for these.
      for number in 1..<4 { #expect(machine.submit(Waiter(number, batchClass: 1)) == .accepted(.wait)) }
      #expect(next(0, &machine) == [1, 2, 3])
    }

    @Test func anotherClassAndCallsThatRunAloneHaveWorkersOfTheirOwn() {
      var machine = machine()
      submit("1", to: &machine)
      _ = next(0, &machine)
      #expect(machine.submit(Waiter(1, batchClass: 2)) == .accepted(.start(1)))
      #expect(machine.submit(Waiter(2)) == .accepted(.start(2)))
      #expect(next(1, &machine) == [1])
      #expect(next(2, &machine) == [2])
    }

    @Test func aFurtherLaneServesWhatDoesNotFitABatch() {
      var machine = machine(batch: 3)
      submit("1", to: &machine)
      _ = next(0, &machine)
      for number in 1...3 { #expect(machine.submit(Waiter(number, batchClass: 1)) == .accepted(.wait)) }
      #expect(machine.submit(Waiter(4, batchClass: 1)) == .accepted(.start(1)))
      #expect(next(1, &machine) == [1, 2, 3])
      #expect(machine.submit(Waiter(5, batchClass: 1)) == .accepted(.wait))
      #expect(next(1, &machine).isEmpty)
      #expect(next(0, &machine) == [4, 5])
    }

    @Test func aWorkerThatFindsItsClassServedSleepsAndIsWokenForOthers() {
      var machine = machine(lanes: 1)
      submit("0", to: &machine)
      _ = next(0, &machine)
      submit("1", to: &machine)
      _ = next(1, &machine)
      submit("1", to: &machine)
      #expect(machine.next(for: 0).isPark)
      #expect(machine.submit(Waiter(9)) == .accepted(.wake(0)))
      #expect(next(0, &machine) == [9])
      #expect(next(1, &machine) == [0])
    }

    @Test func aCallThatLeftIsNotInTheBatch() {
      var machine = machine()
      let calls = submit("1111", to: &machine)
      calls[1].hasLeft = true
      machine.leftQueue(calls[1])
      calls[2].hasLeft = true  // and nobody said so
      #expect(machine.waitingCalls == 3)
      #expect(next(0, &machine) == [0, 3])
      #expect(machine.waitingCalls == 0)
      machine.leftQueue(calls[2])
      #expect(machine.waitingCalls == 0)
    }

    @Test func theWorkerOfACallInABatchIsKnown() {
      var machine = machine()
      let calls = submit("112", to: &machine)
      _ = next(0, &machine)
      #expect(machine.worker(running: calls[1]) == 0)
      #expect(machine.worker(running: calls[2]) == nil)
    }

    @Test func drainingServesWhatALaneHasWaiting() {
      var machine = machine(workers: 2)
      submit("11", to: &machine)
      _ = next(0, &machine)
      submit("0", to: &machine)
      _ = next(1, &machine)
      let late = Waiter(7, batchClass: 1)
      _ = machine.submit(late)
      #expect(machine.drain().isEmpty)
      #expect(machine.next(for: 1).isExit)
      #expect(next(0, &machine) == [7])
      #expect(machine.next(for: 0).isExit)
    }

    @Test func shuttingDownFailsTheWholeBatch() {
      var machine = machine()
      submit("111", to: &machine)
      _ = next(0, &machine)
      submit("12", to: &machine)
      #expect(machine.shutDown().calls.count == 5)
      #expect(machine.next(for: 0).isExit)
    }

    @Test func aThreadThatEndsGivesItsLaneBack() {
      var machine = machine(workers: 2)
      submit("1", to: &machine)
      _ = next(0, &machine)
      submit("0", to: &machine)
      _ = machine.workerEnded(0)
      _ = machine.submit(Waiter(5, batchClass: 1))
      #expect(next(1, &machine) == [0])
      #expect(next(1, &machine) == [5])
    }
  }
}
