#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A value behind a lock, like `Synchronization.Mutex`, on a POSIX mutex.
///
/// On Linux `Mutex` spins for long before it sleeps, which costs most when threads outnumber cores, as a pool's do;
/// and its slow path is in a library that the thread sanitizer does not see, so that every contended critical
/// section is reported as a race. Not recursive. The body must be short and must not block.
struct Locked<Value>: ~Copyable, @unchecked Sendable {
  // Unchecked, because the value is reached through a pointer: only under the mutex, and it is freed with the
  // struct, when nobody can borrow it any more. `Value` need not be Sendable, as it never leaves the lock whole.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let value: UnsafeMutablePointer<Value>

  init(_ initial: sending Value) {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    value = .allocate(capacity: 1)
    value.initialize(to: initial)
  }

  deinit {
    value.deinitialize(count: 1)
    value.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  borrowing func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value.pointee)
  }
}
