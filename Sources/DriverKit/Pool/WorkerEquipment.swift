import Dispatch

/// What others reach a driver thread by.
struct WorkerEquipment: Sendable {
  /// The thread sleeps on it while there is nothing to do.
  let semaphore = DispatchSemaphore(value: 0)
  /// Wakes the thread from waiting for its server.
  let signal = WakeSignal()
}
