import DequeModule
import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs tasks on threads of its own that may block, so that a call to a store needs no other thread.
///
/// There is one thread more than cores, started as they are needed: at most all but one block at a time, so that one is
/// left to run what is ready. A thread that has no job left serves the calls that its jobs have made, in batches; so
/// under load the answers are where the next calls come from, and no thread has to wake another.
///
/// Process-wide, since a task's executor must outlive the task, whatever becomes of the store.
package final class BlockingTaskExecutor: TaskExecutor {
  package static let shared = BlockingTaskExecutor(
    threads: 1 + max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), startThread: DriverThread.start)

  /// How many jobs may run before the calls that others have made: tasks that are always ready must not starve them.
  private static let jobsAheadLimit = 128
  /// How many tasks that one exchange has answered may be left to the thread that served it. More, and others help.
  private static let jobsKept = 64

  private struct State {
    var jobs = Deque<UnownedJob>()
    var threads = 0
    var sleeping = 0
    var blocking = 0
    /// Pools in which calls wait that threads of this executor made and have to see to.
    var unserved: [PoolCore] = []
    /// Jobs run since the first of those came.
    var jobsAhead = 0
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
    let isServing = Self.thread?.isServing ?? false
    let (wakes, starts) = state.withLock { state in
      state.jobs.append(job)
      // This thread is about to run it.
      if isServing, state.jobs.count <= Self.jobsKept { return (false, false) }
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

  private enum Next {
    case run(UnownedJob)
    /// Serves what waits in a pool; ``didBlock()`` must follow.
    case serve(PoolCore)
    /// The same, where this thread may not block now.
    case leaveToDriver(PoolCore)
    case sleep
  }

  private func runJobs() {
    let thread = Thread(self)
    pthread_setspecific(Self.threadKey, Unmanaged.passUnretained(thread).toOpaque())
    let executor = asUnownedTaskExecutor()
    while true {
      switch next() {
      case .run(let job): job.runSynchronously(on: executor)
      case .serve(let pool):
        thread.isServing = true
        pool.serveInline()
        thread.isServing = false
        didBlock()
      case .leaveToDriver(let pool): pool.wakeForWaiting()
      case .sleep: wakeUp.wait()
      }
    }
  }

  private func next() -> Next {
    state.withLock { state in
      let isDue = !state.unserved.isEmpty && state.jobsAhead >= Self.jobsAheadLimit
      if !isDue, let job = state.jobs.popFirst() {
        if !state.unserved.isEmpty { state.jobsAhead += 1 }
        return .run(job)
      }
      if let pool = state.unserved.popLast() {
        state.jobsAhead = 0
        if state.blocking >= threadLimit - 1 { return .leaveToDriver(pool) }
        state.blocking += 1
        return .serve(pool)
      }
      state.sleeping += 1
      return .sleep
    }
  }

  /// Has this thread, or another that comes first, serve what waits in `pool` when it has no job left. To be called on a
  /// thread of the executor.
  func serveLater(_ pool: PoolCore) {
    state.withLock { state in
      if !state.unserved.contains(where: { $0 === pool }) { state.unserved.append(pool) }
    }
  }

  // MARK: Blocking

  /// What a thread of an executor knows of itself; touched by that thread alone.
  private final class Thread {
    let executor: BlockingTaskExecutor
    var isServing = false
    init(_ executor: BlockingTaskExecutor) { self.executor = executor }
  }

  private static let threadKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  private static var thread: Thread? {
    // It lives as long as the thread, which never ends.
    pthread_getspecific(threadKey).map { Unmanaged<Thread>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The executor whose thread this is.
  static var current: BlockingTaskExecutor? { thread?.executor }

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
