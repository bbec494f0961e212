/// What a command asks of the replica set: how settled what it reads must be, or how safe what it writes.
enum Concern {
  /// Only what a majority has: it can't be undone any more.
  case majorityRead
  /// The same, at one moment for the whole command, however many keys it looks at.
  case snapshotRead
  /// Acknowledged by a majority, each with its journal on disk.
  case write
  /// Acknowledged by the primary from memory: for a bulk load, which ends with a durable write.
  case loadWrite
  /// Inside a transaction, which has concerns of its own; or none needed.
  case bare
  /// The first command of a connection.
  case handshake

  /// How many keys the server reads without letting other work in between; measured on 6.0.5: 256 and below never
  /// showed two states in one answer, 675 did.
  static let keysReadInOneGo = 128

  /// A read that may look at so many keys and must see one state of the data.
  static func consistentRead(keys: Int) -> Concern { keys >= keysReadInOneGo ? .snapshotRead : .majorityRead }

  func append(to writer: inout BSONWriter, _ writeConcern: WriteConcern) {
    switch self {
    case .majorityRead: writer.document("readConcern") { $0.append("level", "majority" as StaticString) }
    case .snapshotRead: writer.document("readConcern") { $0.append("level", "snapshot" as StaticString) }
    case .write:
      writer.document("writeConcern") { writer in
        switch writeConcern {
        case .relaxed(let acknowledgements, let isJournaled):
          writer.append("w", acknowledgements)
          writer.append("j", isJournaled)
        case .majority, .none:
          writer.append("w", "majority" as StaticString)
          writer.append("j", true)
        }
      }
    case .loadWrite:
      writer.document("writeConcern") { writer in
        writer.append("w", Int32(1))
        writer.append("j", false)
      }
    case .bare, .handshake: break
    }
  }
}
