import DequeModule
import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs tasks on threads of its own that may block, so that a call to a store needs no other thread.
///
/// There are about as many threads as cores, started as they are needed. One of them is always left to run what is
/// ready: at most all but one block at a time. Process-wide, since a task's executor must outlive the task, whatever
/// becomes of the store.
package final class BlockingTaskExecutor: TaskExecutor {
  package static let shared = BlockingTaskExecutor(
    threads: max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))), startThread: DriverThread.start)

  private struct State {
    var jobs = Deque<UnownedJob>()
    var threads = 0
    var sleeping = 0
    var blocking = 0
  }
  private let state = Locked(State())
  private let wakeUp = DispatchSemaphore(value: 0)
  private let threadLimit: Int
  private let startThread: ThreadStarter

  init(threads: Int, startThread: @escaping ThreadStarter) {
    threadLimit = max(2, threads)
    self.startThread = startThread
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let (wakes, starts) = state.withLock { state in
      state.jobs.append(job)
      if state.sleeping > 0 {
        state.sleeping -= 1
        return (true, false)
      }
      guard state.threads < threadLimit else { return (false, false) }
      state.threads += 1
      return (false, true)
    }
    if wakes { wakeUp.signal() }
    if starts, !startThread({ [self] in runJobs() }) { threadDidNotStart() }
  }

  /// The system gives no thread: whatever waits and has no other is run elsewhere, one after the other.
  private func threadDidNotStart() {
    let jobs = state.withLock { state in
      state.threads -= 1
      guard state.threads == 0 else { return Deque<UnownedJob>() }
      defer { state.jobs.removeAll() }
      return state.jobs
    }
    for job in jobs {
      DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }

  private func runJobs() {
    pthread_setspecific(Self.isOnThread, Unmanaged.passUnretained(self).toOpaque())
    let executor = asUnownedTaskExecutor()
    while true {
      let job = state.withLock { state in
        let job = state.jobs.popFirst()
        if job == nil { state.sleeping += 1 }
        return job
      }
      if let job { job.runSynchronously(on: executor) } else { wakeUp.wait() }
    }
  }

  // MARK: Blocking

  private static let isOnThread: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// The executor whose thread this is.
  static var current: BlockingTaskExecutor? {
    // The thread holds the executor for as long as it runs.
    pthread_getspecific(isOnThread).map {
      Unmanaged<BlockingTaskExecutor>.fromOpaque($0).takeUnretainedValue()
    }
  }

  /// Whether the calling thread is one of an executor's that may block now: nothing else waits to be run, and another
  /// thread is left for what comes. ``didBlock()`` must follow.
  static func beginBlocking() -> BlockingTaskExecutor? {
    guard let executor = current else { return nil }
    let mayBlock = executor.state.withLock { state in
      guard state.jobs.isEmpty, state.blocking < executor.threadLimit - 1 else { return false }
      state.blocking += 1
      return true
    }
    return mayBlock ? executor : nil
  }

  func didBlock() { state.withLock { $0.blocking -= 1 } }
}
