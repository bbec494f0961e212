import Dispatch

/// What others reach a driver thread by.
final class WorkerEquipment: @unchecked Sendable {
  // Unchecked, because of `loop`: its thread sets it before the pool first sees it sleep and clears it when it ends;
  // others look at it only while they have the sleeping worker's place, which the pool's lock hands over.

  /// The thread sleeps on it while there is nothing to do.
  let semaphore = DispatchSemaphore(value: 0)
  /// Wakes the thread from waiting for its server.
  let signal = WakeSignal()
  /// The thread's ``WorkerLoop``, of the pool's kind, while it runs.
  var loop: AnyObject?
}
