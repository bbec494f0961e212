import Foundation
import InstructorStore
import Testing

@testable import DriverKit

extension DriverKitSuite {
  @Suite struct PoolStorm {
    /// 10,000 tasks, a third of them cancelled at a random moment, with random deadlines, errors, broken
    /// connections, slow calls and failing connects: every call ends once and nothing is left behind.
    @Test(arguments: [UInt64(1), 2, 3]) func everyCallEndsOnceAndNothingIsLeftBehind(seed: UInt64)
      async throws
    {
      // Dispatch opens its own descriptors on first use.
      await storm(tasks: 200, seed: 0)
      let before = openDescriptors()
      await storm(tasks: 10_000, seed: seed)
      // A thread gives back its descriptors as it ends, a moment after the pool has closed.
      await until { openDescriptors() <= before }
    }

    private func storm(tasks: Int, seed: UInt64) async {
      let connects = Shared(SeededGenerator(seed: seed &+ 1_000))
      let driver = FakeDriver { _, _, _ throws(StoreError) in
        if connects.update({ Int.random(in: 0..<10, using: &$0) }) == 0 {
          throw context.error(.unreachable, "connection refused")
        }
      }
      let pool = makePool(
        driver, connections: 4, waiting: 500, timeout: .seconds(60), acquire: .milliseconds(40))
      var generator = SeededGenerator(seed: seed)
      let ended = Counter()
      let outcomes = Shared<[String: Int]>([:])
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<tasks {
          let behaviour = Int.random(in: 0..<100, using: &generator)
          let timeout = Duration.microseconds(Int.random(in: 200...50_000, using: &generator))
          let isWrite = Bool.random(using: &generator)
          let cancelAfter =
            Int.random(in: 0..<3, using: &generator) == 0
            ? Duration.microseconds(Int.random(in: 0...3_000, using: &generator)) : nil
          group.addTask {
            let call = Task {
              let result = await pool.result(isWrite ? .write : .read, timeout: timeout) {
                connection, call throws(StoreError) in
                switch behaviour {
                case 0..<10: connection.signal.wait(milliseconds: 1)
                case 10..<20:
                  connection.isReusable = false
                  throw context.error(.unreachable, "broken")
                case 20..<30: throw context.error(.notFound, "none")
                case 30: while !call.isAbandoned { connection.signal.wait(milliseconds: 1_000) }
                default: break
                }
                return number
              }
              ended.increment()
              if let value = result.value { #expect(value == number) }
              outcomes.update { $0[result.code?.description ?? "success", default: 0] += 1 }
            }
            if let cancelAfter {
              try? await Task.sleep(for: cancelAfter)
              call.cancel()
            }
            await call.value
          }
          if number % 64 == 0 { await Task.yield() }
        }
      }
      #expect(ended.value == tasks)
      // A call that was given up may still be on its thread.
      await until { pool.statistics().busyConnections == 0 }
      let statistics = pool.statistics()
      #expect(statistics.waitingCalls == 0)
      #expect(statistics.openConnections <= 4)
      #expect(driver.mostOpenAtOnce <= 4)
      let counts = outcomes.value
      let failed = counts.filter { $0.key != "success" }.values.reduce(0, +)
      #expect(counts["success", default: 0] + failed == tasks)
      // The pool's own ledger; a task that was cancelled before its call came to the pool is not in it.
      let recorded =
        statistics.completedCalls + statistics.timedOutCalls + statistics.cancelledCalls
        + statistics.refusedCalls
      let cancelledOutside = counts["cancelled", default: 0] - statistics.cancelledCalls
      #expect(cancelledOutside >= 0)
      #expect(recorded + cancelledOutside == tasks)
      await pool.close()
      #expect(driver.openNow == 0)
    }

    private func openDescriptors() -> Int {
      (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }
  }
}
