package import InstructorStore

/// A lease for calls that wait in a queue of the backend's own, in front of the pool. Whoever asks for it may take it back while it
/// waits for its connection, because others have done meanwhile what it was for.
///
/// It counts as no call and has no span. The calls it is for do: see ``ConnectionPool/traced(_:_:)`` and what follows there.
package struct PendingLease: Sendable {
  let call: QueuedCall
  let core: PoolCore

  /// Waits for the connection and returns when the body has run; to be called once. Throws `cancelled` where the lease
  /// was taken back.
  package func run() async throws(StoreError) {
    await core.finishUntraced(call, false)
    try call.checkEnding()
  }

  /// Whether it has waited for as long as a call may.
  package var isOverdue: Bool { call.queueDeadline.hasPassed }

  /// Takes the lease back; does nothing once it has its connection.
  package func withdraw() { core.withdraw(call) }
}

extension ConnectionPool {
  /// As ``lease(_:_:timeout:_:)``, for calls that wait in front of the pool and keep their own deadlines; once the lease has its
  /// connection it has none.
  package func pendingLease(
    _ context: CallContext, _ effect: CallEffect,
    _ body: @escaping @Sendable (Connection, Call) throws(StoreError) -> Void
  ) throws(StoreError) -> PendingLease {
    let call = ExclusiveCall<Connection, Void>(context, effect, try limits(for: context, by: .never)) {
      [core] (connection, call) throws(StoreError) in
      core.uncountLease()
      try body(connection, call)
    }
    call.isForOthers = true
    return PendingLease(call: call, core: core)
  }

  // MARK: Calls that wait in front of the pool

  /// Runs such a call with the span that every call has, where there is a tracer.
  package func traced<Value: Sendable>(
    _ context: CallContext, _ body: () async -> Result<Value, StoreError>
  ) async -> Result<Value, StoreError> {
    guard let tracer = core.observation.tracer else { return await body() }
    let span = tracer.start(context)
    let result = await body()
    if case .failure(let error) = result { tracer.end(span, error) } else { tracer.end(span, nil) }
    return result
  }

  /// Some have a connection now, together.
  ///
  /// - Parameter starts: When each was made, in nanoseconds on the monotonic clock.
  package func groupBegan(madeAt starts: [UInt64]) {
    let now = Deadline.now()
    core.state.withLock { state in
      state.countExchange(of: starts.count)
      for start in starts { state.countWait(since: start, now) }
    }
    core.observation.metrics?.exchangeStarted(starts.count, waitingSince: starts, now: now)
  }

  /// So many have an answer, or an error of the server's.
  package func groupEnded(calls: Int) { core.state.withLock { $0.counters.completedCalls += calls } }

  package func timedOut(calls: Int) {
    guard calls > 0 else { return }
    core.state.withLock { $0.counters.timedOutCalls += calls }
    core.observation.metrics?.timedOut(calls)
  }

  package func cancelledCall() {
    core.state.withLock { $0.counters.cancelledCalls += 1 }
    core.observation.metrics?.cancelled()
  }

  package func refusedCall() {
    core.state.withLock { $0.counters.refusedCalls += 1 }
    core.observation.metrics?.refused()
  }
}

extension PoolCore {
  /// Ends a lease that waits and is not needed any more.
  func withdraw(_ lease: Call) {
    let (isWithdrawn, levels): (Bool, PoolLevels?) = state.withLock { state in
      guard lease.place == .waiting, lease.withdraw() else { return (false, nil) }
      state.machine.leftQueue(lease)
      return (true, takeLevels(&state))
    }
    show(levels)
    if isWithdrawn { lease.deliver(lease.context.error(.cancelled, "it was not needed any more")) }
  }

  /// A lease that runs is about to be counted as a call that has its answer; those it is for count themselves.
  func uncountLease() { state.withLock { $0.counters.completedCalls -= 1 } }
}

extension PoolCore.State {
  mutating func countExchange(of calls: Int) {
    counters.exchanges += 1
    if calls > 1 { counters.batchedCalls += calls }
    counters.largestBatch = max(counters.largestBatch, calls)
  }

  mutating func countWait(since start: UInt64, _ now: UInt64) {
    counters.waitingNanoseconds &+= now &- min(start, now)
  }
}
