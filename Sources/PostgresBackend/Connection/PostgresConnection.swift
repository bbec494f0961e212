import CLibPQ
import DriverKit
import InstructorStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One session with a PostgreSQL server, in libpq's pipeline and non-blocking modes.
///
/// Belongs to one driver thread. Every exchange is one or more prepared statements followed by one sync: one round
/// trip and, outside an explicit transaction, one atomic unit. Each statement sees what was committed when it
/// starts. A write counts as done only when the sync's answer was read: its own answer may arrive
/// before the commit.
final class PostgresConnection {
  typealias Call = PoolCall<PostgresConnection>

  let handle: ConnectionHandle
  let signal: WakeSignal
  let parameters = ParameterBuffer()
  let cancelThreads: BackgroundThreads
  /// What its schema has to be made for.
  let dataModel: PostgresDataModel
  private var prepared: [Bool] = []
  private var values: [UnsafePointer<CChar>?] = []
  /// Set when the session can't be trusted any more: an answer is outstanding or the socket failed.
  private(set) var isBroken = false
  /// When this session last saw a schema it can use; see `PostgresSchema`.
  var schemaCheck = Deadline(nanoseconds: 0)
  /// Of a store whose statements are explained; see `PostgresExplainer`.
  var recorder: StatementRecorder?

  init(
    handle: consuming ConnectionHandle, signal: WakeSignal, dataModel: PostgresDataModel,
    cancelThreads: BackgroundThreads
  ) {
    self.cancelThreads = cancelThreads
    self.handle = handle
    self.signal = signal
    self.dataModel = dataModel
  }

  var pointer: OpaquePointer { handle.pointer }
  var transactionStatus: PGTransactionStatusType { PQtransactionStatus(pointer) }

  /// Whether the next call finds nothing of this one.
  var isReusable: Bool {
    !isBroken && PQstatus(pointer) == CONNECTION_OK && transactionStatus == PQTRANS_IDLE
  }

