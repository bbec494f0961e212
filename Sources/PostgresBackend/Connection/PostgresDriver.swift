import CLibPQ
import DriverKit
import InstructorStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Opens and judges the sessions of a pool.
struct PostgresDriver: ConnectionDriver {
  /// A connection URL or `keyword=value` string, checked before.
  let connectionString: String
  let options: PostgresOptions
  /// For requests to stop a statement: each connects, which may take minutes where the server doesn't answer.
  private let cancelThreads = BackgroundThreads(maximumThreads: 2, maximumWaiting: 1_000)

  func connect(
    for call: CallContext, deadline: Deadline, signal: WakeSignal
  ) throws(StoreError) -> PostgresConnection {
    guard let pointer = start() else { throw call.error(.resourceExhausted, "libpq gives no connection") }
    let handle = ConnectionHandle(pointer)
    try finish(handle, call, deadline)
    PQsetNoticeReceiver(handle.pointer, { _, _ in }, nil)
    guard PQsetnonblocking(handle.pointer, 1) == 0, PQenterPipelineMode(handle.pointer) == 1 else {
      throw call.error(.unreachable, "the connection broke")
    }
    let connection = PostgresConnection(
      handle: handle, signal: signal, dataModel: options.dataModel, cancelThreads: cancelThreads)
    connection.recorder = options.recorder
    try setUpSession(connection, call, deadline)
    return connection
  }

  func run(_ batch: [PostgresConnection.Request], on connection: PostgresConnection) {
    if batch.first?.effect == .write { connection.run(writes: batch) } else { connection.run(reads: batch) }
  }

  func isAlive(_ connection: PostgresConnection) -> Bool { connection.isAlive }
  func isReusable(_ connection: PostgresConnection) -> Bool { connection.isReusable }
  func isNear(_ connection: PostgresConnection) -> Bool { connection.isNear }
  func close(_ connection: PostgresConnection) {}  // The handle closes when the last reference goes.

  private func start() -> OpaquePointer? {
    let keywords = ["dbname", "fallback_application_name", "client_encoding"]
    let settings = [connectionString, "instructor-store", "UTF8"]
    return withCStrings(keywords) { keywords in
      withCStrings(settings) { settings in
        // expand_dbname: a URL in `dbname` is taken apart, and may not override what comes after it.
        PQconnectStartParams(keywords, settings, 1)
      }
    }
  }

  /// Takes the handshake to its end without blocking beyond the deadline.
  private func finish(
    _ handle: borrowing ConnectionHandle, _ call: CallContext, _ deadline: Deadline
  ) throws(StoreError) {
    let pointer = handle.pointer
    // Puts SQLSTATEs into the messages of the handshake, which libpq gives no other way to.
    PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
    var status = PGRES_POLLING_WRITING
    while PQstatus(pointer) != CONNECTION_BAD {
      guard status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING else { break }
      let events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT
      var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(events), revents: 0)
      let milliseconds = deadline.remainingMilliseconds
      let ready = milliseconds == 0 ? 0 : poll(&descriptor, 1, milliseconds)
      if ready == 0 { throw call.error(.unreachable, "the server did not answer in time") }
      if ready < 0, errno != EINTR { throw call.error(.unreachable, "the connection broke") }
      status = PQconnectPoll(pointer)
    }
    guard PQstatus(pointer) == CONNECTION_OK else { throw connectionError(pointer, call) }
  }

  private func connectionError(_ pointer: OpaquePointer, _ call: CallContext) -> StoreError {
    let message = String(cString: PQerrorMessage(pointer))
    guard let state = Self.sqlState(in: message) else {
      let isPasswordMissing = PQconnectionNeedsPassword(pointer) == 1
      return call.error(
        isPasswordMissing ? .authenticationFailed : .unreachable,
        isPasswordMissing ? "the server wants a password" : "the server can't be reached",
        underlying: PostgresError(sqlState: "", message: message))
    }
    let meaning = SQLState.meaning(of: state, constraint: nil)
    return call.error(
      meaning.code, meaning.reason, underlying: PostgresError(sqlState: state, message: message))
  }

  /// The code in a verbose message such as `FATAL:  28P01: password authentication failed`.
  static func sqlState(in message: String) -> String? {
    for part in message.split(separator: ":").dropFirst() {
      let code = part.drop { $0 == " " }
      // "FATAL" has five letters too; every code has a digit.
      guard code.utf8.count == 5, part.utf8.count > code.utf8.count,
        code.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) }),
        code.utf8.contains(where: { (48...57).contains($0) })
      else { continue }
      return String(code)
    }
    return nil
  }

  private func setUpSession(
    _ connection: PostgresConnection, _ call: CallContext, _ deadline: Deadline
  ) throws(StoreError) {
    let pointer = connection.pointer
    guard PQparameterStatus(pointer, "server_encoding").map({ String(cString: $0) }) == "UTF8" else {
      throw call.error(.schemaMismatch, "the database's encoding must be UTF8")
    }
    // One statement, one round trip. A client that is gone keeps no lock; the store's own timeout is the client's.
    let sql = """
      SELECT set_config('search_path', $1, false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('synchronous_commit', CASE
          WHEN \(options.isDurable) AND current_setting('synchronous_commit') IN ('off', 'local') THEN 'on'
          ELSE current_setting('synchronous_commit') END, false),
        set_config('statement_timeout', '\(statementTimeoutMilliseconds)', false),
        set_config('idle_in_transaction_session_timeout', '60000', false),
        set_config('client_min_messages', 'warning', false)
      """
    let setup = PoolCall<PostgresConnection>(call, .read, deadline: deadline)
    try connection.text(setup, sql, PostgresSchema.quoted(options.schema)) { _ in }
  }

  /// The server's own limit, past every deadline a client could be keeping by default: it ends statements whose
  /// client is gone without a word.
  private var statementTimeoutMilliseconds: Int64 {
    let seconds = max(options.timeout, StoreTimeout.defaultForMaintenance).components.seconds
    return (min(seconds, 86_400) + 10) * 1_000
  }
}

/// Calls `body` with a null-terminated array of C strings; `nil` where `body` gives nothing.
func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result?
) -> Result? {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  let pointers: [UnsafePointer<CChar>?] = copies.map { UnsafePointer($0) } + [nil]
  return pointers.withUnsafeBufferPointer { buffer in buffer.baseAddress.flatMap(body) }
}
