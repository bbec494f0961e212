import CLibPQ
import DriverKit
import InstructorStore

/// Explicit transactions, units that are tried again, and commands that are worth no preparation.
extension PostgresConnection {
  /// How long a rollback may take that runs although its caller has left.
  private static let rollbackTimeout = Duration.seconds(1)
  /// How often a unit starts again after others got in its way (deadlock, serialization).
  private static let attemptLimit = 20

  /// Runs a unit; if others got in its way and nothing of it was applied, again, a bounded number of times and not
  /// past its deadline.
  func retrying<Value>(_ call: Call, _ unit: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    var backoff = Backoff()
    var generator = SystemRandomNumberGenerator()
    for _ in 1..<Self.attemptLimit {
      do throws(StoreError) {
        return try unit()
      } catch {
        guard error.code == .contended, error.outcome == .notApplied, !call.isAbandoned, isReusable else {
          throw error
        }
        signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
        // Another call of the batch may have raised it: the next wait would be none.
        signal.clear()
      }
    }
    return try unit()
  }

  /// Runs `body` in an explicit transaction, for units whose later statements depend on earlier answers.
  ///
  /// The rollback runs even though the caller has left; if it can't, the session is given up.
  func transaction<Value>(_ call: Call, _ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    let value: Value
    do throws(StoreError) {
      try simple(call, "BEGIN")
      value = try body()
    } catch {
      rollBack(call)
      // However it ended, nothing of a transaction is applied whose commit was not sent.
      var failure = error
      failure.outcome = .notApplied
      throw failure
    }
    do throws(StoreError) {
      try simple(call, "COMMIT")
      return value
    } catch {
      rollBack(call)
      throw error
    }
  }

  /// The same in a transaction that is undone: what `body` makes is gone afterwards, and was never there for others.
  func undone<Value>(_ call: Call, _ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    try simple(call, "BEGIN")
    do throws(StoreError) {
      let value = try body()
      try simple(call, "ROLLBACK")
      return value
    } catch {
      rollBack(call)
      throw error
    }
  }

  private func rollBack(_ call: Call) {
    guard !isBroken, transactionStatus != PQTRANS_IDLE else { return }
    let rollback = PoolCall<PostgresConnection>(call.context, .read, deadline: .after(Self.rollbackTimeout))
    do throws(StoreError) { try simple(rollback, "ROLLBACK") } catch { markBroken() }
  }

  /// Runs one command without parameters that is worth no preparation.
  func simple(_ call: Call, _ sql: String) throws(StoreError) {
    try text(call, sql) { _ in }
  }

  /// Runs one statement unprepared; its answer is in binary.
  func text(
    _ call: Call, _ sql: String, _ parameter: String? = nil, _ use: (borrowing PostgresResult) -> Void
  ) throws(StoreError) {
    parameters.reset()
    if let parameter { parameters.append(parameter) }
    var failure: ExchangeFailure?
    do throws(ExchangeFailure) {
      let isSent = parameters.bytes.withUnsafeBytes { bytes in
        let start = (bytes.baseAddress ?? UnsafeRawPointer(Self.emptyValue)).assumingMemoryBound(
          to: CChar.self)
        let values: [UnsafePointer<CChar>?] = parameters.starts.map { start + $0 }
        return PQsendQueryParams(
          pointer, sql, Int32(values.count), nil, values, parameters.lengths, parameters.formats, 1)
      }
      guard isSent == 1, PQpipelineSync(pointer) == 1 else { throw ExchangeFailure(error: lost(call)) }
      _ = try answer(call, &failure, use)
      try readSync(call, &failure)
    } catch {
      throw error.error
    }
    if let failure { throw failure.error }
  }
}
