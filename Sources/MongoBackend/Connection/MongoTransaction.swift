import CLibMongoC
import DriverKit
import InstructorStore

/// What a transaction's body wants done with what it did.
enum TransactionEnd<Value> {
  case commit(Value)
  /// There was nothing to change, or nothing may be changed.
  case rollBack(Value)
}

extension MongoConnection {
  /// How often one call runs its transaction before it gives up against other writers: more than fit into any usual
  /// deadline, which is what ends it.
  static let transactionAttempts = 10_000
  /// The longest wait between two attempts. Against other processes on one hot course whoever waits for long comes too
  /// late again and again.
  private static let maximumBackoffMilliseconds = 40.0

  /// Runs `body` in a transaction with snapshot reads and a durable majority commit.
  ///
  /// The server's labels decide: after `TransientTransactionError` the whole body runs again, after a growing, random
  /// wait; after `UnknownTransactionCommitResult` the commit alone is sent again. Both under the deadline, of which a
  /// fifth is kept for ending in order. A body that throws is rolled back, whether or not its caller still waits.
  /// - Parameters:
  ///   - attempts: How often it may run against other writers.
  ///   - body: Runs its commands in the session it is given.
  func transaction<Value>(
    _ call: MongoCall, attempts: Int = transactionAttempts,
    _ body: (OpaquePointer) throws(CommandFailure) -> TransactionEnd<Value>
  ) throws(CommandFailure) -> Value {
    try prepare(call, deadline: call.deadline, isShielded: false)
    let session = try TransactionSession(self)
    let retriesEnd = Deadline.after(.milliseconds(Int64(call.deadline.remainingMilliseconds) * 4 / 5))
    var backoff = Backoff(firstMilliseconds: 2, maximumMilliseconds: Self.maximumBackoffMilliseconds)
    var generator = SystemRandomNumberGenerator()
    var attempt = 1
    while true {
      let failure: CommandFailure
      do throws(CommandFailure) {
        return try session.attempt(self, call, body)
      } catch {
        failure = error
      }
      guard failure.isTransient, !isBroken else { throw failure }
      if attempt >= attempts || retriesEnd.hasPassed || call.isAbandoned {
        throw CommandFailure(.contended)
      }
      attempt += 1
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      signal.clear()
    }
  }
}

/// A libmongoc session, for one call's transactions.
private struct TransactionSession: ~Copyable {
  private let session: OpaquePointer
  private let options: OpaquePointer

  init(_ connection: MongoConnection) throws(CommandFailure) {
    var error = bson_error_t()
    let sessionOptions = mongoc_session_opts_new()
    defer { mongoc_session_opts_destroy(sessionOptions) }
    // Every read here is a majority or snapshot read; causal consistency would only add to the commands.
    mongoc_session_opts_set_causal_consistency(sessionOptions, false)
    guard let session = mongoc_client_start_session(connection.clientPointer, sessionOptions, &error) else {
      throw CommandFailure(.unsuitable, message: "the server has no sessions")
    }
    guard let options = mongoc_transaction_opts_new() else {
      mongoc_client_session_destroy(session)
      throw CommandFailure(.outOfMemory)
    }
    self.session = session
    self.options = options
    let readConcern = mongoc_read_concern_new()
    mongoc_read_concern_set_level(readConcern, "snapshot")
    mongoc_transaction_opts_set_read_concern(options, readConcern)
    mongoc_read_concern_destroy(readConcern)
    let writeConcern = mongoc_write_concern_new()
    switch connection.address.writeConcern {
    case .relaxed(let acknowledgements, let isJournaled):
      mongoc_write_concern_set_w(writeConcern, acknowledgements)
      mongoc_write_concern_set_journal(writeConcern, isJournaled)
    case .majority, .none:
      mongoc_write_concern_set_wmajority(writeConcern, 0)
      mongoc_write_concern_set_journal(writeConcern, true)
    }
    mongoc_transaction_opts_set_write_concern(options, writeConcern)
    mongoc_write_concern_destroy(writeConcern)
  }

  deinit {
    mongoc_transaction_opts_destroy(options)
    mongoc_client_session_destroy(session)
  }

