import InstructorStore

/// What the server's error codes mean to a caller.
///
/// Source: MongoDB 6.0, `src/mongo/base/error_codes.yml`. One table, so that no two operations read a code differently.
struct ServerCode: Equatable {
  let code: StoreError.Code
  let reason: String
  /// Whether the code proves that the command changed nothing. Where it doesn't, a write's outcome is unknown.
  let provesNotApplied: Bool
  /// Whether the server said that it is no longer the one to talk to: the client must look for the primary again.
  let leavesServer: Bool

  private init(
    _ code: StoreError.Code, _ reason: String, provesNotApplied: Bool = true, leavesServer: Bool = false
  ) {
    self.code = code
    self.reason = reason
    self.provesNotApplied = provesNotApplied
    self.leavesServer = leavesServer
  }

  static let duplicateKey: Int32 = 11_000
  static let writeConflict: Int32 = 112
  static let documentRefused: Int32 = 121
  static let namespaceNotFound: Int32 = 26
  static let namespaceExists: Int32 = 48
  /// A read that needs another moment: the collection's catalog entry just changed, or the snapshot is too old.
  static let snapshotCodes: Set<Int32> = [246, 239, 134]

  /// Whether a code is of what is looked at before a command begins: then nothing of it was done, however many documents
  /// it has.
  static func refusesWholeCommand(_ serverCode: Int32) -> Bool {
    switch serverCode {
    // Not a primary; rights; the command itself.
    case 10_107, 13_435, 13_436, 10_058, 13, 18, 2, 9, 14, 40, 40_415: true
    default: false
    }
  }

  static func meaning(of serverCode: Int32) -> ServerCode {
    switch serverCode {
    case duplicateKey, 11_001, 12_582: ServerCode(.conflict, "a value that must be unique is taken")

    // Time. A command that ran out of time may have done its work before it noticed.
    case 50, 262: ServerCode(.timeout(.response), "the server ran out of time", provesNotApplied: false)
    case 24, 46: ServerCode(.timeout(.lock), "the server waited too long for a lock")
    case 290: ServerCode(.timeout(.response), "the transaction lived too long and was undone")

    // Other writers.
    case writeConflict: ServerCode(.contended, "another write of the same document won")
    case 251, 225: ServerCode(.contended, "the transaction was undone")
    case 365: ServerCode(.contended, "the server undid the write for lack of cache")
    case 246, 239, 134: ServerCode(.contended, "the server can't read from a snapshot now")

    // Who may do what.
    case 18, 11, 8_000: ServerCode(.authenticationFailed, "the server refused the user or the password")
    case 13: ServerCode(.authenticationFailed, "the user lacks the rights for this")
    case 20, 263:
      ServerCode(.schemaMismatch, "the server can't run transactions: it is no member of a replica set")

    // The server is going, or is no longer the primary.
    case 10_107, 13_435, 13_436, 10_058:
      ServerCode(.unreachable, "the server is no longer the primary", leavesServer: true)
    case 189, 11_602:
      ServerCode(
        .unreachable, "the server stepped down meanwhile", provesNotApplied: false, leavesServer: true)
    case 91, 11_600:
      ServerCode(.unreachable, "the server is shutting down", provesNotApplied: false, leavesServer: true)
    case 6, 7, 89, 9_001, 133, 358, 384:
      ServerCode(
        .unreachable, "the server lost its connection to another", provesNotApplied: false, leavesServer: true
      )
    case 43, 237: ServerCode(.unreachable, "the server dropped the cursor", leavesServer: true)
    case 11_601, 279, 46_841:
      ServerCode(.unreachable, "the server ended the command", provesNotApplied: false, leavesServer: true)

    // Room.
    case 14_031, 12_501: ServerCode(.resourceExhausted, "the server is out of disk")
    case 146, 292: ServerCode(.resourceExhausted, "the server is out of memory for this")
    case 10_334, 17_280, 17_419, 17_420: ServerCode(.resourceExhausted, "the document is too large")
    case 257: ServerCode(.resourceExhausted, "the transaction is too large")

    // Acknowledgement. The write is done on this server and may still be lost.
    case 64, 75, 79, 100:
      ServerCode(
        .timeout(.response), "not enough servers acknowledged the write in time", provesNotApplied: false)

    // The schema.
    case 26, 27, 48, 85, 86, 67, 166, 167:
      ServerCode(.schemaMismatch, "the database's collections or indexes are not what this code expects")
    case documentRefused: ServerCode(.internalError, "the collection's validator refused the document")

    // Errors in the command itself are found before anything is done.
    case 2, 9, 14, 40, 52, 59, 72, 73, 40_324, 40_415:
      ServerCode(.internalError, "the server did not understand the command (code \(serverCode))")
    default:
      ServerCode(
        .internalError, "the server reported the unknown error \(serverCode)", provesNotApplied: false)
    }
  }
}
