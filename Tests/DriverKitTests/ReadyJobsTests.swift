import Dispatch
import InstructorStore
import Synchronization
import Testing

@testable import DriverKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension DriverKitSuite {
  /// A thread that lends itself to the tasks it has made ready.
  @Suite struct ReadyJobs {
    private let executor = BlockingTaskExecutor(threads: 2, startThread: DriverThread.start)

    /// Tasks of the executor that have been made to wait, and on which thread each went on.
    private final class Waiting: Sendable {
      private struct State {
        var continuations: [UnsafeContinuation<Void, Never>] = []
        var threads: [UInt] = []
      }
      private let state = Mutex(State())

      func add(_ continuation: UnsafeContinuation<Void, Never>) {
        state.withLock { $0.continuations.append(continuation) }
      }
      func noteThread() { state.withLock { $0.threads.append(ReadyJobs.thread) } }
      var count: Int { state.withLock { $0.continuations.count } }
      var threads: [UInt] { state.withLock { $0.threads } }
      func resume() { for continuation in state.withLock({ $0.continuations }) { continuation.resume() } }
    }

    private static var thread: UInt { UInt(bitPattern: pthread_self().hashValue) }

    private func start(
      _ count: Int, _ waiting: Waiting, _ work: @escaping @Sendable (Int) -> Void = { _ in }
    ) async -> [Task<Void, Never>] {
      let tasks = (0..<count).map { number in
        Task(executorPreference: executor) {
          await withUnsafeContinuation { waiting.add($0) }
          waiting.noteThread()
          work(number)
        }
      }
      await until { waiting.count == count }
      return tasks
    }

    /// Runs `body` on a thread of its own and returns which that was.
    private func onThread(_ body: @escaping @Sendable () -> Void) async -> UInt {
      await withUnsafeContinuation { continuation in
        _ = DriverThread.start {
          body()
          continuation.resume(returning: Self.thread)
        }
      }
    }

    @Test func theyRunOnTheThreadThatResumedThem() async {
      let waiting = Waiting()
      let tasks = await start(20, waiting)
      let thread = await onThread { [executor] in
        var patience = BlockingTaskExecutor.Patience()
        let lender = executor.lender {}
        defer { executor.dismiss(lender) }
        executor.runReady(lender, &patience, count: 100) { waiting.resume() }
        // All of them, before it returns.
        #expect(waiting.threads.count == 20)
      }
      for task in tasks { await task.value }
      #expect(Set(waiting.threads) == [thread])
    }

    @Test func afterALongOneTheRestIsLeftToOthers() async {
      let waiting = Waiting()
      let tasks = await start(5, waiting) { number in
        if number == 0 {
          let start = Deadline.now()
          while Deadline.now() &- start < 3_000_000 {}
        }
      }
      let thread = await onThread { [executor] in
        var patience = BlockingTaskExecutor.Patience()
        let lender = executor.lender {}
        defer { executor.dismiss(lender) }
        executor.runReady(lender, &patience, count: 100) { waiting.resume() }
        // The next turn is left to others at once.
        let again = Waiting()
        executor.runReady(lender, &patience, count: 100) { again.noteThread() }
      }
      for task in tasks { await task.value }
      #expect(waiting.threads.count == 5)
      #expect(waiting.threads.contains { $0 != thread })
    }

    @Test func aTaskThatGoesOnAndOnDoesNotKeepTheThread() async {
      let waiting = Waiting()
      let isOver = Atomic<Bool>(false)
      let tasks = await start(1, waiting)
      let endless = Task(executorPreference: executor) {
        while !isOver.load(ordering: .relaxed) { await Task.yield() }
      }
      _ = await onThread { [executor] in
        var patience = BlockingTaskExecutor.Patience()
        let lender = executor.lender {}
        defer { executor.dismiss(lender) }
        executor.runReady(lender, &patience, count: 100) { waiting.resume() }
      }
      for task in tasks { await task.value }
      isOver.store(true, ordering: .relaxed)
      await endless.value
    }

    @Test func noMoreRunThanWereResumed() async {
      let waiting = Waiting()
      let tasks = await start(10, waiting)
      let thread = await onThread { [executor] in
        var patience = BlockingTaskExecutor.Patience()
        let lender = executor.lender {}
        defer { executor.dismiss(lender) }
        executor.runReady(lender, &patience, count: 4) { waiting.resume() }
      }
      for task in tasks { await task.value }
      #expect(waiting.threads.count { $0 == thread } <= 4)
      #expect(waiting.threads.count == 10)
    }

    @Test func oneThatWaitsForAnotherOfItsTurnEnds() async {
      var wasLate = false
      // A thread of the executor that has not gone to sleep yet may take the other first, and then nobody is late.
      for _ in 0..<20 where !wasLate {
        let waiting = Waiting()
        let isDone = DispatchSemaphore(value: 0)
        let tasks = await start(2, waiting) { _ in
          // Whichever comes first blocks until the other has run.
          if waiting.threads.count == 1 { isDone.wait() } else { isDone.signal() }
        }
        let isLate = Atomic<Bool>(false)
        _ = await onThread { [executor] in
          var patience = BlockingTaskExecutor.Patience()
          let lender = executor.lender { isLate.store(true, ordering: .relaxed) }
          defer { executor.dismiss(lender) }
          executor.runReady(lender, &patience, count: 2) { waiting.resume() }
        }
        for task in tasks { await task.value }
        wasLate = isLate.load(ordering: .relaxed)
      }
      #expect(wasLate)
    }

    /// The thread of the one connection's worker runs a caller's code, which needs another call to be served.
    @Test func whileAWorkerRunsItsCallersCodeOthersServe() async {
      let pool = makePool(FakeDriver(), connections: 2)
      let isServed = DispatchSemaphore(value: 0)
      let isBlocking = Atomic<Bool>(false)
      let blocker = Task(executorPreference: BlockingTaskExecutor.shared) {
        // Two at a time, so that a worker serves them and none runs inline.
        async let first = pool.result { _, _ in 1 }
        async let second = pool.result { _, _ in 2 }
        _ = await (first, second)
        isBlocking.store(true, ordering: .releasing)
        isServed.wait()
      }
      await until { isBlocking.load(ordering: .acquiring) }
      let other = await Task { await pool.result { _, _ in 3 } }.value
      #expect(other.value == 3)
      isServed.signal()
      await blocker.value
      await pool.close()
    }
  }
}
