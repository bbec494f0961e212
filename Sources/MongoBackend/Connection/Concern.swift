/// What a command asks of the replica set: how settled what it reads must be, or how safe what it writes.
enum Concern {
  /// Only what a majority has: it can't be undone any more.
  case majorityRead
  /// The same, at one moment for the whole command. Without it the server lets writes in between while it looks at many
  /// keys: a `$or` over 675 courses was seen to answer from two states. It costs nothing: measured on 6.0.5, a team
  /// takes 330 µs so and 380 µs as a majority read.
  case snapshotRead
  /// Of data: acknowledged by a majority, each with its journal on disk, unless ``MongoOptions/isDurable`` is off.
  case write
  /// The same whatever the options say: for what other processes rely on, the schema, its leases and markers, and the
  /// counters of ids, which a majority must be able to read back at once and nobody may see undone.
  case durableWrite
  /// Acknowledged by the primary from memory: for a bulk load, which ends with a durable write.
  case loadWrite
  /// Inside a transaction, which has concerns of its own; or none needed.
  case bare
  /// The same for the first command of a connection and the next batch of a cursor, which take no time limit.
  case untimed

  func append(to writer: inout BSONWriter, _ writeConcern: WriteConcern) {
    switch self {
    case .majorityRead: Self.appendReadConcern("majority", to: &writer, writeConcern)
    case .snapshotRead: Self.appendReadConcern("snapshot", to: &writer, writeConcern)
    case .write:
      writer.document("writeConcern") { writer in
        switch writeConcern {
        case .relaxed(let acknowledgements, let isJournaled):
          writer.append("w", acknowledgements)
          writer.append("j", isJournaled)
        case .majority, .none: Self.appendMajority(to: &writer)
        }
      }
    case .durableWrite: writer.document("writeConcern") { Self.appendMajority(to: &$0) }
    case .loadWrite:
      writer.document("writeConcern") { writer in
        writer.append("w", Int32(1))
        writer.append("j", false)
      }
    case .bare, .untimed: break
    }
  }

  /// What was acknowledged without a majority, no majority or snapshot read sees at once; a store that writes so reads what
  /// its primary has.
  private static func appendReadConcern(
    _ level: StaticString, to writer: inout BSONWriter, _ writeConcern: WriteConcern
  ) {
    var level = level
    if case .relaxed = writeConcern { level = "local" }
    writer.document("readConcern") { $0.append("level", level) }
  }

  private static func appendMajority(to writer: inout BSONWriter) {
    writer.append("w", "majority" as StaticString)
    writer.append("j", true)
  }
}
