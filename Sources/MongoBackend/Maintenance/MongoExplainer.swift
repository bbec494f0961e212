import DriverKit
package import InstructorStore

/// How the server ran one command, as its profiler wrote it down.
package struct MongoExplanation: Sendable {
  /// As extended JSON; of a write the statement alone. What stands in every command is ``commonFields``.
  package var command: String
  /// `query`, `insert`, `update`, `remove`, `command`, `getmore`.
  package var operation: String
  package var collection: String
  package var isInTransaction = false
  /// For example `IXSCAN { courseId: 1, createdAt: -1 }`.
  package var planSummary: String?
  package var keysExamined: Int64?
  package var documentsExamined: Int64?
  /// Documents read, or changed.
  package var documentsReturned: Int64?
  /// The stages with their statistics, as extended JSON, or for an aggregation the server's whole explanation; `nil` for what
  /// has none, as an insert.
  package var plan: String?
  /// The bytes of the command, where it is an aggregation.
  fileprivate var aggregation: [UInt8]?
}

/// A store over one connection whose commands can be explained: those that calls send, as the server ran them.
///
/// The database's profiler is on between ``beginRecording()`` and ``explainRecorded()``, which takes the right to switch it
/// (`dbAdmin` on the database). Calls must not overlap, and nobody else may use the database meanwhile.
package final class MongoExplainer: Sendable {
  package let store: MongoStore
  private let database: String

  private init(_ store: MongoStore) {
    self.store = store
    database = store.core.database
  }

  /// - Parameter options: Of the store; it gets one connection, and calls are sent one by one.
  package static func open(_ url: String, options: MongoOptions) async throws(StoreError) -> MongoExplainer {
    var options = options
    options.connections = 1
    options.dispatch = .direct
    return MongoExplainer(try await MongoStore.open(url, options: options))
  }

  package func close() async { await store.close() }

  /// From now on commands are taken down.
  package func beginRecording() async throws(StoreError) {
    try await run { (connection, call) throws(CommandFailure) in try Self.profile(2, connection, call) }
  }

  /// What was sent since then, in order; stops the recording and leaves nothing of it.
  package func explainRecorded() async throws(StoreError) -> [MongoExplanation] {
    try await run { [database] (connection, call) throws(CommandFailure) in
      try Self.profile(0, connection, call)
      var explanations: [MongoExplanation] = []
      try connection.find(Self.collection, .bare, call, limit: Self.mostEntries) { _ in
      } each: { (document) throws(CorruptDocument) in
        if let explanation = try MongoExplanation(profile: document, database) {
          explanations.append(explanation)
        }
      }
      _ = try connection.run(.bare, call) { $0.append("drop", Self.collection) }
      for index in explanations.indices where explanations[index].plan == nil {
        guard let aggregation = explanations[index].aggregation else { continue }
        explanations[index].plan = try Self.explain(aggregation, connection, call)
      }
      return explanations
    }
  }

  private static let collection: StaticString = "system.profile"
  private static let mostEntries = 1_000

  private static func profile(
    _ level: Int32, _ connection: MongoConnection, _ call: MongoCall
  ) throws(CommandFailure) {
    // The level is the database's own; `slowms` and the rate would be the whole server's, and stay as they are.
    _ = try connection.run(.bare, call) { $0.append("profile", level) }
  }

  /// What the server says of an aggregation when asked: what it executes by its newer engine the profiler has no stages of.
  private static func explain(
    _ aggregation: [UInt8], _ connection: MongoConnection, _ call: MongoCall
  ) throws(CommandFailure) -> String {
    let reply = try connection.run(.bare, call) { writer in
      writer.document("explain") { writer in
        aggregation.withUnsafeBytes { command in
          var reader = BSONReader(command)
          while let field = try? reader.next() {
            if field.isNamed("aggregate") { writer.append("aggregate", field.lossyText) }
            if field.isNamed("allowDiskUse") { writer.append("allowDiskUse", field.number != 0) }
            guard let nested = field.nested else { continue }
            if field.isNamed("pipeline") { writer.array("pipeline") { $0.appendElements(of: nested) } }
            if field.isNamed("hint") { writer.document("hint") { $0.appendElements(of: nested) } }
            if field.isNamed("cursor") { writer.document("cursor") { $0.appendElements(of: nested) } }
          }
        }
      }
      writer.append("verbosity", "executionStats" as StaticString)
    }
    return RelaxedJSON.text(reply.bytes)
  }

  private func run<Value: Sendable>(
    _ body: @escaping @Sendable (MongoConnection, MongoCall) throws(CommandFailure) -> Value
  ) async throws(StoreError) -> Value {
    try await store.core.pool.lease(store.core.call("explain"), .write) {
      connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in try body(connection, call) }
    }
  }
}

extension MongoExplanation {
  /// `nil` for what no call in particular sends: the store's look at its schema, and the profiler's own commands.
  fileprivate init?(profile document: UnsafeRawBufferPointer, _ database: String) throws(CorruptDocument) {
    self.init(command: "", operation: "", collection: "")
    var reader = BSONReader(document)
    while let field = try reader.next() {
      switch field.name {
      case "op": operation = field.lossyText
      case "ns": collection = String(field.lossyText.dropFirst(database.utf8.count + 1))
      case "command": if let nested = field.nested { try takeCommand(nested) }
      case "planSummary": planSummary = field.lossyText
      case "keysExamined": keysExamined = field.number
      case "docsExamined": documentsExamined = field.number
      case "nreturned", "ninserted", "nModified", "ndeleted":
        documentsReturned = (documentsReturned ?? 0) + field.number
      case "execStats": plan = field.nested.map(RelaxedJSON.text)
      default: break
      }
    }
    guard collection != "\(Collections.schema)", !collection.hasPrefix("system."),
      !collection.hasPrefix("$cmd")
    else {
      return nil
    }
  }

  private mutating func takeCommand(_ document: UnsafeRawBufferPointer) throws(CorruptDocument) {
    command = RelaxedJSON.text(document)
    var reader = BSONReader(document)
    while let field = try reader.next() {
      if field.isNamed("autocommit") { isInTransaction = true }
      if field.isNamed("aggregate") { aggregation = Array(document) }
    }
  }

  /// What stands in every command, or is the session's.
  package static let commonFields: Set<String> = [
    "lsid", "$db", "$clusterTime", "txnNumber", "autocommit", "startTransaction", "maxTimeMS",
    "$readPreference",
    "apiVersion", "ordered", "stmtId",
  ]
}
