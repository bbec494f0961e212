import CLibMongoC
import DriverKit
import InstructorStore

/// Makes connections for the pool.
struct MongoDriver: ConnectionDriver {
  let address: MongoAddress
  let gate: SchemaGate
  let ids: IDAllocator

  /// Snapshot reads outside transactions came with MongoDB 5.0.
  private static let minimumWireVersion: Int64 = 13

  /// Finds the primary and checks that this backend can work with it.
  ///
  /// A refused connection fails at once. A replica set that answers and is electing its primary (after a restart or a
  /// fail-over) is asked again until the deadline, each time by a new client: an old one would leave servers it had
  /// failed to reach alone for 5 s.
  func connect(for call: CallContext, deadline: Deadline, signal: WakeSignal) throws(StoreError)
    -> MongoConnection
  {
    var backoff = Backoff(firstMilliseconds: 20, maximumMilliseconds: 100)
    var generator = SystemRandomNumberGenerator()
    while true {
      let failure: CommandFailure
      do throws(CommandFailure) {
        let connection = try MongoConnection(address, signal)
        try shakeHands(connection, call, deadline)
        return connection
      } catch {
        failure = error
      }
      guard failure.kind == .noPrimary, !deadline.hasPassed else { throw failure.connectError(call) }
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      signal.clear()
    }
  }

  private func shakeHands(
    _ connection: MongoConnection, _ context: CallContext, _ deadline: Deadline
  ) throws(CommandFailure) {
    let reply = try connection.run(.untimed, nil, deadline: deadline, onAdmin: true) {
      $0.append("hello", Int32(1))
    }
    var isPrimary = false
    var isMember = false
    var wireVersion: Int64 = 0
    do throws(CorruptDocument) {
      var reader = BSONReader(reply.bytes)
      while let field = try reader.next() {
        if field.isNamed("isWritablePrimary") { isPrimary = field.number != 0 }
        if field.isNamed("setName") || field.isNamed("msg") { isMember = true }
        if field.isNamed("isreplicaset") { isMember = true }
        if field.isNamed("maxWireVersion") { wireVersion = field.number }
      }
    } catch {
      throw CommandFailure(error)
    }
    guard isMember else {
      throw CommandFailure(
        .unsuitable, message: "the server is no member of a replica set: start it with --replSet")
    }
    guard wireVersion >= Self.minimumWireVersion else {
      throw CommandFailure(.unsuitable, message: "the server is older than MongoDB 5.0")
    }
    guard isPrimary else { throw CommandFailure(.noPrimary) }
    connection.useOwnMessages()
  }

  func run(_ batch: [SharedCall], on connection: MongoConnection) { connection.serve(batch, gate, ids) }

  func isAlive(_ connection: MongoConnection) -> Bool { connection.isAlive }

  func isReusable(_ connection: MongoConnection) -> Bool { connection.isReusable }

  /// The client is freed with the last reference to its connection, which is the pool's.
  func close(_ connection: MongoConnection) {}
}

extension CommandFailure {
  /// As the error of a call that could not get a connection: nothing was sent on its behalf.
  fileprivate func connectError(_ context: CallContext) -> StoreError {
    var failure = self
    failure.wasSent = false
    // What breaks before the handshake is done is a server that can't be reached.
    if kind == .lost || kind == .silent || kind == .late || kind == .abandoned { failure.kind = .unreachable }
    if kind == .corrupt { return context.error(.internalError, "the server's greeting makes no sense") }
    return failure.storeError(context, .read)
  }
}
