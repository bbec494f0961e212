import CLibMongoC
import DriverKit
import InstructorStore

typealias MongoCall = PoolCall<MongoConnection>

/// One libmongoc client and its sockets, used by one driver thread.
///
/// The client is single-threaded: it has no monitoring threads or sessions, and one socket per server of the
/// replica set. It is never repaired: after any error that leaves doubt it is thrown away.
final class MongoConnection {
  /// How long an answer may take beyond the deadline of its call, whose caller has gone by then: most come, and
  /// keep the connection usable.
  private static let graceNanoseconds: UInt64 = 100_000_000

  /// How long it may take to clean up on the server once a call is over: to roll back, to close a cursor.
  static let endingTime = Duration.seconds(1)

  let address: MongoAddress
  let signal: WakeSignal
  private let client: ClientHandle
  private let database: UnsafeMutablePointer<CChar>
  private var writer = BSONWriter()
  private var currentCall: MongoCall?
  private(set) var isBroken = false
  /// Set while a transaction may be open on the server.
  var hasOpenTransaction = false

  init(_ address: MongoAddress, _ signal: WakeSignal) throws(CommandFailure) {
    let client = try ClientHandle(address)
    guard let database = strdup(address.database) else { throw CommandFailure(.outOfMemory) }
    self.address = address
    self.signal = signal
    let link = client.link
    self.client = client
    self.database = database
    link.pointee.wake_descriptor = address.usesOwnSockets ? signal.readDescriptor : -1
    link.pointee.grace = Self.graceNanoseconds
    link.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    link.pointee.is_abandoned = { context in
      guard let context else { return false }
      return Unmanaged<MongoConnection>.fromOpaque(context).takeUnretainedValue().wasAbandoned()
    }
  }

  deinit {
    client.link.pointee.is_abandoned = nil
    free(database)
  }

  /// The libmongoc handle, for sessions.
  var clientPointer: OpaquePointer { client.pointer }

  /// Whether the server's end is there and silent.
  var isAlive: Bool {
    !isBroken
      && (!address.usesOwnSockets || !instructor_mongo_is_closed(client.link))
  }

  /// Whether commands go over the socket as they are; those of a transaction are libmongoc's all the same. No longer once
  /// libmongoc has connected again, as it does to repeat a commit: then the rest of the call is libmongoc's.
  private var usesOwnMessages: Bool { client.link.pointee.primary != nil }

  /// Whether another call may have it: no doubt about what comes next on its socket, no transaction open, and, after the
  /// handshake, nothing connected anew since.
  var isReusable: Bool {
    !isBroken && !hasOpenTransaction && (!address.usesOwnSockets || usesOwnMessages)
  }

  /// What the server answered when the connection was made; `nil` without memory.
  func greeting() -> Reply? {
    guard let reply = instructor_mongo_reply_new() else { return nil }
    instructor_mongo_greeting(client.pointer, reply)
    return Reply(reply)
  }

  var knowsAServer: Bool { instructor_mongo_knows_a_server(client.pointer) }

  /// Whether the last exchange ended by its deadline.
  var hasTimedOut: Bool { client.link.pointee.has_timed_out }

  /// From now on sends commands without libmongoc, to the server that has answered last. TLS is libmongoc's.
  func useOwnMessages() {
    if address.usesOwnSockets { instructor_mongo_use_messages(client.link) }
  }

  func markBroken() { isBroken = true }

  /// The same, and nothing that libmongoc does from now on connects again: it would say goodbye to the server.
  ///
  /// Nor does it end a session that has a transaction: for that it would first sleep until half a second has passed since it
  /// looked for servers last, on the time of the caller.
  func sever() {
    isBroken = true
    client.link.pointee.is_closed = true
    mongoc_client_reset(client.pointer)
  }

