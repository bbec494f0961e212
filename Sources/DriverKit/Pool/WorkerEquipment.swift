import Dispatch

/// What others reach a driver thread by.
final class WorkerEquipment: @unchecked Sendable {
  // Unchecked, because of `loop`: its thread sets it before the pool first sees it sleep and clears it when it ends;
  // others look at it only while they have the sleeping worker's place, which the pool's lock hands over.

  /// The thread sleeps on it while there is nothing to do.
  let semaphore = DispatchSemaphore(value: 0)
  /// Wakes the thread from waiting for its server.
  let signal = WakeSignal()
  /// The thread's ``WorkerLoop`` while it runs.
  var loop: WorkerPlace?
}

/// A worker's place and connection, which the pool may lend to the thread of a caller while the worker's own sleeps.
class WorkerPlace {
  /// Runs a call on the thread of its caller.
  func runInline(_ call: QueuedCall) -> InlineEnding { .again }
}

/// How a call ended that ran on its caller's thread.
enum InlineEnding {
  /// With an answer or error.
  case ended
  /// Its caller was let go meanwhile, by somebody who delivers the error.
  case left
  /// Not yet: it has to be submitted.
  case again
}
