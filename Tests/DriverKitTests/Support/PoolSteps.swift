@testable import DriverKit

/// Suites that go through the state machine step by step, with batches.
protocol PoolSteps {}

extension PoolSteps {
  typealias Machine = PoolStateMachine<Waiter>

  func machine(workers: Int = 4, batch: Int = 10, bytes: Int = .max, lanes: Int = 1) -> Machine {
    Machine(
      PoolLimits(workers: workers, waitingCalls: 10_000, batchCalls: batch, batchBytes: bytes, lanes: lanes)
    )
  }

  /// Submits calls numbered from 0; `classes` has one digit for each, its batch class.
  @discardableResult
  func submit(_ classes: String, to machine: inout Machine, from first: Int = 0) -> [Waiter] {
    let calls = classes.enumerated().map { number, digit in
      Waiter(first + number, batchClass: UInt8(digit.wholeNumberValue ?? 0))
    }
    for call in calls { _ = machine.submit(call) }
    return calls
  }

  func next(_ worker: Int, _ machine: inout Machine) -> [Int] {
    machine.next(for: worker).calls.map(\.number)
  }

  /// A machine whose workers sleep, each with a connection.
  func sleeping(_ workers: Int, lanes: Int = 1) -> Machine {
    var machine = machine(workers: workers, lanes: lanes)
    for _ in 0..<workers { _ = machine.submit(Waiter()) }
    for worker in 0..<workers {
      _ = machine.next(for: worker)
      machine.connectionOpened(by: worker)
    }
    for worker in 0..<workers { _ = machine.next(for: worker) }
    return machine
  }
}
