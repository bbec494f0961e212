#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a ``PreciseThread`` does at certain times.
protocol TimedWork: AnyObject, Sendable {
  /// Does what is due, on the thread; must not block.
  ///
  /// - Returns: When to be called next, on the monotonic clock; `.max` for "not before ``PreciseThread/wake()``".
  func perform(at now: UInt64) -> UInt64
}

/// A thread of its own that does timed work at absolute times, to within some 10 µs, and runs the tasks that prefer it.
///
/// Both on one thread, so that a task which timed work resumes starts at once, without a hop: the calls of an open loop
/// are made by the thread that knows when they are due. Neither depends on Swift's cooperative threads, which other
/// tasks may keep busy (`Task.sleep` there was 1.2 ms late at the median, this some 15 µs). Timed work goes before
/// tasks, and what it resumed before other tasks.
///
/// The thread keeps the object alive until ``stop()``; afterwards nothing may be enqueued.
final class PreciseThread: TaskExecutor, @unchecked Sendable {
  // Unchecked: `pending`, `isWoken` and `isStopping` are touched under `mutex` only; `own`, `resumed` and `next` by
  // the thread alone (``isOwnThread`` looks at a thread-local). The pointers are set once.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var pending: [UnownedJob] = []
  private var isWoken = false
  private var isStopping = false

  /// Jobs enqueued on the thread itself: those that timed work resumed.
  private var own: [UnownedJob] = []
  private var resumed: [UnownedJob] = []
  private var next: UInt64 = 0

  private let work: any TimedWork
  private let clock = SystemMonotonicClock()

  /// Which thread this code runs on, if it is one of these.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  /// Starts the thread.
  ///
  /// - Throws: ``BenchmarkFailure`` where the system gives none.
  init(_ work: any TimedWork) throws(BenchmarkFailure) {
    self.work = work
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    #if canImport(Darwin)
      pthread_cond_init(condition, nil)
    #else
      var attributes = pthread_condattr_t()
      pthread_condattr_init(&attributes)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
      pthread_cond_init(condition, &attributes)
      pthread_condattr_destroy(&attributes)
    #endif
    guard Self.start(self) else {
      throw BenchmarkFailure(
        .unavailable, "the system gives no thread for the open loop", advice: "Raise 'ulimit -u'.")
    }
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Has the timed work look at what is due now. From any thread.
  func wake() {
    pthread_mutex_lock(mutex)
    isWoken = true
    pthread_mutex_unlock(mutex)
    pthread_cond_signal(condition)
  }

  /// Ends the thread once the jobs it has are done.
  func stop() {
    pthread_mutex_lock(mutex)
    isStopping = true
    pthread_mutex_unlock(mutex)
    pthread_cond_signal(condition)
  }

  // MARK: TaskExecutor

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isOwnThread {
      own.append(job)
      return
    }
    pthread_mutex_lock(mutex)
    pending.append(job)
    pthread_mutex_unlock(mutex)
    pthread_cond_signal(condition)
  }

  // MARK: The thread

  private var isOwnThread: Bool {
    pthread_getspecific(Self.key) == UnsafeMutableRawPointer(Unmanaged.passUnretained(self).toOpaque())
  }

  #if canImport(Darwin)
    private static let main: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { enter($0) }
  #else
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { enter($0) }
  #endif

  /// Returns `false` where the system gives no thread.
  private static func start(_ executor: PreciseThread) -> Bool {
    let retained = Unmanaged.passRetained(executor)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(&thread, &attributes, Self.main, retained.toOpaque())
    if status != 0 { retained.release() }
    return status == 0
  }

  private static func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    pthread_setspecific(key, argument)
    removeTimerSlack()
    Unmanaged<PreciseThread>.fromOpaque(argument).takeRetainedValue().run()
    return nil
  }

  /// How much later than asked the kernel may wake this thread: 1 ns instead of 50 µs. (`prctl` would do it too, but is
  /// variadic, which Swift can't call.)
  private static func removeTimerSlack() {
    #if os(Linux)
      // "1234/task/1240": only the last part has the file.
      var link = [CChar](repeating: 0, count: 64)
      let length = readlink("/proc/thread-self", &link, link.count)
      guard length > 0 else { return }
      let thread =
        String(decoding: link[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: "/")
        .last ?? ""
      let descriptor = open("/proc/\(thread)/timerslack_ns", O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return }
      var one = UInt8(ascii: "1")
      _ = write(descriptor, &one, 1)
      close(descriptor)
    #endif
  }

  private func run() {
    var batch: [UnownedJob] = []
    while true {
      performDue()
      guard take(&batch) else { return }
      for job in batch {
        job.runSynchronously(on: asUnownedTaskExecutor())
        performDue()
      }
      batch.removeAll(keepingCapacity: true)
    }
  }

  /// Timed work that is due, then what it resumed.
  private func performDue() {
    performTimedWork()
    while !own.isEmpty {
      swap(&own, &resumed)
      for job in resumed {
        job.runSynchronously(on: asUnownedTaskExecutor())
        performTimedWork()
      }
      resumed.removeAll(keepingCapacity: true)
    }
  }

  private func performTimedWork() {
    let now = clock.nanoseconds()
    if now >= next { next = work.perform(at: now) }
  }

  /// Waits for jobs, for a wake-up or for the next timed work; `false` to end.
  private func take(_ batch: inout [UnownedJob]) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while pending.isEmpty, !isWoken, !isStopping, clock.nanoseconds() < next { wait() }
    if isWoken {
      isWoken = false
      next = 0
    }
    swap(&batch, &pending)
    return !(isStopping && batch.isEmpty)
  }

  private func wait() {
    guard next != .max else {
      pthread_cond_wait(condition, mutex)
      return
    }
    #if canImport(Darwin)
      let now = clock.nanoseconds()
      let left = next > now ? next - now : 0
      var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
      pthread_cond_timedwait_relative_np(condition, mutex, &time)
    #else
      var time = timespec(tv_sec: Int(next / 1_000_000_000), tv_nsec: Int(next % 1_000_000_000))
      pthread_cond_timedwait(condition, mutex, &time)
    #endif
  }
}
