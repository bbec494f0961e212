import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct PoolLifeCycle {
    @Test func closingServesWhatWaitsAndRefusesWhatComesLater() async {
      let driver = FakeDriver()
      let pool = makePool(driver)
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let waiting = await pool.enqueue(.write) { _, _ in 1 }
      let closing = Task { await pool.close() }
      await until { pool.isClosed }
      #expect(await pool.result { _, _ in 2 }.code == .closed)
      gate.open()
      await closing.value
      #expect(await waiting.value.value == 1)
      #expect(await occupant.value.code == nil)
      #expect(driver.openNow == 0)
      #expect(await pool.result { _, _ in 2 }.code == .closed)
      #expect(pool.statistics().openConnections == 0)
    }

    @Test func closedComesBeforeCancelled() async {
      let pool = makePool(FakeDriver())
      await pool.close()
      let task = Task {
        await until { Task.isCancelled }
        return await pool.result { _, _ in }
      }
      task.cancel()
      #expect(await task.value.code == .closed)
    }

    @Test func closingClosesEveryIdleConnection() async {
      let driver = FakeDriver()
      let pool = makePool(driver, connections: 4)
      let gate = Gate()
      let calls = (0..<4).map { _ in pool.occupy(gate) }
      await gate.arrivals.reaches(4)
      gate.open(4)
      for call in calls { _ = await call.value }
      await pool.close()
      #expect(driver.opened.value == 4)
      #expect(driver.closed.value == 4)
    }

    @Test func closingAPoolThatWasNeverUsedOrTwiceDoesNothing() async {
      let pool = makePool(FakeDriver())
      await pool.close()
      await pool.close()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { await pool.close() } }
      }
    }

    @Test func everyoneWhoClosesWaitsForTheEnd() async {
      let driver = FakeDriver()
      let pool = makePool(driver)
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let closing = (0..<3).map { _ in
        Task {
          await pool.close()
          return driver.closed.value
        }
      }
      await until { pool.isClosed }
      gate.open()
      for task in closing { #expect(await task.value == 1) }
      _ = await occupant.value
    }

    @Test(arguments: [(CallEffect.read, StoreError.Outcome.notApplied), (.write, .unknown)])
    func closingLetsGoOfACallThatIsStuck(effect: CallEffect, outcome: StoreError.Outcome) async {
      let driver = FakeDriver()
      let pool = makePool(driver, timeout: .milliseconds(400))
      let gate = Gate()
      let stuck = pool.start(effect, timeout: .seconds(60)) { _, _ in gate.pass() }
      await gate.arrivals.reaches(1)
      let waiting = await pool.enqueue(.write, timeout: .seconds(60)) { _, _ in }
      await pool.close()
      let result = await stuck.value
      #expect(result.code == .closed)
      #expect(result.outcome == outcome)
      #expect(await waiting.value.code == .closed)
      // The thread is still in the driver, and closing again does not wait for it.
      let started = Deadline.now()
      await pool.close()
      #expect(Deadline.now() - started < 350_000_000)
      #expect(driver.closed.value == 0)
      gate.open()
      await driver.closed.reaches(1)
    }

    /// A driver may clear the signal that woke it, and then it must see that its caller has gone.
    @Test func shuttingDownEndsEveryCallThatHeedsItsSignal() async {
      for _ in 0..<100 {
        let driver = FakeDriver()
        let pool = makePool(driver, connections: 16)
        let entered = Counter()
        let calls = (0..<16).map { _ in
          pool.start(.write) { connection, call in
            entered.increment()
            while !call.isAbandoned {
              connection.signal.wait(milliseconds: 60_000)
              connection.signal.clear()
            }
          }
        }
        await entered.reaches(16)
        pool.core.shutDown()
        for call in calls {
          let result = await call.value
          #expect(result.code == .closed)
          #expect(result.outcome == .unknown)
        }
        await driver.closed.reaches(16)
      }
    }

    @Test func droppingThePoolEndsItsThreadsAndClosesItsConnections() async {
      let driver = FakeDriver()
      weak var core: PoolCore?
      do {
        let pool = makePool(driver, connections: 3)
        core = pool.core
        let gate = Gate()
        let calls = (0..<3).map { _ in pool.occupy(gate) }
        await gate.arrivals.reaches(3)
        gate.open(3)
        for call in calls { _ = await call.value }
      }
      await driver.closed.reaches(3)
      await until { core == nil }
    }

    @Test func droppingAPoolThatWasNeverUsedLeavesNothing() async {
      weak var core: PoolCore?
      do {
        let pool = makePool(FakeDriver())
        core = pool.core
      }
      await until { core == nil }
    }

    /// The caller may drop the pool as soon as it has its answer, and then the last one to hold it can be the
    /// call itself, on a driver thread or in the queue.
    @Test func aCallMayHoldThePoolItRunsOn() async {
      for round in 0..<200 {
        let driver = FakeDriver()
        do {
          let pool = makePool(driver)
          _ = await pool.result { _, _ in pool.statistics().busyConnections }
          if round % 2 == 0 {
            let gate = Gate()
            let task = pool.start { _, _ in
              gate.pass()
              _ = pool.statistics()
            }
            await gate.arrivals.reaches(1)
            let waiting = await pool.enqueue { _, _ in _ = pool.statistics() }
            task.cancel()
            waiting.cancel()
            _ = await (task.value, waiting.value)
            gate.open()
          }
        }
        await driver.closed.reaches(1)
      }
    }

    @Test func withoutAThreadTheCallFailsAndThePoolRecovers() async {
      let driver = FakeDriver()
      let attempts = Counter()
      let pool = FakePool(
        driver: driver, name: "test",
        options: PoolOptions(
          connections: 2, waitingCalls: 10, timeout: .seconds(60), acquireTimeout: .seconds(60),
          connectTimeout: .seconds(60))
      ) { body in
        attempts.increment() == 1 ? false : DriverThread.start(body)
      }
      let refused = await pool.result(.write) { _, _ in 1 }
      #expect(refused.code == .resourceExhausted)
      #expect(refused.outcome == .notApplied)
      #expect(await pool.result(.write) { _, _ in 1 }.value == 1)
      await pool.close()
      #expect(driver.openNow == 0)
    }

    @Test func aSecondThreadThatDoesNotStartLeavesItsCallToTheFirst() async {
      let driver = FakeDriver()
      let attempts = Counter()
      let pool = FakePool(
        driver: driver, name: "test",
        options: PoolOptions(
          connections: 2, waitingCalls: 10, timeout: .seconds(60), acquireTimeout: .seconds(60),
          connectTimeout: .seconds(60))
      ) { body in
        attempts.increment() == 2 ? false : DriverThread.start(body)
      }
      let gate = Gate()
      let first = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let second = await pool.enqueue { connection, _ in connection.number }
      gate.open()
      #expect(await second.value.value == 1)
      #expect(await first.value.code == nil)
      await pool.close()
    }
  }
}
