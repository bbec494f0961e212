import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  /// Calls of tasks that run on threads which may block: served by the caller's own thread where the pool is quiet.
  @Suite struct PoolInline {
    private let executor = BlockingTaskExecutor(threads: 2, startThread: DriverThread.start)

    /// Runs `body` on the executor, with a pool whose one connection is open and free.
    private func withQuietPool(
      _ driver: FakeDriver = FakeDriver(), timeout: Duration = .seconds(60),
      _ body: @escaping @Sendable (FakePool) async -> Void
    ) async {
      let pool = makePool(driver, timeout: timeout)
      _ = await pool.result { _, _ in }
      await until { pool.core.state.withLock { $0.machine.sleepingWorkers } == 1 }
      await Task(executorPreference: executor) { await body(pool) }.value
      await pool.close()
    }

    private static var isOnExecutor: Bool { BlockingTaskExecutor.current != nil }

    @Test func aLoneCallRunsOnItsCallersThread() async {
      await withQuietPool { pool in
        #expect(Self.isOnExecutor)
        #expect(await pool.result { _, _ in Self.isOnExecutor }.value == true)
        #expect(await pool.result(.write) { connection, _ in connection.number }.value == 1)
        #expect(await pool.send(5).value == 5)
        let statistics = pool.statistics()
        #expect(statistics.completedCalls == 4)
        #expect(statistics.exchanges == 4)
        #expect(statistics.busyConnections == 0)
      }
    }

    @Test func elsewhereItRunsOnADriverThread() async {
      let pool = makePool(FakeDriver())
      for _ in 0..<3 { #expect(await pool.result { _, _ in Self.isOnExecutor }.value == false) }
      await pool.close()
    }

    @Test func noConnectionIsMadeOnACallersThread() async {
      let pool = makePool(FakeDriver(onConnect: { _, _, _ in #expect(!Self.isOnExecutor) }))
      await Task(executorPreference: executor) {
        #expect(await pool.result { _, _ in Self.isOnExecutor }.value == false)
      }.value
      await pool.close()
    }

    @Test func anErrorIsTheCallers() async {
      await withQuietPool { pool in
        let result = await pool.result { _, _ throws(StoreError) in throw context.error(.conflict, "taken") }
        #expect(result.code == .conflict)
        #expect(await pool.result { _, _ in 1 }.value == 1)
      }
    }

    @Test func aReadWhoseConnectionBreaksRunsAgainOnANewOne() async {
      let runs = Shared<[Int]>([])
      await withQuietPool { pool in
        let result = await pool.result { connection, _ throws(StoreError) in
          runs.append(connection.number)
          guard connection.number == 1 else { return Self.isOnExecutor }
          connection.isReusable = false
          throw context.error(.unreachable, "the connection broke")
        }
        #expect(result.value == false)
      }
      #expect(runs.value == [1, 2])
    }

    @Test func aReadDoesNotRunAThirdTime() async {
      let runs = Shared<[Int]>([])
      await withQuietPool { pool in
        let result = await pool.result { connection, _ throws(StoreError) in
          runs.append(connection.number)
          connection.isReusable = false
          throw context.error(.unreachable, "the connection broke")
        }
        #expect(result.code == .unreachable)
      }
      #expect(runs.value == [1, 2])
    }

    @Test func aWriteWhoseConnectionBreaksDoesNotRunAgain() async {
      let runs = Counter()
      await withQuietPool { pool in
        let result = await pool.result(.write) { connection, _ throws(StoreError) in
          runs.increment()
          connection.isReusable = false
          throw context.error(.unreachable, "the connection broke", outcome: .unknown)
        }
        #expect(result.outcome == .unknown)
        #expect(pool.statistics().connectionsDiscarded == 1)
      }
      #expect(runs.value == 1)
    }

    @Test func cancellingInterruptsIt() async {
      let started = Counter()
      await withQuietPool { pool in
        let task = Task {
          await pool.result(.write) { connection, call in
            started.increment()
            while !call.isAbandoned { connection.signal.wait(milliseconds: 60_000) }
          }
        }
        await started.reaches(1)
        task.cancel()
        let result = await task.value
        #expect(result.code == .cancelled)
        #expect(result.outcome == .unknown)
        #expect(await pool.result { connection, _ in connection.signal.isRaised }.value == false)
      }
    }

    @Test func itsDeadlineInterruptsIt() async {
      await withQuietPool(timeout: .milliseconds(50)) { pool in
        let result = await pool.result { connection, call in
          while !call.isAbandoned { connection.signal.wait(milliseconds: 60_000) }
        }
        #expect(result.code == .timeout(.response))
        #expect(pool.statistics().timedOutCalls == 1)
      }
    }

    @Test func aCancelledTaskSendsNothing() async {
      let runs = Counter()
      await withQuietPool { pool in
        let task = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return await pool.result { _, _ in _ = runs.increment() }
        }
        #expect(await task.value.code == .cancelled)
      }
      #expect(runs.value == 0)
    }

    @Test func closingWaitsForIt() async {
      let gate = Gate()
      let pool = makePool(FakeDriver())
      _ = await pool.result { _, _ in }
      await until { pool.statistics().busyConnections == 0 }
      let call = Task(executorPreference: executor) { await pool.result { _, _ in gate.pass() } }
      await gate.arrivals.reaches(1)
      let closing = Task { await pool.close() }
      await until { pool.isClosed }
      gate.open()
      #expect(await call.value.code == nil)
      await closing.value
      #expect(pool.statistics().openConnections == 0)
    }

    /// With two threads, one may block: the other runs what is ready and sends its calls to the driver threads.
    @Test func oneThreadIsLeftToRunWhatIsReady() async {
      let gate = Gate()
      let pool = makePool(FakeDriver(), connections: 3)
      let warm = (0..<3).map { _ in pool.start { _, _ in gate.pass() } }
      await gate.arrivals.reaches(3)
      gate.open(3)
      for task in warm { _ = await task.value }
      await until { pool.statistics().busyConnections == 0 }
      let inline = Counter()
      let tasks = (0..<3).map { _ in
        Task(executorPreference: executor) {
          await pool.result { _, _ in
            if Self.isOnExecutor { inline.increment() }
            gate.pass()
          }
        }
      }
      await gate.arrivals.reaches(6)
      #expect(inline.value <= 1)
      gate.open(3)
      for task in tasks { _ = await task.value }
      await pool.close()
    }

    @Test func whereTheSystemGivesNoThreadsJobsRunElsewhere() async {
      let executor = BlockingTaskExecutor(threads: 2) { _ in false }
      #expect(await Task(executorPreference: executor) { Self.isOnExecutor }.value == false)
    }

    @Test func manyCallersAreAllAnswered() async {
      let driver = FakeDriver()
      let pool = makePool(driver, connections: 2)
      _ = await pool.result { _, _ in }
      await withTaskGroup(of: Void.self) { group in
        for caller in 0..<64 {
          group.addTask(executorPreference: executor) {
            for call in 0..<200 {
              let number = caller * 1_000 + call
              #expect(await pool.send(number, batchClass: caller % 8 == 0 ? 2 : 1).value == number)
              if call % 50 == 0 { #expect(await pool.result { _, _ in number }.value == number) }
            }
          }
        }
      }
      let statistics = pool.statistics()
      #expect(statistics.completedCalls == 64 * 204 + 1)
      await pool.close()
    }
  }
}
