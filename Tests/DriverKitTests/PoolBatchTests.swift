import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  /// Batches with threads: each call keeps its own answer, error, deadline and cancellation.
  @Suite struct PoolBatches {
    /// Sends calls while the only connection is busy, so that they go in one batch. Returns them by number.
    private func sendTogether(
      _ pool: FakePool, _ numbers: Range<Int>, _ effect: CallEffect = .read,
      meanwhile: ([Task<Result<Int?, StoreError>, Never>]) async -> Void = { _ in }
    ) async -> [Result<Int?, StoreError>] {
      let gate = Gate()
      let busy = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      var tasks: [Task<Result<Int?, StoreError>, Never>] = []
      for number in numbers { tasks.append(await pool.enqueueSend(number, effect)) }
      await meanwhile(tasks)
      gate.open()
      _ = await busy.value
      var results: [Result<Int?, StoreError>] = []
      for task in tasks { results.append(await task.value) }
      return results
    }

    @Test func whatWaitsSharesOneExchange() async {
      let sizes = Shared<[Int]>([])
      let pool = makePool(FakeDriver(onBatch: { batch, _ in sizes.append(batch.count) }))
      let results = await sendTogether(pool, 0..<20)
      #expect(results.map(\.value) == (0..<20).map { $0 })
      #expect(sizes.value == [20])
      let statistics = pool.statistics()
      #expect(statistics.exchanges == 2)
      #expect(statistics.batchedCalls == 20)
      #expect(statistics.largestBatch == 20)
      #expect(statistics.completedCalls == 21)
      #expect(statistics.waitingNanoseconds > 0)
      await pool.close()
    }

    @Test func inDirectModeEachCallHasItsOwn() async {
      let sizes = Shared<[Int]>([])
      let pool = makePool(FakeDriver(onBatch: { batch, _ in sizes.append(batch.count) }), dispatch: .direct)
      _ = await sendTogether(pool, 0..<5)
      #expect(sizes.value == [1, 1, 1, 1, 1])
      #expect(pool.statistics().batchedCalls == 0)
      await pool.close()
    }

    @Test func aBatchThatIsStuckKeepsNoOtherWaiting() async {
      let gate = Gate()
      let pool = makePool(
        FakeDriver(onBatch: { batch, _ in if batch.contains(where: { $0.request.number == 0 }) { gate.pass() }
          }),
        connections: 2)
      let stuck = Task { await pool.send(0) }
      await gate.arrivals.reaches(1)
      // Its only lane is taken, and stays so.
      #expect(await pool.send(1).value == 1)
      gate.open()
      #expect(await stuck.value.value == 0)
      await pool.close()
    }

    @Test func anErrorIsThatOfItsCallAlone() async {
      let pool = makePool(
        FakeDriver(onBatch: { batch, _ in
          for call in batch where call.request.number == 3 { call.keep(context.error(.conflict, "taken")) }
        }))
      let results = await sendTogether(pool, 0..<6)
      #expect(results.enumerated().allSatisfy { $0 == 3 ? $1.code == .conflict : $1.value == $0 })
      await pool.close()
    }

    @Test func aCallCancelledBeforeItIsSentIsNeverSent() async {
      let sent = Shared<[Int]>([])
      let pool = makePool(
        FakeDriver(onBatch: { batch, _ in for call in batch { sent.append(call.request.number) } }))
      let results = await sendTogether(pool, 0..<4) { tasks in
        tasks[2].cancel()
        _ = await tasks[2].value
      }
      #expect(results[2].code == .cancelled)
      #expect(results[2].outcome == .notApplied)
      #expect(sent.value == [0, 1, 3])
      await pool.close()
    }

    @Test func aCallCancelledAfterwardsReturnsAtOnceAndTheOthersGetTheirAnswers() async {
      let gate = Gate()
      let pool = makePool(FakeDriver(onBatch: { _, _ in gate.pass() }))
      let busy = Gate()
      let first = pool.occupy(busy)
      await busy.arrivals.reaches(1)
      let leaver = await pool.enqueueSend(1, .write, batchClass: 2)
      let stayer = await pool.enqueueSend(2, .write, batchClass: 2)
      busy.open()
      _ = await first.value
      await gate.arrivals.reaches(1)
      leaver.cancel()
      let left = await leaver.value
      #expect(left.code == .cancelled)
      #expect(left.outcome == .unknown)
      gate.open()
      #expect(await stayer.value.value == 2)
      await pool.close()
    }

    @Test func aDeadlineIsThatOfItsCallAlone() async {
      let gate = Gate()
      let pool = makePool(FakeDriver(onBatch: { _, _ in gate.pass() }))
      let busy = Gate()
      let first = pool.occupy(busy)
      await busy.arrivals.reaches(1)
      let hurried = await pool.enqueueSend(1, timeout: .milliseconds(200))
      let patient = await pool.enqueueSend(2)
      busy.open()
      _ = await first.value
      await gate.arrivals.reaches(1)
      #expect(await hurried.value.code == .timeout(.response))
      gate.open()
      #expect(await patient.value.value == 2)
      await pool.close()
    }

    @Test func readsWhoseConnectionBreaksRunAgainTogetherOnANewOne() async {
      let runs = Shared<[Int]>([])
      let driver = FakeDriver(onBatch: { batch, connection in
        for call in batch { runs.append(connection.number * 100 + call.request.number) }
        guard connection.number == 1 else { return }
        connection.isReusable = false
        // The first was answered before the connection broke.
        for call in batch.dropFirst() { call.keep(context.error(.unreachable, "the connection broke")) }
      })
      let pool = makePool(driver)
      let results = await sendTogether(pool, 0..<3)
      #expect(results.map(\.value) == [0, 1, 2])
      #expect(runs.value == [100, 101, 102, 201, 202])
      await pool.close()
    }

    @Test func writesWhoseConnectionBreaksDoNot() async {
      let runs = Counter()
      let driver = FakeDriver(onBatch: { batch, connection in
        runs.increment()
        connection.isReusable = false
        for call in batch {
          call.keep(context.error(.unreachable, "the connection broke", outcome: .unknown))
        }
      })
      let pool = makePool(driver)
      let results = await sendTogether(pool, 0..<3, .write)
      #expect(results.allSatisfy { $0.code == .unreachable && $0.outcome == .unknown })
      #expect(runs.value == 1)
      await pool.close()
    }

    @Test func aFailedConnectIsTheErrorOfTheWholeBatch() async {
      let driver = FakeDriver(onConnect: { attempt, _, _ throws(StoreError) in
        if attempt == 2 { throw context.error(.authenticationFailed, "wrong password") }
      })
      let pool = makePool(driver)
      let gate = Gate()
      let first = pool.start { connection, _ throws(StoreError) in
        gate.pass()
        connection.isReusable = false
        throw context.error(.notFound, "none")
      }
      await gate.arrivals.reaches(1)
      let tasks = [await pool.enqueueSend(1), await pool.enqueueSend(2)]
      gate.open()
      _ = await first.value
      for task in tasks { #expect(await task.value.code == .authenticationFailed) }
      #expect(await pool.send(3).value == 3)
      await pool.close()
    }

    @Test func closingServesABatchThatWaits() async {
      let pool = makePool(FakeDriver())
      let gate = Gate()
      let busy = pool.occupy(gate)
      await gate.arrivals.reaches(1)
      let tasks = [await pool.enqueueSend(1), await pool.enqueueSend(2)]
      let closing = Task { await pool.close() }
      await until { pool.isClosed }
      gate.open()
      _ = await busy.value
      #expect(await tasks[0].value.value == 1)
      #expect(await tasks[1].value.value == 2)
      await closing.value
    }
  }
}
