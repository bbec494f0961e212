/// The moments that a call has to keep.
package struct CallLimits: Sendable {
  /// When it was made, in nanoseconds on the monotonic clock.
  let start: UInt64
  let deadline: Deadline
  /// When to give up waiting for a connection; never later than `deadline`.
  let queueDeadline: Deadline

  init(timeout: Duration, acquireTimeout: Duration) {
    start = Deadline.now()
    deadline = .after(timeout, from: start)
    queueDeadline = min(.after(acquireTimeout, from: start), deadline)
  }

  /// For a part of a call that began earlier.
  init(deadline: Deadline, acquireTimeout: Duration) {
    start = Deadline.now()
    self.deadline = deadline
    queueDeadline = min(.after(acquireTimeout, from: start), deadline)
  }

  /// For calls that are not timed, or by somebody else.
  init(deadline: Deadline, queueDeadline: Deadline) {
    start = 0
    self.deadline = deadline
    self.queueDeadline = min(queueDeadline, deadline)
  }
}
