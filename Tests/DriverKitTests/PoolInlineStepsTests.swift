import Testing

@testable import DriverKit

extension DriverKitSuite {
  /// Calls on their callers' threads.
  @Suite struct PoolInlineSteps: PoolSteps {
    @Test func aCallerGetsThePlaceOfAWorkerThatSleeps() {
      var machine = sleeping(2)
      let call = Waiter()
      #expect(machine.checkOut(for: call) == 1)
      #expect(machine.worker(running: call) == 1)
      #expect(machine.busyWorkers == 1)
      #expect(machine.checkIn(1) == false)
      #expect(machine.busyWorkers == 0)
      #expect(machine.submit(Waiter()) == .accepted(.wake(1)))
    }

    @Test func aWorkerWithoutAConnectionLendsNothing() {
      var machine = sleeping(2)
      machine.connectionClosed(by: 1)
      #expect(machine.checkOut(for: Waiter()) == 0)
      #expect(machine.checkOut(for: Waiter()) == nil)
    }

    @Test func aCallerOvertakesNobody() {
      var machine = sleeping(2)
      _ = machine.submit(Waiter())
      #expect(machine.checkOut(for: Waiter()) == nil)
    }

    @Test func aCallerTakesALaneOrNone() {
      var machine = sleeping(3, lanes: 1)
      #expect(machine.checkOut(for: Waiter(0, batchClass: 1)) == 2)
      #expect(machine.checkOut(for: Waiter(1, batchClass: 1)) == nil)
      #expect(machine.checkOut(for: Waiter(2, batchClass: 2)) == 1)
      #expect(machine.checkIn(2) == false)
      #expect(machine.checkOut(for: Waiter(3, batchClass: 1)) == 2)
    }

    @Test func whatCameMeanwhileWakesTheWorkerWhosePlaceComesBack() {
      var machine = sleeping(1)
      _ = machine.checkOut(for: Waiter())
      #expect(machine.submit(Waiter(7)) == .accepted(.wait))
      #expect(machine.checkIn(0) == true)
      #expect(machine.submit(Waiter(8)) == .accepted(.wait))
      #expect(next(0, &machine) == [7])
    }

    @Test func aPlaceThatComesBackToAClosedPoolWakesItsWorkerToEnd() {
      var machine = sleeping(1)
      _ = machine.checkOut(for: Waiter())
      #expect(machine.drain().isEmpty)
      #expect(machine.checkIn(0) == true)
      #expect(machine.next(for: 0).isExit)
      #expect(machine.checkOut(for: Waiter()) == nil)
    }
  }
}
