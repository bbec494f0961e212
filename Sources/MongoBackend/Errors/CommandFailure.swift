import DriverKit
import InstructorStore

/// Why a command brought no answer that could be used, before it becomes a ``StoreError``.
struct CommandFailure: Error {
  enum Kind: Equatable {
    /// Nobody waits for the answer any more; the command was not sent.
    case abandoned
    /// The deadline had passed; the command was not sent.
    case late
    /// No server could be reached.
    case unreachable
    /// A server can be reached, none of them is a primary.
    case noPrimary
    /// The server is of a kind this backend can't use.
    case unsuitable
    case authentication
    /// The connection broke.
    case lost
    /// The answer did not come in time.
    case silent
    /// The server refused the command.
    case server
    /// The write is done, and not acknowledged as it should be.
    case unacknowledged
    /// The answer, or a document in it, makes no sense.
    case corrupt
    case outOfMemory
    /// Other writers kept winning, and a transaction was given up.
    case contended
    /// Another process is loading the database.
    case beingLoaded
    /// A load of something else was interrupted and can be gone on with.
    case otherLoad
  }

  var kind: Kind
  /// The server's error code, 0 where there is none.
  var code: Int32 = 0
  /// Whether any byte of the command may have reached the server.
  var wasSent = false
  /// The unique index that was violated.
  var duplicate: Constraint?
  /// Which document of an insert it was.
  var index: Int?
  /// The server's labels for what a transaction should do about it.
  var isTransient = false
  var isUnknownCommit = false
  /// Of a command with several documents: whether some of them may be written although it failed.
  var mayHaveDonePart = false
  /// For logs: what the driver or the server said. Never part of a description.
  var message = ""

  init(_ kind: Kind, wasSent: Bool = false, message: String = "") {
    self.kind = kind
    self.wasSent = wasSent
    self.message = message
  }

  init(_ corrupt: CorruptDocument) {
    self.init(.corrupt, wasSent: true, message: "\(corrupt.reason)")
  }

  /// The error of one of a write's statements.
  init(_ error: ReplyParts.WriteError) {
    self.init(.server, wasSent: true)
    code = error.code
    duplicate = error.duplicate
    index = error.index
  }

  /// What the server said with its refusal of a command.
  mutating func take(_ parts: ReplyParts) {
    if code == 0 { code = parts.code }
    if message.isEmpty { message = parts.message }
    duplicate = parts.duplicate
    isTransient = parts.isTransient
    isUnknownCommit = parts.isUnknownCommit
  }

  /// Whether the server said that it is no longer the one to talk to.
  var leavesServer: Bool { ServerCode.meaning(of: code).leavesServer }

  var isDuplicateKey: Bool { kind == .server && code == ServerCode.duplicateKey }

  /// Whether the connection can't be trusted with another call.
  var breaksConnection: Bool {
    switch kind {
    case .abandoned, .late, .unacknowledged, .outOfMemory, .contended, .beingLoaded, .otherLoad: false
    case .server: ServerCode.meaning(of: code).leavesServer
    // A corrupt document came in a sound message; one that breaks the protocol is `lost`.
    case .corrupt: false
    case .unreachable, .noPrimary, .unsuitable, .authentication, .lost, .silent: true
    }
  }

  /// - Parameter entityID: What a write is about.
  func storeError(_ context: CallContext, _ effect: CallEffect, entityID: Int64? = nil) -> StoreError {
    let (code, reason, provesNotApplied) = meaning
    let isProven = provesNotApplied && !(mayHaveDonePart && !ServerCode.refusesWholeCommand(self.code))
    let isUnknown = effect == .write && wasSent && !isProven
    return context.error(
      code, reason, constraint: kind == .otherLoad ? .interruptedLoad : code == .conflict ? duplicate : nil,
      entityID: entityID,
      outcome: isUnknown ? .unknown : .notApplied, underlying: underlying)
  }

  private var meaning: (StoreError.Code, String, provesNotApplied: Bool) {
    switch kind {
    case .abandoned: (.cancelled, "nobody waits for the answer any more", true)
    case .late: (.timeout(.connection), "the deadline passed before anything was sent", true)
    case .unreachable: (.unreachable, "no server can be reached\(whyUnreachable)", true)
    case .noPrimary: (.unreachable, "the replica set has no primary now", true)
    case .unsuitable: (.schemaMismatch, message, true)
    case .authentication: (.authenticationFailed, "the server refused the user or the password", true)
    case .lost: (.unreachable, "the connection to the server broke", false)
    case .silent: (.timeout(.response), "the answer did not come in time", false)
    case .corrupt: (.corruptData, message, false)
    case .contended: (.contended, "other writers kept winning", true)
    case .beingLoaded: (.schemaMismatch, "a bulk load is under way or was interrupted", true)
    case .otherLoad: (.conflict, "the load that was interrupted here is another one", true)
    case .outOfMemory: (.resourceExhausted, "this process is out of memory", true)
    case .server, .unacknowledged:
      {
        let meaning = ServerCode.meaning(of: code)
        // Whatever the code: this write was applied where it arrived.
        return (meaning.code, meaning.reason, meaning.provesNotApplied && kind == .server)
      }()
    }
  }

  /// In words of our own: what the driver says may quote anything.
  private var whyUnreachable: StaticString {
    let said = message.lowercased()
    let reasons: [(StaticString, [String])] = [
      (
        ": the host's name is unknown",
        ["name is unknown", "resolve", "look up", "lookup", "getaddrinfo", "dns"]
      ),
      (": the connection was refused", ["refused"]),
      (": the TLS handshake failed", ["tls", "ssl", "certificate"]),
      (": there is no way to the host", ["unreachable", "no route"]),
      (": there is no such socket", ["no such file"]),
      (": it closed the connection", ["closed"]),
      (": it did not answer in time", ["timeout", "timed out"]),
    ]
    return reasons.first { reason in reason.1.contains { said.contains($0) } }?.0 ?? ""
  }

  private var underlying: MongoDriverError? {
    code == 0 && message.isEmpty ? nil : MongoDriverError(code: code, message: message)
  }
}

extension ReplyParts {
  /// Where the write is done and not acknowledged as it should be.
  var unacknowledged: CommandFailure? {
    guard let writeConcernCode else { return nil }
    var failure = CommandFailure(.unacknowledged, wasSent: true)
    failure.code = writeConcernCode
    return failure
  }
}
