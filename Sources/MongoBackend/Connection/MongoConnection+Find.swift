import DriverKit
import InstructorStore

extension MongoConnection {
  /// Runs one `find` and hands over every document of its answer, in order.
  ///
  /// The batch has room for `limit` documents, so it is one exchange; where the server cuts a batch short (at 16 MB), the
  /// cursor is followed to its end. A read that the server can't serve from a snapshot just now is made again under
  /// the deadline.
  /// - Returns: How many documents there were.
  @discardableResult
  func find(
    _ collection: StaticString, _ concern: Concern, _ call: MongoCall, session: OpaquePointer? = nil,
    limit: Int,
    _ build: (inout BSONWriter) -> Void, each: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Void
  ) throws(CommandFailure) -> Int {
    try againWhileUnready(call, session: session) { () throws(CommandFailure) in
      let reply = try run(concern, call, session: session) { writer in
        writer.append("find", collection)
        build(&writer)
        writer.append("limit", Int64(limit))
        // One more than the limit: with the same number the server would keep the cursor open.
        writer.append("batchSize", Int64(limit + 1))
      }
      return try follow(collection, reply, call, session: session, each)
    }
  }

  /// Runs a read again, under the deadline, that the server can't serve from a snapshot just now. Not in a transaction,
  /// which has to begin again as a whole.
  func againWhileUnready<Value>(
    _ call: MongoCall, session: OpaquePointer?, _ read: () throws(CommandFailure) -> Value
  ) throws(CommandFailure) -> Value {
    var backoff = Backoff(firstMilliseconds: 2, maximumMilliseconds: 50)
    var generator = SystemRandomNumberGenerator()
    while true {
      let failure: CommandFailure
      do throws(CommandFailure) { return try read() } catch { failure = error }
      guard failure.kind == .server, ServerCode.snapshotCodes.contains(failure.code), session == nil,
        !call.deadline.hasPassed, !call.isAbandoned
      else { throw failure }
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      signal.clear()
    }
  }

  /// Hands over the documents of `reply` and of all further batches; where that ends early, so does the cursor, which the server
  /// would keep for ten minutes.
  func follow(
    _ collection: StaticString, _ reply: consuming Reply, _ call: MongoCall, session: OpaquePointer? = nil,
    _ each: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Void
  ) throws(CommandFailure) -> Int {
    var cursor: Int64 = 0
    do throws(CommandFailure) {
      return try follow(collection, reply, call, session, each, cursor: &cursor)
    } catch {
      // Those of a transaction end with it.
      if cursor != 0, session == nil { close(cursor, of: collection, call) }
      throw error
    }
  }

  /// Whether or not anybody still waits.
  private func close(_ cursor: Int64, of collection: StaticString, _ call: MongoCall) {
    do throws(CommandFailure) {
      _ = try run(.untimed, call, deadline: .after(Self.endingTime), isShielded: true) { writer in
        writer.append("killCursors", collection)
        writer.array("cursors") { $0.append(at: 0, cursor) }
      }
    } catch {
      // The server closes it in the end.
    }
  }

  private func follow(
    _ collection: StaticString, _ reply: consuming Reply, _ call: MongoCall, _ session: OpaquePointer?,
    _ each: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Void, cursor: inout Int64
  ) throws(CommandFailure) -> Int {
    var reply = reply
    var count = 0
    while true {
      do throws(CorruptDocument) {
        let parts = try reply.parts()
        cursor = parts.cursorID
        guard let batch = parts.batch else { throw CorruptDocument(reason: "the answer has no documents") }
        var reader = BSONReader(batch)
        while let element = try reader.next() {
          guard let document = element.nested else {
            throw CorruptDocument(reason: "the answer has no documents")
          }
          try each(document)
          count += 1
        }
      } catch {
        throw CommandFailure(error)
      }
      guard cursor != 0 else { return count }
      let next = cursor
      reply = try run(.untimed, call, session: session) { writer in
        writer.append("getMore", next)
        writer.append("collection", collection)
      }
    }
  }
}
