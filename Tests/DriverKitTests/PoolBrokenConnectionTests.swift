import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct PoolBrokenConnections {
    /// A body that finds the given connections broken, and says which ones it ran on.
    private func body(
      failsOn broken: Set<Int>, _ runs: Shared<[Int]>, outcome: StoreError.Outcome = .notApplied
    ) -> FakePool.Body<Int> {
      { connection, _ throws(StoreError) in
        runs.append(connection.number)
        guard broken.contains(connection.number) else { return connection.number }
        connection.isReusable = false
        throw context.error(.unreachable, "the server closed the connection", outcome: outcome)
      }
    }

    @Test func aReadRunsAgainOnceOnANewConnection() async {
      let driver = FakeDriver()
      let pool = makePool(driver)
      let runs = Shared<[Int]>([])
      _ = await pool.result { _, _ in }
      #expect(await pool.result(.read, body(failsOn: [1], runs)).value == 2)
      #expect(runs.value == [1, 2])
      #expect(driver.closed.value == 1)
      let statistics = pool.statistics()
      #expect(statistics.connectionsOpened == 2)
      #expect(statistics.connectionsDiscarded == 1)
      #expect(statistics.openConnections == 1)
      #expect(statistics.completedCalls == 2)
      await pool.close()
    }

    @Test func aReadDoesNotRunAThirdTime() async {
      let pool = makePool(FakeDriver())
      let runs = Shared<[Int]>([])
      _ = await pool.result { _, _ in }
      #expect(await pool.result(.read, body(failsOn: [1, 2], runs)).code == .unreachable)
      #expect(runs.value == [1, 2])
      await pool.close()
    }

    /// Which thread serves a call, and so whether its connection is new, is chance: the caller must not notice.
    @Test func aReadOnAConnectionMadeForItRunsAgainOnceToo() async {
      let pool = makePool(FakeDriver())
      let runs = Shared<[Int]>([])
      #expect(await pool.result(.read, body(failsOn: [1], runs)).value == 2)
      #expect(runs.value == [1, 2])
      await pool.close()
    }

    @Test func aWriteNeverRunsAgain() async {
      let pool = makePool(FakeDriver())
      let runs = Shared<[Int]>([])
      _ = await pool.result { _, _ in }
      let result = await pool.result(.write, body(failsOn: [1], runs, outcome: .unknown))
      #expect(result.code == .unreachable)
      #expect(result.outcome == .unknown)
      #expect(runs.value == [1])
      await pool.close()
    }

    @Test func aReadThatFailsOnAGoodConnectionDoesNotRunAgain() async {
      let pool = makePool(FakeDriver())
      let runs = Shared<[Int]>([])
      _ = await pool.result { _, _ in }
      let result = await pool.result { connection, _ throws(StoreError) -> Int in
        runs.append(connection.number)
        throw context.error(.unreachable, "no primary")
      }
      #expect(result.code == .unreachable)
      #expect(runs.value == [1])
      #expect(pool.statistics().connectionsDiscarded == 0)
      await pool.close()
    }

    @Test func aReadWhoseCallerHasGoneDoesNotRunAgain() async {
      let pool = makePool(FakeDriver())
      let runs = Shared<[Int]>([])
      let gate = Gate()
      _ = await pool.result { _, _ in }
      let task = pool.start { connection, _ throws(StoreError) in
        runs.append(connection.number)
        gate.pass()
        connection.isReusable = false
        throw context.error(.unreachable, "the server closed the connection")
      }
      await gate.arrivals.reaches(1)
      task.cancel()
      #expect(await task.value.code == .cancelled)
      gate.open()
      #expect(await pool.result { connection, _ in connection.number }.value == 2)
      #expect(runs.value == [1])
      await pool.close()
    }

    @Test func aConnectionThatDiedWhileIdleIsReplacedBeforeAWriteUsesIt() async throws {
      let driver = FakeDriver()
      let pool = makePool(driver)
      _ = await pool.result { _, _ in }
      driver.killPeer(1)
      // Idle for longer than the pool trusts a connection unseen.
      try await Task.sleep(for: .milliseconds(120))
      #expect(await pool.result(.write) { connection, _ in connection.number }.value == 2)
      #expect(pool.statistics().connectionsDiscarded == 1)
      await pool.close()
    }

    @Test func aFailedConnectIsTheCallsErrorAndTheNextCallTriesAgain() async {
      let driver = FakeDriver { attempt, _, _ throws(StoreError) in
        if attempt == 1 { throw context.error(.authenticationFailed, "wrong password") }
      }
      let pool = makePool(driver)
      #expect(await pool.result(.write) { _, _ in 1 }.code == .authenticationFailed)
      #expect(pool.statistics().openConnections == 0)
      #expect(await pool.result(.write) { _, _ in 1 }.value == 1)
      await pool.close()
    }

    @Test func oneFailedConnectDoesNotFailTheOthersThatWait() async {
      let gate = Gate()
      let driver = FakeDriver { attempt, _, _ throws(StoreError) in
        if attempt == 1 {
          gate.pass()
          throw context.error(.unreachable, "connection refused")
        }
      }
      let pool = makePool(driver)
      let first = pool.start { _, _ in 1 }
      await gate.arrivals.reaches(1)
      let second = await pool.enqueue { _, _ in 2 }
      gate.open()
      #expect(await first.value.code == .unreachable)
      #expect(await second.value.value == 2)
      await pool.close()
    }
  }
}
