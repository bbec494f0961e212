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
  private let watch: LenderWatch

  init(threads: Int, startThread: @escaping ThreadStarter) {
    threadLimit = max(2, threads)
    self.startThread = startThread
    watch = LenderWatch(startThread: startThread)
    watch.setOnLate { [weak self] in self?.leaveRest() }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let collection = pthread_getspecific(Self.collection)?.assumingMemoryBound(to: Collection.self)
    if let collection, collection.pointee.executor == identity {
      collection.pointee.jobs += 1
      return state.withLock { $0.jobs.append(job) }
    }
    let help: Help = state.withLock { state in
      state.jobs.append(job)
      return findHelp(&state)
    }
    call(help)
  }

  private var identity: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  /// The jobs that a thread makes ready and will see to itself.
  private struct Collection {
    let executor: UnsafeMutableRawPointer
    var jobs = 0
  }

  /// Who is to run what is ready.
  private enum Help {
    case none
    case sleeper
    case newThread
  }

  private func findHelp(_ state: inout State) -> Help {
    if state.sleeping > 0 {
      state.sleeping -= 1
      return .sleeper
    }
    guard state.threads < threadLimit else { return .none }
    state.threads += 1
    return .newThread
  }

  private func call(_ help: Help) {
    switch help {
    case .none: break
    case .sleeper: wakeUp.signal()
    case .newThread: if !startThread({ [self] in runJobs() }) { threadDidNotStart() }
    }
  }

  // MARK: On other threads

  /// How a thread that lends itself takes it when jobs are long.
  package struct Patience {
    /// A job that takes longer keeps the thread from its own work; so do all jobs of a turn together.
    fileprivate static let longestNanoseconds: UInt64 = 1_000_000
    /// How often the thread leaves the jobs to others after one that took longer.
    fileprivate static let turnsLeftToOthers = 64
    fileprivate var turnsLeft = 0

    package init() {}
  }

  /// Calls `makeReady`, which resumes tasks of this executor, and runs the jobs that are ready then on the calling thread,
  /// with no need to wake another.
  ///
  /// For a thread that is about to serve what these jobs ask for. If they take long, the rest is left to the executor's own
  /// threads, and after a long one so are the jobs of the next turns. While one runs for long, a watch has others run the
  /// rest and tells the lender's owner.
  /// - Parameter count: How many tasks `makeReady` resumes; no more jobs than that are run.
  package func runReady(
    _ lender: Lender, _ patience: inout Patience, count: Int, after makeReady: () -> Void
  ) {
    guard patience.turnsLeft == 0 else {
      patience.turnsLeft -= 1
      return makeReady()
    }
    var ready = min(collect(makeReady), count)
    guard ready > 0 else { return }
    let executor = asUnownedTaskExecutor()
    let start = Deadline.now()
    lender.begin(at: start)
    if !watch.see() { ready = 0 }
    var began = start
    var others = 1
    while ready > 0 {
      let job: UnownedJob?
      (job, others) = state.withLock { ($0.jobs.popFirst(), $0.jobs.count) }
      guard let job else { break }
      job.runSynchronously(on: executor)
      ready -= 1
      let now = Deadline.now()
      if now &- began > Patience.longestNanoseconds { patience.turnsLeft = Patience.turnsLeftToOthers }
      if now &- start > Patience.longestNanoseconds { break }
      began = now
    }
    lender.end()
    if others > 0 { leaveRest() }
  }

  /// Returns how many jobs of this executor `makeReady` has made ready, for which nobody was woken.
  private func collect(_ makeReady: () -> Void) -> Int {
    var collection = Collection(executor: identity)
    withUnsafeMutablePointer(to: &collection) { pointer in
      pthread_setspecific(Self.collection, pointer)
      makeReady()
      pthread_setspecific(Self.collection, nil)
    }
    return collection.jobs
  }

  /// Makes a thread known that will lend itself; ``dismiss(_:)`` must follow.
  ///
  /// - Parameter onLate: Called on another thread when a turn takes long.
  package func lender(onLate: @escaping @Sendable () -> Void) -> Lender {
    let lender = Lender(onLate: onLate)
    watch.add(lender)
    return lender
  }

  package func dismiss(_ lender: Lender) { watch.remove(lender) }

  /// Has somebody run what was made ready and not run.
  private func leaveRest() {
    let helpers: [Help] = state.withLock { state in
      (0..<min(state.jobs.count, threadLimit)).map { _ in findHelp(&state) }
    }
    for help in helpers { call(help) }
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

  private static let isOnThread = makeKey()
  /// The ``Collection`` of a thread that has one.
  private static let collection = makeKey()

  private static func makeKey() -> pthread_key_t {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }

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