  /// Sends one command and waits for its answer.
  ///
  /// - Parameters:
  ///   - call: For whom; `nil` while connecting.
  ///   - deadline: Instead of the call's.
  ///   - concern: What is appended to the command, `maxTimeMS` aside.
  ///   - isShielded: Whether the answer matters even when the caller has gone.
  ///   - build: Writes the command's elements, its name first.
  func run(
    _ concern: Concern, _ call: MongoCall?, deadline: Deadline? = nil, session: OpaquePointer? = nil,
    isShielded: Bool = false, onAdmin: Bool = false, _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> Reply {
    let deadline = deadline ?? call?.deadline ?? .never
    try prepare(call, deadline: deadline, isShielded: isShielded)
    let milliseconds = deadline.remainingMilliseconds
    guard milliseconds > 0 else { throw CommandFailure(.late) }
    let usesOwnMessages = usesOwnMessages && session == nil
    writer.begin { writer in
      build(&writer)
      concern.append(to: &writer, address.writeConcern)
      if milliseconds != .max, concern != .untimed { writer.append("maxTimeMS", milliseconds) }
      // libmongoc adds this itself.
      if usesOwnMessages { writer.append("$db", onAdmin ? "admin" : address.database) }
    }
    if usesOwnMessages { return try exchange() }
    guard let reply = instructor_mongo_reply_new() else { throw CommandFailure(.outOfMemory) }
    var error = bson_error_t()
    let isDone =
      onAdmin
      ? instructor_mongo_command(
        client.pointer, "admin", writer.bytes.baseAddress, writer.count, session, reply, &error)
      : instructor_mongo_command(
        client.pointer, database, writer.bytes.baseAddress, writer.count, session, reply, &error)
    return try finish(isDone, Reply(reply), error)
  }

  /// Sends what the writer holds as a message of our own and waits for the answer.
  private func exchange() throws(CommandFailure) -> Reply {
    var message = instructor_mongo_message()
    let isDone = instructor_mongo_exchange(
      client.link, writer.bytes.baseAddress, writer.count, &message)
    // The call holds its caller's closure, and perhaps the store with it.
    currentCall = nil
    guard isDone else {
      isBroken = true
      throw socketFailure()
    }
    let reply = Reply(message)
    switch instructor_mongo_is_ok(message) {
    case 1: return reply
    case 0:
      var failure = CommandFailure(.server, wasSent: true)
      if let parts = try? reply.parts() { failure.take(parts) }
      if failure.breaksConnection { isBroken = true }
      throw failure
    default:
      isBroken = true
      throw CommandFailure(.lost, wasSent: true, message: "the server's answer is no document")
    }
  }

  /// Gets ready for an exchange of libmongoc's, a command or a commit.
  func prepare(_ call: MongoCall?, deadline: Deadline, isShielded: Bool) throws(CommandFailure) {
    if !isShielded, let call, call.isAbandoned { throw CommandFailure(.abandoned) }
    guard !isBroken else { throw CommandFailure(.lost) }
    arm(call, deadline: deadline, isShielded: isShielded)
  }

  /// Sets what the sockets go by from now on.
  func arm(_ call: MongoCall?, deadline: Deadline, isShielded: Bool) {
    currentCall = call
    let (end, isOverflow) = deadline.nanoseconds.addingReportingOverflow(Self.graceNanoseconds)
    client.link.pointee.deadline = isOverflow ? .max : end
    client.link.pointee.is_shielded = isShielded
    client.link.pointee.has_timed_out = false
    client.link.pointee.bytes_sent = 0
  }

  /// After an exchange that does not end in ``finish(_:_:_:)``.
  func disarm() { currentCall = nil }

  /// Turns what libmongoc returned into a reply or a failure, and notes whether the connection can be kept.
  func finish(_ isDone: Bool, _ reply: consuming Reply, _ error: bson_error_t) throws(CommandFailure) -> Reply
  {
    // The call holds its caller's closure, and perhaps the store with it.
    currentCall = nil
    if isDone { return reply }
    var failure = failure(error)
    if let parts = try? reply.parts() { failure.take(parts) }
    if failure.breaksConnection { isBroken = true }
    throw failure
  }

  private func failure(_ error: bson_error_t) -> CommandFailure {
    let message = error.text
    switch error.domain {
    case MONGOC_ERROR_SERVER.rawValue:
      var failure = CommandFailure(.server, wasSent: true, message: message)
      failure.code = Int32(truncatingIfNeeded: error.code)
      return failure
    case MONGOC_ERROR_WRITE_CONCERN.rawValue:
      // Of a commit; other commands say so in a reply that libmongoc takes for success.
      var failure = CommandFailure(.unacknowledged, wasSent: true, message: message)
      failure.code = Int32(truncatingIfNeeded: error.code)
      return failure
    case MONGOC_ERROR_CLIENT.rawValue where error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE.rawValue,
      MONGOC_ERROR_SCRAM.rawValue, MONGOC_ERROR_SASL.rawValue:
      return CommandFailure(.authentication, message: message)
    case MONGOC_ERROR_SERVER_SELECTION.rawValue:
      return CommandFailure(knowsAServer ? .noPrimary : .unreachable, message: message)
    case MONGOC_ERROR_STREAM.rawValue: return socketFailure(message)
    default: return CommandFailure(.lost, wasSent: mayHaveSent, message: message)
    }
  }

  /// What it means that the socket was of no use.
  private func socketFailure(_ message: String = "") -> CommandFailure {
    CommandFailure(hasTimedOut ? .silent : .lost, wasSent: mayHaveSent, message: message)
  }

  private var mayHaveSent: Bool { !address.usesOwnSockets || client.link.pointee.bytes_sent > 0 }

  private func wasAbandoned() -> Bool {
    signal.clear()
    // A connection that is being made serves the next call if this one has gone.
    return currentCall?.isAbandoned ?? false
  }
}

/// A client and the state it shares with its sockets, freed exactly once and in this order.
private struct ClientHandle: ~Copyable {
  let pointer: OpaquePointer
  let link: UnsafeMutablePointer<instructor_mongo_link>

  init(_ address: MongoAddress) throws(CommandFailure) {
    var error = bson_error_t()
    guard let client = mongoc_client_new_from_uri_with_error(address.uri, &error) else {
      // The names of a `mongodb+srv` URL are looked up here.
      throw CommandFailure(.unreachable, message: error.text)
    }
    pointer = client
    link = .allocate(capacity: 1)
    link.initialize(to: instructor_mongo_link())
    link.pointee.wake_descriptor = -1
    link.pointee.deadline = .max
    link.pointee.connect_timeout_ms = Deadline.after(address.connectTimeout).remainingMilliseconds
    mongoc_client_set_error_api(client, 2)
    if address.usesOwnSockets { instructor_mongo_use_stream(client, link) }
  }

  deinit {
    // Destroying a client says goodbye to the server: as long as that takes no time, and never by a new connection.
    link.pointee.is_closed = true
    link.pointee.wake_descriptor = -1
    link.pointee.deadline = Deadline.after(.milliseconds(50)).nanoseconds
    mongoc_client_destroy(pointer)
    link.deallocate()
  }
}