  func attempt<Value>(
    _ connection: MongoConnection, _ call: MongoCall,
    _ body: (OpaquePointer) throws(CommandFailure) -> TransactionEnd<Value>
  ) throws(CommandFailure) -> Value {
    var error = bson_error_t()
    mongoc_transaction_opts_set_max_commit_time_ms(
      options, Int64(max(1, call.deadline.remainingMilliseconds)))
    guard mongoc_client_session_start_transaction(session, options, &error) else {
      throw CommandFailure(.unsuitable, message: "the server can't run transactions")
    }
    connection.hasOpenTransaction = true
    let end: TransactionEnd<Value>
    do throws(CommandFailure) { end = try body(session) } catch {
      rollBack(connection, call)
      // Whatever was sent, nothing of an uncommitted transaction is applied.
      var failure = error
      failure.wasSent = false
      throw failure
    }
    switch end {
    case .commit(let value):
      try commit(connection, call)
      return value
    case .rollBack(let value):
      rollBack(connection, call)
      return value
    }
  }

  private func commit(_ connection: MongoConnection, _ call: MongoCall) throws(CommandFailure) {
    if call.isAbandoned {
      rollBack(connection, call)
      throw CommandFailure(.abandoned)
    }
    var backoff = Backoff(firstMilliseconds: 2, maximumMilliseconds: 50)
    var generator = SystemRandomNumberGenerator()
    while true {
      do throws(CommandFailure) {
        try connection.prepare(call, deadline: call.deadline, isShielded: true)
        guard let storage = instructor_mongo_reply_new() else { throw CommandFailure(.outOfMemory) }
        var error = bson_error_t()
        let isDone = mongoc_client_session_commit_transaction(session, storage, &error)
        let reply = try connection.finish(isDone, Reply(storage), error)
        let parts: ReplyParts
        do throws(CorruptDocument) { parts = try reply.parts() } catch { throw CommandFailure(error) }
        try connection.check(parts)
        connection.hasOpenTransaction = false
        return
      } catch {
        // Sent again, a commit that was done already is confirmed.
        if error.isUnknownCommit, !connection.isBroken, !call.deadline.hasPassed, !call.isAbandoned {
          connection.signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
          connection.signal.clear()
          continue
        }
        if error.isTransient, !error.isUnknownCommit { connection.hasOpenTransaction = false }
        // Perhaps the server never saw the commit. One that is done already is not undone by this.
        if connection.hasOpenTransaction { abandon(connection) }
        var failure = error
        if !failure.isTransient { failure.wasSent = true }
        throw failure
      }
    }
  }

  /// Ends the transaction even where nobody waits any more, and where the connection broke: the server would keep an
  /// open transaction, and everybody else from its documents, for a minute.
  ///
  /// Over a connection that is in order that is one command. Otherwise a command of the transaction may still be running
  /// on the server, and ending it takes longer than this thread can wait.
  private func rollBack(_ connection: MongoConnection, _ call: MongoCall) {
    guard !connection.isBroken, isAnswered(connection, call) else { return abandon(connection) }
    var error = bson_error_t()
    connection.arm(call, deadline: .after(MongoConnection.endingTime), isShielded: true)
    // It says `true` whatever the server answers; the state of the connection tells whether it did.
    let isSent = mongoc_client_session_abort_transaction(session, &error)
    connection.disarm()
    if isSent, !connection.hasTimedOut, connection.isAlive {
      connection.hasOpenTransaction = false
    } else {
      abandon(connection)
    }
  }

  /// Over libmongoc's own sockets nothing would tell whether its rollback has reached the server: there goes one of ours before.
  ///
  /// - Returns: Whether the server has answered to it, if there was one. That the transaction is over already is an answer too.
  private func isAnswered(_ connection: MongoConnection, _ call: MongoCall) -> Bool {
    guard !connection.address.usesOwnSockets,
      mongoc_client_session_get_transaction_state(session) == MONGOC_TRANSACTION_IN_PROGRESS
    else { return true }
    do throws(CommandFailure) {
      _ = try connection.run(
        .untimed, call, deadline: .after(MongoConnection.endingTime), session: session, isShielded: true,
        onAdmin: true
      ) { $0.append("abortTransaction", Int32(1)) }
      return true
    } catch {
      return error.kind == .server && !connection.isBroken
    }
  }

  /// Leaves it to others to end the transaction, and the connection with it.
  private func abandon(_ connection: MongoConnection) {
    connection.sever()
    guard let identifier = mongoc_client_session_get_lsid(session) else { return }
    SessionReaper.shared.end(
      UnsafeRawBufferPointer(
        start: instructor_mongo_reply_bytes(identifier), count: Int(instructor_mongo_reply_length(identifier))
      ), connection.address)
  }
}
