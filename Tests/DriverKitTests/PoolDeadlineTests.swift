import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct PoolDeadlines {
    @Test func inTheQueueOfBusyConnectionsItIsPoolExhausted() async {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let late = await pool.result(.write, timeout: .milliseconds(20)) { _, _ in }
      #expect(late.code == .poolExhausted)
      #expect(late.outcome == .notApplied)
      #expect(pool.statistics().timedOutCalls == 1)
      #expect(pool.statistics().waitingCalls == 0)
      gate.open()
      _ = await occupant.value
      await pool.close()
    }

    @Test func inTheQueueOfAServerThatCannotBeReachedItIsUnreachable() async {
      let gate = Gate()
      let pool = makePool(FakeDriver { _, _, _ in gate.pass() })
      let connecting = pool.start { _, _ in }
      await gate.arrivals.reaches(1)
      let late = await pool.result(.write, timeout: .milliseconds(20)) { _, _ in }
      #expect(late.code == .unreachable)
      #expect(late.outcome == .notApplied)
      gate.open()
      _ = await connecting.value
      await pool.close()
    }

    @Test func whileConnectingItIsUnreachable() async {
      let gate = Gate()
      let pool = makePool(FakeDriver { _, _, _ in gate.pass() })
      let late = await pool.result(.write, timeout: .milliseconds(20)) { _, _ in }
      #expect(late.code == .unreachable)
      #expect(late.outcome == .notApplied)
      gate.open()
      await pool.close()
    }

    @Test func theTimeToAcquireAConnectionIsABoundOfItsOwn() async {
      let pool = makePool(FakeDriver(), acquire: .milliseconds(200))
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      #expect(await pool.result(timeout: .seconds(60)) { _, _ in }.code == .poolExhausted)
      gate.open()
      #expect(await occupant.value.code == nil)
      await pool.close()
    }

    @Test(arguments: [(CallEffect.read, StoreError.Outcome.notApplied), (.write, .unknown)])
    func whileRunningItIsATimeoutOfTheResponse(effect: CallEffect, outcome: StoreError.Outcome) async {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let late = await pool.result(effect, timeout: .milliseconds(200)) { _, call in
        call.noteEntity(42)
        gate.pass()
      }
      #expect(late.code == .timeout(.response))
      #expect(late.outcome == outcome)
      if case .failure(let error) = late { #expect(error.entityID == 42) }
      // Its thread is still in the driver: the connection is not free.
      #expect(pool.statistics().busyConnections == 1)
      gate.open()
      await until { pool.statistics().busyConnections == 0 }
      let statistics = pool.statistics()
      #expect(statistics.timedOutCalls == 1)
      #expect(statistics.completedCalls == 0)
      await pool.close()
    }

    @Test func afterATimeoutACleanConnectionIsUsedAgainAndAnotherIsDiscarded() async {
      for isReusable in [true, false] {
        let driver = FakeDriver()
        let pool = makePool(driver)
        let gate = Gate()
        let late = await pool.result(timeout: .milliseconds(200)) { connection, _ in
          gate.pass()
          connection.isReusable = isReusable
        }
        #expect(late.code == .timeout(.response))
        gate.open()
        #expect(await pool.result { connection, _ in connection.number }.value == (isReusable ? 1 : 2))
        #expect(driver.closed.value == (isReusable ? 0 : 1))
        #expect(pool.statistics().connectionsDiscarded == (isReusable ? 0 : 1))
        await pool.close()
        #expect(driver.openNow == 0)
      }
    }

    @Test func aShorterDeadlineThatComesLaterIsKept() async {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let running = pool.start(timeout: .seconds(50)) { _, _ in gate.pass() }
      await gate.arrivals.reaches(1)
      let patient = await pool.enqueue(timeout: .seconds(50)) { _, _ in 1 }
      for _ in 0..<3 {
        #expect(await pool.result(timeout: .milliseconds(10)) { _, _ in 2 }.code == .poolExhausted)
      }
      #expect(pool.statistics().waitingCalls == 1)
      gate.open()
      #expect(await running.value.code == nil)
      #expect(await patient.value.value == 1)
      await pool.close()
    }

    /// The timer has fired for the queue before it must fire for the same call while it runs.
    @Test func aDeadlineHoldsAfterTheTimerWasArmedForSomethingElse() async {
      let pool = makePool(FakeDriver())
      _ = await pool.result { _, _ in }
      let gate = Gate()
      let started = Deadline.now()
      let late = await pool.submit(
        .read, queueTimeout: .milliseconds(100), timeout: .milliseconds(200)
      ) { _, _ in gate.pass() }
      #expect(late.code == .timeout(.response))
      #expect(Deadline.now() - started >= 200_000_000)
      gate.open()
      await pool.close()
    }

    /// A thread that becomes free while the queue is being cleared of late calls takes one that is still there, or
    /// none: it must not run a call that is about to be given up as if it had been waiting.
    @Test func aCallThatWasTakenFromTheQueueIsNotGivenUpForHavingWaited() async {
      for _ in 0..<10 {
        let pool = makePool(FakeDriver(), waiting: 2_000)
        let gate = Gate()
        let occupant = pool.occupy(gate)
        await gate.arrivals.reaches(1)
        let codes = await withTaskGroup(of: StoreError.Code?.self) { group in
          for _ in 0..<1_000 {
            group.addTask {
              let result = await pool.submit(.write, queueTimeout: .milliseconds(60)) { connection, _ in
                connection.signal.wait(milliseconds: 20)
              }
              // The first one to hear of it frees the thread.
              if result.code != nil { gate.open() }
              return result.code
            }
          }
          return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(codes.isSubset(of: [nil, .poolExhausted]))
        _ = await occupant.value
        await pool.close()
      }
    }

    @Test func aCallWhoseTimeIsTooShortToConnectStillGetsThePoolAConnection() async {
      let mayConnect = Shared(false)
      let driver = FakeDriver { _, deadline, signal throws(StoreError) in
        while !mayConnect.value {
          if deadline.hasPassed || signal.isRaised { throw context.error(.unreachable, "given up") }
          signal.wait(milliseconds: 1)
        }
      }
      let pool = makePool(driver)
      let hurried = pool.start(timeout: .milliseconds(200)) { _, _ in }
      await driver.attempts.reaches(1)
      #expect(await hurried.value.code == .unreachable)
      mayConnect.update { $0 = true }
      #expect(await pool.result { connection, _ in connection.number }.value == 1)
      #expect(driver.attempts.value == 1)
      await pool.close()
    }

    @Test func connectingHasADeadlineOfItsOwn() async {
      let remaining = Shared<[Int32]>([])
      let driver = FakeDriver { _, deadline, _ in
        remaining.update { $0.append(deadline.remainingMilliseconds) }
      }
      let pool = makePool(driver, connect: .milliseconds(500))
      _ = await pool.result { _, _ in }
      #expect(remaining.value.allSatisfy { $0 > 0 && $0 <= 500 })
      await pool.close()
    }

    @Test func zeroOrLessFailsAtOnceAndReachesNobody() async {
      let driver = FakeDriver()
      let pool = makePool(driver)
      for timeout in [Duration.zero, .milliseconds(-1)] {
        #expect(await pool.result(timeout: timeout) { _, _ in }.code == .timeout(.connection))
      }
      #expect(driver.attempts.value == 0)
      await pool.close()
    }

    @Test func theTimeOfTheTaskComesBeforeThePools() async {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let late = await StoreTimeout.$current.withValue(.milliseconds(200)) {
        await pool.result { _, _ in gate.pass() }
      }
      #expect(late.code == .timeout(.response))
      gate.open()
      await pool.close()
    }
  }
}
