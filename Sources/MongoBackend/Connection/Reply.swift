import CLibMongoC
import InstructorStore

/// The server's answer to one command, freed exactly once.
struct Reply: ~Copyable {
  /// libmongoc's, or else a message of our own.
  private let bson: OpaquePointer?
  private let storage: UnsafeMutablePointer<UInt8>?
  /// The whole document; valid while the reply lives.
  let bytes: UnsafeRawBufferPointer

  /// Takes over a reply that a command has initialised.
  init(_ bson: OpaquePointer) {
    self.bson = bson
    storage = nil
    bytes = UnsafeRawBufferPointer(
      start: instructor_mongo_reply_bytes(bson), count: Int(instructor_mongo_reply_length(bson)))
  }

  init(_ message: instructor_mongo_message) {
    bson = nil
    storage = message.storage
    bytes = UnsafeRawBufferPointer(start: message.bytes, count: Int(message.length))
  }

  deinit {
    if let bson { instructor_mongo_reply_free(bson) }
    free(storage)
  }

  /// One walk over the top level.
  func parts() throws(CorruptDocument) -> ReplyParts {
    var parts = ReplyParts()
    var reader = BSONReader(bytes)
    while let element = try reader.next() { try parts.take(element) }
    return parts
  }
}

/// What this backend reads of a reply. The buffers point into the reply.
struct ReplyParts {
  /// Documents affected by a write.
  var count: Int64 = 0
  /// The document that `findAndModify` returns.
  var value: UnsafeRawBufferPointer?
  /// 0 where the cursor is exhausted.
  var cursorID: Int64 = 0
  /// The array of documents of `firstBatch` or `nextBatch`.
  var batch: UnsafeRawBufferPointer?
  /// The errors of a write's statements. The reply says `ok: 1` all the same.
  var writeErrors: [WriteError] = []
  var writeConcernCode: Int32?
  /// Of a failed command.
  var code: Int32 = 0
  var message = ""
  /// Of a failed command: what broke a unique index.
  var duplicate: Constraint?
  var isTransient = false
  var isUnknownCommit = false

  struct WriteError {
    var index = 0
    var code: Int32 = 0
    var duplicate: Constraint?
  }

  fileprivate mutating func take(_ element: BSONElement) throws(CorruptDocument) {
    switch element.keyLength {
    case 1: if element.isNamed("n") { count = element.number }
    case 4: if element.isNamed("code") { code = Int32(truncatingIfNeeded: element.number) }
    case 5: if element.isNamed("value"), element.type == .document { value = element.nested }
    case 6:
      if element.isNamed("cursor"), let cursor = element.nested { try takeCursor(cursor) }
      if element.isNamed("errmsg") { message = element.lossyText }
    case 10:
      if element.isNamed("keyPattern"), let pattern = element.nested {
        duplicate = try Self.constraint(pattern)
      }
    case 11:
      if element.isNamed("writeErrors"), let errors = element.nested { try takeWriteErrors(errors) }
      if element.isNamed("errorLabels"), let labels = element.nested { try takeLabels(labels) }
    case 17:
      if element.isNamed("writeConcernError"), let error = element.nested {
        var reader = BSONReader(error)
        writeConcernCode = 0
        while let field = try reader.next() {
          if field.isNamed("code") { writeConcernCode = Int32(truncatingIfNeeded: field.number) }
        }
      }
    default: break
    }
  }

  private mutating func takeCursor(_ cursor: UnsafeRawBufferPointer) throws(CorruptDocument) {
    var reader = BSONReader(cursor)
    while let field = try reader.next() {
      if field.isNamed("id") { cursorID = field.number }
      if field.isNamed("firstBatch") || field.isNamed("nextBatch") { batch = field.nested }
    }
    guard batch != nil else { throw CorruptDocument(reason: "the cursor has no batch") }
  }

  private mutating func takeWriteErrors(_ errors: UnsafeRawBufferPointer) throws(CorruptDocument) {
    var reader = BSONReader(errors)
    while let element = try reader.next() {
      guard let document = element.nested else { throw CorruptDocument(reason: "an error is no document") }
      var error = WriteError()
      var fields = BSONReader(document)
      while let field = try fields.next() {
        if field.isNamed("index") { error.index = Int(field.number) }
        if field.isNamed("code") { error.code = Int32(truncatingIfNeeded: field.number) }
        if field.isNamed("keyPattern"), let pattern = field.nested {
          error.duplicate = try Self.constraint(pattern)
        }
      }
      writeErrors.append(error)
    }
  }

  private mutating func takeLabels(_ labels: UnsafeRawBufferPointer) throws(CorruptDocument) {
    var reader = BSONReader(labels)
    while let label = try reader.next() {
      switch label.lossyText {
      case "TransientTransactionError": isTransient = true
      case "UnknownTransactionCommitResult": isUnknownCommit = true
      default: break
      }
    }
  }

  /// Which rule the unique index over these fields stands for.
  private static func constraint(_ pattern: UnsafeRawBufferPointer) throws(CorruptDocument) -> Constraint? {
    var reader = BSONReader(pattern)
    guard let field = try reader.next() else { return nil }
    if field.isNamed("_id") { return .instructorID }
    if field.isNamed("primaryOf") { return .primaryOfCourse }
    return nil
  }
}
