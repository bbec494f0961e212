import DriverKit
import InstructorStore

/// The right to change the schema, held by one process at a time: a document in the database, with an end by the
/// server's clock so that a process that died does not keep it.
struct SchemaLease {
  private static let documentID: StaticString = "lease"
  /// As long as a migration may take by default.
  private static let milliseconds: Int64 = 60_000

  private let holder: String

  /// Waits for the lease until the call's deadline.
  ///
  /// - Throws: `timeout(.lock)` where somebody else kept it all the time.
  static func acquire(_ connection: MongoConnection, _ call: MongoCall) throws(StoreError) -> SchemaLease {
    let lease = SchemaLease(holder: "\(UInt64.random(in: 1...UInt64.max))")
    var backoff = Backoff(firstMilliseconds: 5, maximumMilliseconds: 200)
    var generator = SystemRandomNumberGenerator()
    while true {
      let isMine = try connection.attempt(call) { () throws(CommandFailure) in
        try lease.take(MaintenanceSession(connection, call, call.deadline))
      }
      if isMine { return lease }
      if call.deadline.hasPassed || call.isAbandoned {
        throw call.context.error(.timeout(.lock), "another process kept the lease of the schema")
      }
      connection.signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      connection.signal.clear()
    }
  }

  /// Takes the lease if nobody has it or its time is over; `false` where somebody has it.
  private func take(_ maintenance: MaintenanceSession) throws(CommandFailure) -> Bool {
    if try takeExisting(maintenance) { return true }
    // Perhaps there is no such document yet. An upsert can't have the condition above (code 224).
    do throws(CommandFailure) {
      try maintenance.update(Collections.schema, id: Self.documentID, upsert: true) { writer in
        writer.document("u") { writer in
          writer.document("$setOnInsert") { writer in
            writer.append("holder", "" as StaticString)
            writer.append("until", date: 0)
          }
        }
      }
    } catch {
      // Somebody else has just made it.
      guard error.isDuplicateKey else { throw error }
    }
    return try takeExisting(maintenance)
  }

  private func takeExisting(_ maintenance: MaintenanceSession) throws(CommandFailure) -> Bool {
    try maintenance.update(Collections.schema, id: Self.documentID) { writer in
      writer.document("$expr") { $0.appendIsPast("$until") }
    } _: { writer in
      writer.array("u") { writer in
        writer.document(at: 0) { writer in
          writer.document("$set") { writer in
            writer.append("holder", holder)
            writer.document("until") { $0.appendNow(plus: Self.milliseconds) }
          }
        }
      }
    } == 1
  }

  /// Gives the lease back at once; should that fail, it ends by itself.
  func release(_ connection: MongoConnection, _ call: MongoCall) {
    _ = try? MaintenanceSession(connection, call, .after(.seconds(2))).run { writer in
      writer.append("delete", Collections.schema)
      writer.array("deletes") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { writer in
            writer.append("_id", Self.documentID)
            writer.append("holder", holder)
          }
          writer.append("limit", Int32(1))
        }
      }
    }
  }
}

extension BSONWriter {
  /// An expression: whether the date at `path` is over by the server's clock; true where there is none.
  mutating func appendIsPast(_ path: StaticString) {
    array("$lt") { writer in
      writer.append(at: 0, path)
      writer.append(at: 1, "$$NOW")
    }
  }

  /// An expression: the server's time and some.
  mutating func appendNow(plus milliseconds: Int64) {
    array("$add") { writer in
      writer.append(at: 0, "$$NOW")
      writer.append(at: 1, milliseconds)
    }
  }
}
