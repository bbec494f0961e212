import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct PoolQueue {
    @Test func aCallGetsItsAnswer() async throws {
      let driver = FakeDriver()
      let pool = makePool(driver)
      let number = try await pool.lease(context, .read) { connection, _ in connection.number }
      #expect(number == 1)
      let statistics = pool.statistics()
      #expect(statistics.completedCalls == 1)
      #expect(statistics.busyConnections == 0)
      #expect(statistics.openConnections == 1)
      await pool.close()
    }

    @Test func theErrorOfTheBodyReachesTheCaller() async {
      let pool = makePool(FakeDriver())
      let result = await pool.result(.write) { _, _ throws(StoreError) -> Int in
        throw context.error(.conflict, "taken", constraint: .instructorID, entityID: 7)
      }
      #expect(result.code == .conflict)
      await pool.close()
    }

    @Test func oneCallAfterTheOtherNeedsOneConnection() async {
      let driver = FakeDriver()
      let pool = makePool(driver, connections: 8)
      for _ in 0..<2_000 { _ = await pool.result { _, _ in } }
      #expect(driver.opened.value == 1)
      #expect(pool.statistics().completedCalls == 2_000)
      await pool.close()
    }

    @Test func callsAreServedFirstComeFirstServed() async {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let order = Shared<[Int]>([])
      var tasks: [Task<Result<Void, StoreError>, Never>] = []
      for number in 0..<50 { tasks.append(await pool.enqueue { _, _ in order.append(number) }) }
      gate.open()
      for task in tasks { _ = await task.value }
      _ = await occupant.value
      #expect(order.value == Array(0..<50))
      await pool.close()
    }

    @Test func neverMoreConnectionsThanTheLimit() async {
      let driver = FakeDriver()
      let pool = makePool(driver, connections: 4, waiting: 1_000)
      let running = Shared((now: 0, most: 0))
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<256 {
          group.addTask {
            _ = await pool.result { connection, _ in
              running.update {
                $0.now += 1
                $0.most = max($0.most, $0.now)
              }
              connection.signal.wait(milliseconds: 1)
              running.update { $0.now -= 1 }
            }
          }
        }
      }
      #expect(driver.opened.value == 4)
      #expect(driver.mostOpenAtOnce == 4)
      #expect(running.value.most == 4)
      await pool.close()
    }

    @Test func aLeaseThatIsTakenBackCountsNowhere() async throws {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let lease = try pool.pendingLease(context, .write) { _, _ in }
      let waiting = Task { () async -> StoreError.Code? in
        do throws(StoreError) { try await lease.run() } catch { return error.code }
        return nil
      }
      await until { pool.statistics().waitingCalls == 1 }
      lease.withdraw()
      #expect(await waiting.value == .cancelled)
      #expect(pool.statistics().waitingCalls == 0)
      gate.open()
      _ = await occupant.value
      // One that runs counts as little: whoever it is for does.
      let counted = pool.statistics()
      let needless = try pool.pendingLease(context, .write) { _, _ in }
      try await needless.run()
      needless.withdraw()
      await until { pool.statistics().busyConnections == 0 }
      #expect(pool.statistics() == counted)
      #expect(counted.exchanges == 1 && counted.completedCalls == 1 && counted.cancelledCalls == 0)
      await pool.close()
    }

    @Test func aLeaseThatWaitsForTooLongIsNotCountedAsACall() async throws {
      let pool = makePool(FakeDriver(), acquire: .milliseconds(10))
      let gate = Gate()
      let occupant = Task { await pool.submit(.read, queueTimeout: .seconds(60)) { _, _ in gate.pass() } }
      await gate.arrivals.reaches(1)
      let lease = try pool.pendingLease(context, .write) { _, _ in }
      let error = await #expect(throws: StoreError.self) { try await lease.run() }
      #expect(error?.code == .poolExhausted && lease.isOverdue)
      #expect(pool.statistics().timedOutCalls == 0 && pool.statistics().waitingCalls == 0)
      gate.open()
      _ = await occupant.value
      await pool.close()
    }

    @Test func aFullQueueRefusesAtOnce() async {
      let pool = makePool(FakeDriver(), waiting: 2)
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let waiting = [await pool.enqueue { _, _ in 1 }, await pool.enqueue { _, _ in 2 }]
      let refused = await pool.result { _, _ in 3 }
      #expect(refused.code == .poolExhausted)
      #expect(refused.outcome == .notApplied)
      #expect(pool.statistics().refusedCalls == 1)
      #expect(pool.statistics().waitingCalls == 2)
      gate.open()
      #expect(await waiting[0].value.value == 1)
      #expect(await waiting[1].value.value == 2)
      _ = await occupant.value
      await pool.close()
    }

    @Test func aFullQueueOfAServerThatIsDownRefusesAsUnreachable() async {
      let gate = Gate()
      let driver = FakeDriver { attempt, _, _ throws(StoreError) in
        if attempt > 1 { gate.pass() }
        throw context.error(.unreachable, "connection refused")
      }
      let pool = makePool(driver, waiting: 0)
      #expect(await pool.result { _, _ in }.code == .unreachable)
      let second = pool.start { _, _ in }
      await gate.arrivals.reaches(1)
      #expect(await pool.result { _, _ in }.code == .unreachable)
      gate.open()
      #expect(await second.value.code == .unreachable)
      await pool.close()
    }

    @Test func aCallIsCountedAsRefusedOnlyIfItsCallerHearsSo() async {
      let pool = makePool(FakeDriver(), waiting: 0)
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      var refused = 0
      for _ in 0..<20_000 {
        let task = pool.start { _, _ in }
        if Bool.random() { await Task.yield() }
        task.cancel()
        if await task.value.code == .poolExhausted { refused += 1 }
      }
      #expect(pool.statistics().refusedCalls == refused)
      gate.open()
      _ = await occupant.value
      await pool.close()
    }

    /// Cancelled between being made and being queued, a call must not be counted as waiting.
    @Test func cancelledCallsDoNotOccupyTheQueue() async {
      let pool = makePool(FakeDriver(), waiting: 100)
      let gate = Gate()
      let occupant = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      for _ in 0..<3_000 {
        let task = pool.start { _, _ in }
        if Bool.random() { await Task.yield() }
        task.cancel()
        #expect(await task.value.code == .cancelled)
        #expect(pool.statistics().waitingCalls == 0)
      }
      gate.open()
      _ = await occupant.value
      await pool.close()
    }
  }
}
