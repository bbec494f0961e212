import CLibMongoC
import DriverKit
import InstructorStore

/// A transaction under way, and the commands that its body may run.
struct OpenTransaction {
  let connection: MongoConnection
  let call: MongoCall
  fileprivate let session: OpaquePointer

  /// Runs a write and returns how many documents it affected.
  @discardableResult
  func write(_ build: (inout BSONWriter) -> Void) throws(CommandFailure) -> Int64 {
    try connection.write(.bare, call, session: session, build).count
  }

  /// Runs a `findAndModify` and returns the document it names, if any matched.
  func modify<Value>(
    _ build: (inout BSONWriter) -> Void, decode: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Value
  ) throws(CommandFailure) -> Value? {
    try connection.modify(.bare, call, session: session, build, decode: decode)
  }

  @discardableResult
  func find(
    _ collection: StaticString, limit: Int, _ build: (inout BSONWriter) -> Void,
    each: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Void
  ) throws(CommandFailure) -> Int {
    try connection.find(
      collection, .bare, call, session: session, limit: limit, build, each: each)
  }

  /// Runs an aggregation whose answer has at most `limit` documents.
  func aggregate(
    _ collection: StaticString, limit: Int, _ build: (inout BSONWriter) -> Void,
    each: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Void
  ) throws(CommandFailure) {
    try connection.aggregate(
      collection, .bare, call, session: session, limit: limit, build, each: each)
  }
}

extension MongoConnection {
  /// As ``transaction(_:attempts:_:)``, for bodies with several kinds of commands.
  func inTransaction<Value>(
    _ call: MongoCall, attempts: Int = transactionAttempts, _ body: (OpenTransaction) throws(CommandFailure) -> TransactionEnd<Value>
  ) throws(CommandFailure) -> Value {
    try transaction(call, attempts: attempts) { (session) throws(CommandFailure) in
      try body(OpenTransaction(connection: self, call: call, session: session))
    }
  }

  /// Runs a `findAndModify` and returns the document it names, if any matched.
  func modify<Value>(
    _ concern: Concern, _ call: MongoCall, session: OpaquePointer? = nil,
    _ build: (inout BSONWriter) -> Void, decode: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Value
  ) throws(CommandFailure) -> Value? {
    let reply = try run(concern, call, session: session, build)
    let parts: ReplyParts
    do throws(CorruptDocument) { parts = try reply.parts() } catch { throw CommandFailure(error) }
    try check(parts)
    guard let value = parts.value else { return nil }
    do throws(CorruptDocument) { return try decode(value) } catch { throw CommandFailure(error) }
  }

  /// Runs an aggregation whose answer has at most `limit` documents, and hands them over in order.
  func aggregate(
    _ collection: StaticString, _ concern: Concern, _ call: MongoCall, session: OpaquePointer? = nil,
    limit: Int, _ build: (inout BSONWriter) -> Void,
    each: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Void
  ) throws(CommandFailure) {
    try againWhileUnready(call, session: session) { () throws(CommandFailure) in
      let reply = try run(concern, call, session: session) { writer in
        writer.append("aggregate", collection)
        build(&writer)
        writer.document("cursor") { $0.append("batchSize", Int64(limit + 1)) }
      }
      _ = try follow(collection, reply, call, session: session, each)
    }
  }
}
