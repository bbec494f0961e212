import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct PoolCancellation {
    @Test func aCancelledTaskReachesNobody() async {
      let driver = FakeDriver()
      let pool = makePool(driver)
      let start = Gate()
      let task = Task {
        await until { Task.isCancelled }
        return await pool.result(.write) { _, _ in start.pass() }
      }
      task.cancel()
      let result = await task.value
      #expect(result.code == .cancelled)
      #expect(result.outcome == .notApplied)
      #expect(driver.attempts.value == 0)
      await pool.close()
    }

    @Test func beforeItIsSubmittedACallEndsOnce() async {
      // The handler of a task that is cancelled runs before, beside or after the submission.
      let driver = FakeDriver()
      let pool = makePool(driver)
      for _ in 0..<500 {
        let result = await pool.submit(.read, queueTimeout: .seconds(60)) { call in
          pool.core.cancel(call)
        } _: { _, _ in
          1
        }
        #expect(result.code == .cancelled)
      }
      #expect(pool.statistics().waitingCalls == 0)
      #expect(pool.statistics().cancelledCalls == 500)
      #expect(driver.attempts.value == 0)
      await pool.close()
    }

    @Test func inTheQueueItLeavesAtOnce() async {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let waiting = await pool.enqueue(.write) { _, _ in }
      waiting.cancel()
      let result = await waiting.value
      #expect(result.code == .cancelled)
      #expect(result.outcome == .notApplied)
      #expect(pool.statistics().waitingCalls == 0)
      #expect(pool.statistics().cancelledCalls == 1)
      gate.open()
      #expect(await occupant.value.code == nil)
      await pool.close()
    }

    @Test func whileConnectingNothingWasApplied() async {
      let gate = Gate()
      let driver = FakeDriver { _, _, _ in gate.pass() }
      let pool = makePool(driver)
      let task = pool.start(.write) { _, _ in }
      await gate.arrivals.reaches(1)
      task.cancel()
      let result = await task.value
      #expect(result.code == .cancelled)
      #expect(result.outcome == .notApplied)
      gate.open()
      // The connection serves the next.
      #expect(await pool.result { connection, _ in connection.number }.value == 1)
      await pool.close()
    }

    @Test(arguments: [(CallEffect.read, StoreError.Outcome.notApplied), (.write, .unknown)])
    func whileRunningTheCallerGoesAndTheDriverIsTold(effect: CallEffect, outcome: StoreError.Outcome) async {
      let driver = FakeDriver()
      let pool = makePool(driver)
      let entered = Counter()
      let left = Counter()
      let task = pool.start(effect) { connection, call in
        entered.increment()
        while !call.isAbandoned { connection.signal.wait(milliseconds: 60_000) }
        left.increment()
      }
      await entered.reaches(1)
      task.cancel()
      let result = await task.value
      #expect(result.code == .cancelled)
      #expect(result.outcome == outcome)
      await left.reaches(1)
      await until { pool.statistics().busyConnections == 0 }
      #expect(pool.statistics().cancelledCalls == 1)
      #expect(pool.statistics().completedCalls == 0)
      await pool.close()
    }

    @Test func whilePreparingNothingWasAppliedAndTheDriverIsTold() async {
      let pool = makePool(FakeDriver())
      let entered = Counter()
      let left = Counter()
      let task = pool.start(.write) { connection, call throws(StoreError) in
        try call.preparing { () throws(StoreError) in
          entered.increment()
          while !call.isAbandoned { connection.signal.wait(milliseconds: 60_000) }
        }
        // It can still be seen when the preparation is over.
        if call.isAbandoned { left.increment() }
      }
      await entered.reaches(1)
      task.cancel()
      let result = await task.value
      #expect(result.code == .cancelled)
      #expect(result.outcome == .notApplied)
      await left.reaches(1)
      await pool.close()
    }

    @Test func afterThePreparationTheOutcomeIsUnknown() async {
      let pool = makePool(FakeDriver())
      let entered = Counter()
      let task = pool.start(.write) { connection, call throws(StoreError) in
        try call.preparing { () throws(StoreError) in }
        entered.increment()
        while !call.isAbandoned { connection.signal.wait(milliseconds: 60_000) }
      }
      await entered.reaches(1)
      task.cancel()
      #expect(await task.value.outcome == .unknown)
      await pool.close()
    }

    @Test func aBatchPreparesForAllOfItsCalls() async {
      let entered = Counter()
      let gate = Gate()
      let driver = FakeDriver { _, _, _ in
      } onBatch: { batch, _ in
        guard let unit = CallGroup<FakeDriver.Connection>(batch), batch.count > 1 else { return }
        unit.preparing {
          entered.increment()
          gate.pass()
        }
      }
      let pool = makePool(driver)
      let busy = Gate()
      let occupant = pool.occupy(busy)
      await busy.arrivals.reaches(1)
      let first = await pool.enqueueSend(1, .write)
      let second = await pool.enqueueSend(2, .write)
      busy.open()
      await entered.reaches(1)
      first.cancel()
      #expect(await first.value.outcome == .notApplied)
      gate.open()
      #expect(await second.value.value == 2)
      #expect(await occupant.value.code == nil)
      await pool.close()
    }

    @Test func theSignalOfACallThatLeftIsNotSeenByTheNext() async {
      let pool = makePool(FakeDriver())
      for _ in 0..<300 {
        let gate = Gate()
        let task = pool.start { _, _ in gate.pass() }
        await gate.arrivals.reaches(1)
        task.cancel()
        gate.open()
        _ = await task.value
        #expect(await pool.result { connection, _ in connection.signal.isRaised }.value == false)
      }
      await pool.close()
    }

    @Test func theSignalOfACallThatLeftDoesNotEndTheNextConnect() async {
      let raised = Counter()
      let driver = FakeDriver { _, _, signal in if signal.isRaised { raised.increment() } }
      let pool = makePool(driver)
      for _ in 0..<300 {
        let gate = Gate()
        let task = pool.start { connection, _ in
          gate.pass()
          connection.isReusable = false
        }
        await gate.arrivals.reaches(1)
        task.cancel()
        gate.open()
        _ = await task.value
        #expect(await pool.result { _, _ in }.code == nil)
      }
      #expect(raised.value == 0)
      await pool.close()
    }
  }
}