  /// Whether the server's end of the socket is open, without a round trip.
  var isAlive: Bool {
    var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, 0) > 0 else { return true }
    // Something arrived that nobody asked for: a notice, or the end.
    return PQconsumeInput(pointer) == 1 && PQstatus(pointer) == CONNECTION_OK && !hasEnded
  }

  /// Whether the address is a unix socket or the loopback interface.
  var isNear: Bool {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &address) { bytes in
      guard let start = bytes.baseAddress,
        getpeername(PQsocket(pointer), start.assumingMemoryBound(to: sockaddr.self), &length) == 0
      else { return false }
      switch Int32(start.assumingMemoryBound(to: sockaddr.self).pointee.sa_family) {
      case AF_UNIX: return true
      case AF_INET:
        // 127.0.0.0/8; the address is in network order.
        return start.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_addr.s_addr.bigEndian >> 24 == 127
      case AF_INET6:
        var loopback = in6addr_loopback
        let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 0
        return memcmp(start + offset, &loopback, MemoryLayout<in6_addr>.size) == 0
      default: return false
      }
    }
  }

  private var hasEnded: Bool {
    var byte: UInt8 = 0
    return recv(PQsocket(pointer), &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
  }

  /// A call that may share a pipeline with others.
  typealias Request = BatchedCall<PostgresConnection, PipelinedRequest>

  // MARK: Exchanges

  /// Runs one statement as an atomic unit and decodes its answer.
  ///
  /// - Parameter effect: What the statement does to the data, where that is not the effect of the whole call.
  func query<Value>(
    _ call: Call, _ statement: Statement, effect: CallEffect? = nil,
    bind: (ParameterBuffer) -> Void = { _ in },
    decode: (borrowing PostgresResult) throws(DecodingFailure) -> Value
  ) throws(StoreError) -> Value {
    var value: Value?
    try exchange(call, [statement], effect: effect) { _, parameters in
      bind(parameters)
    } receive: { (_, result: borrowing PostgresResult) throws(DecodingFailure) in
      value = try decode(result)
    }
    guard let value else { throw call.context.error(.internalError, "the server gave no answer") }
    return value
  }

  /// Runs statements one after the other in one round trip; if one fails, those after it don't run and, outside an
  /// explicit transaction, none has any effect.
  ///
  /// A write whose answer makes no sense to this code was applied all the same: its outcome is `unknown`, and nobody may
  /// run it again.
  /// - Parameters:
  ///   - effect: What the statements do to the data, where that is not the effect of the whole call.
  ///   - bind: Appends the parameters of the statement with this index.
  ///   - receive: Gets each statement's answer, before it is known whether the unit succeeds.
  func exchange(
    _ call: Call, _ statements: [Statement], effect: CallEffect? = nil,
    bind: (Int, ParameterBuffer) -> Void,
    receive: (Int, borrowing PostgresResult) throws(DecodingFailure) -> Void = { _, _ in }
  ) throws(StoreError) {
    if call.isAbandoned { throw abandoned(call) }
    let effect = effect ?? call.effect
    var hasReplayed = false
    while true {
      var failure: ExchangeFailure
      do throws(ExchangeFailure) {
        return try exchangeOnce(call, statements, effect, bind, receive)
      } catch {
        failure = error
      }
      // However it ended: statements that only read have changed nothing.
      if effect == .read { failure.error.outcome = .notApplied }
      guard failure.isStalePlan, !hasReplayed, transactionStatus == PQTRANS_IDLE, !isBroken else {
        throw failure.error
      }
      // Nothing was applied, so prepare again.
      hasReplayed = true
      do throws(ExchangeFailure) { try forgetStatements(call) } catch {
        failure = error
        failure.error.outcome = .notApplied
        throw failure.error
      }
    }
  }

  struct ExchangeFailure: Error {
    var error: StoreError
    var sqlState: String?

    /// A plan or a prepared statement that the server has dropped since: prepared again, it may well succeed.
    var isStalePlan: Bool { sqlState == "26000" || sqlState == "0A000" }
  }

  private func exchangeOnce(
    _ call: Call, _ statements: [Statement], _ effect: CallEffect,
    _ bind: (Int, ParameterBuffer) -> Void,
    _ receive: (Int, borrowing PostgresResult) throws(DecodingFailure) -> Void
  ) throws(ExchangeFailure) {
    var mustPrepare: [Bool] = []
    for (index, statement) in statements.enumerated() {
      let isNew = !isPrepared(statement) && !statements[..<index].contains { $0.number == statement.number }
      mustPrepare.append(isNew)
      if isNew, PQsendPrepare(pointer, statement.name, statement.sql, 0, nil) != 1 {
        throw ExchangeFailure(error: lost(call))
      }
      parameters.reset()
      bind(index, parameters)
      if !send(statement) { throw ExchangeFailure(error: lost(call)) }
    }
    guard PQpipelineSync(pointer) == 1 else { throw ExchangeFailure(error: lost(call)) }

    var failure: ExchangeFailure?
    var isUndecodable = false
    for (index, statement) in statements.enumerated() {
      if mustPrepare[index] {
        let answer = try answer(call, &failure) { _ in }
        if answer { markPrepared(statement) }
      }
      _ = try answer(call, &failure) { result in
        do throws(DecodingFailure) { try receive(index, result) } catch { isUndecodable = true }
      }
    }
    try readSync(call, &failure)
    if let failure { throw failure }
    if isUndecodable {
      // An explicit transaction is rolled back now.
      let isApplied = effect == .write && transactionStatus == PQTRANS_IDLE
      throw ExchangeFailure(error: undecodable(call, isApplied ? .unknown : .notApplied))
    }
  }

  func send(_ statement: Statement) -> Bool {
    recorder?.note(statement, parameters)
    values.removeAll(keepingCapacity: true)
    return parameters.bytes.withUnsafeBytes { bytes in
      for start in parameters.starts {
        // An empty parameter at the very end still needs an address: null would mean SQL null.
        let address = bytes.baseAddress ?? UnsafeRawPointer(Self.emptyValue)
        values.append(start < 0 ? nil : (address + start).assumingMemoryBound(to: CChar.self))
      }
      return PQsendQueryPrepared(
        pointer, statement.name, Int32(values.count), values, parameters.lengths, parameters.formats, 1) == 1
    }
  }

  nonisolated(unsafe) static let emptyValue: UnsafePointer<CChar> = {
    // Allocated once, never written again.
    let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    byte.initialize(to: 0)
    return UnsafePointer(byte)
  }()

  /// Reads the answer of one command; `false` where it failed or was skipped.
  func answer(
    _ call: Call, _ failure: inout ExchangeFailure?, _ use: (borrowing PostgresResult) -> Void
  ) throws(ExchangeFailure) -> Bool {
    guard let first = try nextResult(call) else {
      throw ExchangeFailure(error: lost(call))
    }
    let result = PostgresResult(first)
    var isGood = false
    switch result.status {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
      isGood = true
      use(result)
    case PGRES_PIPELINE_ABORTED: break
    default: if failure == nil { failure = self.failure(call, result) }
    }
    // Each command's results end with a null.
    while let more = try nextResult(call) {
      let extra = PostgresResult(more)
      if extra.status == PGRES_FATAL_ERROR, failure == nil { failure = self.failure(call, extra) }
      isGood = false
    }
    return isGood
  }

  /// Reads up to the end of the unit. An error here, for example of a deferred constraint, belongs to all of it.
  func readSync(_ call: Call, _ failure: inout ExchangeFailure?) throws(ExchangeFailure) {
    while true {
      guard let next = try nextResult(call) else {
        // libpq has given the connection up, over an answer that breaks the protocol: nothing comes any more.
        if PQstatus(pointer) == CONNECTION_BAD { throw ExchangeFailure(error: lost(call)) }
        continue
      }
      let result = PostgresResult(next)
      switch result.status {
      case PGRES_PIPELINE_SYNC: return
      case PGRES_FATAL_ERROR: if failure == nil { failure = self.failure(call, result) }
      default: break
      }
    }
  }

  func failure(_ call: Call, _ result: borrowing PostgresResult) -> ExchangeFailure {
    guard let state = result.sqlState else { return ExchangeFailure(error: lost(call)) }
    let meaning = SQLState.meaning(of: state, constraint: result.constraintName)
    if meaning.isOutcomeUnknown { isBroken = true }
    let isUnknown = meaning.isOutcomeUnknown && call.effect == .write
    return ExchangeFailure(
      error: call.context.error(
        meaning.code, meaning.reason, constraint: meaning.constraint,
        entityID: call.entityID, outcome: isUnknown ? .unknown : .notApplied,
        underlying: PostgresError(sqlState: state, message: result.message)),
      sqlState: state)
  }

  /// Sends what prepares the statement, unless it is prepared already or will be by something sent before it, which
  /// `preparing` keeps account of. Returns whether it did: then one answer more comes.
  func sendPrepare(
    _ statement: Statement, _ preparing: inout [Int], _ call: Call
  ) throws(ExchangeFailure) -> Bool {
    if isPrepared(statement) || preparing.contains(statement.number) { return false }
    preparing.append(statement.number)
    guard PQsendPrepare(pointer, statement.name, statement.sql, 0, nil) == 1 else {
      throw ExchangeFailure(error: lost(call))
    }
    return true
  }

  /// Has every statement prepared again, after the server has dropped some.
  func forgetStatements(_ call: Call) throws(ExchangeFailure) {
    prepared.removeAll()
    do throws(StoreError) { try simple(call, "DEALLOCATE ALL") } catch { throw ExchangeFailure(error: error) }
  }

  func isPrepared(_ statement: Statement) -> Bool {
    statement.number < prepared.count && prepared[statement.number]
  }

  func markPrepared(_ statement: Statement) {
    while prepared.count <= statement.number { prepared.append(false) }
    prepared[statement.number] = true
  }

  /// The next result, or `nil` at the end of a command's results; waits for the server until the call's deadline.
  private func nextResult(_ call: Call) throws(ExchangeFailure) -> OpaquePointer? {
    do throws(StoreError) { try waitForInput(call) } catch { throw ExchangeFailure(error: error) }
    return PQgetResult(pointer)
  }

  // MARK: Errors

  /// The connection broke.
  func lost(_ call: Call) -> StoreError {
    isBroken = true
    let message = String(cString: PQerrorMessage(pointer))
    return call.context.error(
      .unreachable, "the connection broke", entityID: call.entityID,
      outcome: call.effect == .write ? .unknown : .notApplied,
      underlying: PostgresError(sqlState: "", message: message))
  }

  /// What came makes no sense to this code.
  func undecodable(_ call: Call, _ outcome: StoreError.Outcome) -> StoreError {
    call.context.error(
      .corruptData, "the server's answer is not of the form this store writes", entityID: call.entityID,
      outcome: outcome)
  }

  /// The caller has left, so nobody reads this; it ends the body.
  func abandoned(_ call: Call) -> StoreError {
    call.context.error(
      .timeout(.response), "the answer did not come in time", entityID: call.entityID,
      outcome: call.effect == .write ? .unknown : .notApplied)
  }

  func markBroken() { isBroken = true }
}

/// A `PGconn`, closed exactly once.
struct ConnectionHandle: ~Copyable {
  let pointer: OpaquePointer
  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { PQfinish(pointer) }
}
