/// How much of a pool is in use at one moment: what its gauges show.
struct PoolLevels {
  /// Of the moment: a later one has a higher number.
  var number: UInt64 = 0
  var openConnections = 0
  var busyConnections = 0
  var idleConnections = 0
  var waitingCalls = 0
}

extension PoolCore {
  /// Under the lock; `nil` where nobody looks.
  func takeLevels(_ state: inout State) -> PoolLevels? {
    guard observation.metrics != nil else { return nil }
    state.levelsTaken += 1
    return PoolLevels(
      number: state.levelsTaken, openConnections: state.machine.openConnections,
      busyConnections: state.machine.busyWorkers, idleConnections: state.machine.idleConnections,
      waitingCalls: state.machine.waitingCalls)
  }

  /// Not under the lock.
  func show(_ levels: PoolLevels?) {
    if let levels { observation.metrics?.show(levels) }
  }
}
