import Testing

@testable import DriverKit

extension DriverKitSuite {
  /// Calls of a batch that are queued again, to run by themselves.
  @Suite struct PoolQueuedAgain {
    typealias Machine = PoolStateMachine<Waiter>

    /// Otherwise whoever lets go of such a call's caller would tell the first worker, and the one that runs it would go on.
    @Test func theyAreNotTheirFirstWorkersAnyMore() {
      var machine = Machine(PoolLimits(workers: 2, waitingCalls: 100, batchCalls: 10))
      let calls = (0..<4).map { Waiter($0, batchClass: 1) }
      for call in calls { _ = machine.submit(call) }
      _ = machine.submit(Waiter(9))
      #expect(machine.next(for: 0).calls.map(\.number) == [0, 1, 2, 3])
      #expect(machine.next(for: 1).calls.map(\.number) == [9])
      #expect(machine.next(for: 1).isPark)
      for call in calls { call.batchClass = 0 }
      calls[3].hasLeft = true
      #expect(machine.submitAgain(calls, from: 0) == [1])
      #expect(machine.waitingCalls == 3)
      #expect(machine.worker(running: calls[0]) == nil)
      #expect(machine.next(for: 1).calls.first === calls[0])
      #expect(machine.worker(running: calls[0]) == 1)
      // The first is not done yet: with the one whose caller has gone.
      #expect(machine.worker(running: calls[3]) == 0)
      machine.finished(0)
      machine.finished(1)
      #expect(machine.busyWorkers == 0)
    }
  }
}
