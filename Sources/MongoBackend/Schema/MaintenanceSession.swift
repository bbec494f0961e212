import DriverKit
import InstructorStore

/// The commands that make and change the schema. Each can be made again without harm.
///
/// They are shielded: what was begun goes on to its end, or the deadline, whether or not the caller still waits.
struct MaintenanceSession {
  private let connection: MongoConnection
  private let call: MongoCall
  private let deadline: Deadline

  init(_ connection: MongoConnection, _ call: MongoCall, _ deadline: Deadline) {
    self.connection = connection
    self.call = call
    self.deadline = deadline
  }

  /// Runs one command and returns how many documents it affected.
  @discardableResult
  func run(_ build: (inout BSONWriter) -> Void) throws(CommandFailure) -> Int64 {
    try connection.write(.durableWrite, call, deadline: deadline, isShielded: true, build).count
  }

  /// Updates the document with this id, under further conditions.
  @discardableResult
  func update(
    _ collection: StaticString, id: StaticString, upsert: Bool = false,
    conditions: (inout BSONWriter) -> Void = { _ in }, _ change: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> Int64 {
    try run { writer in
      writer.append("update", collection)
      writer.array("updates") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { writer in
            writer.append("_id", id)
            conditions(&writer)
          }
          change(&writer)
          if upsert { writer.append("upsert", true) }
        }
      }
    }
  }

  // MARK: Collections

  /// Makes the collection with its validator, or gives the existing one the current validator.
  func create(_ collection: CollectionDefinition) throws(CommandFailure) {
    do throws(CommandFailure) {
      try run { writer in
        writer.append("create", collection.name)
        writer.document("validator", collection.validator)
      }
    } catch {
      guard error.code == ServerCode.namespaceExists else { throw error }
      try run { writer in
        writer.append("collMod", collection.name)
        writer.document("validator", collection.validator)
      }
    }
  }

  /// Has the server refuse every document that anybody writes from now on, unless they bypass the validator, until
  /// ``create(_:)`` gives the collection its own again.
  func refuseDocuments(of collection: CollectionDefinition) throws(CommandFailure) {
    try run { writer in
      writer.append("collMod", collection.name)
      writer.document("validator") { $0.append("$expr", false) }
    }
  }

  func drop(_ collection: StaticString) throws(CommandFailure) {
    do throws(CommandFailure) {
      try run { $0.append("drop", collection) }
    } catch {
      guard error.code == ServerCode.namespaceNotFound else { throw error }
    }
  }

  /// Builds every index that is not there, all in one pass over the documents.
  func createIndexes(_ indexes: [IndexDefinition], of collection: CollectionDefinition)
    throws(CommandFailure)
  {
    guard !indexes.isEmpty else { return }
    try run { writer in
      writer.append("createIndexes", collection.name)
      writer.array("indexes") { writer in
        for (position, index) in indexes.enumerated() {
          writer.document(at: position) { index.append(to: &$0) }
        }
      }
    }
  }

  func dropIndexes(of collection: CollectionDefinition) throws(CommandFailure) {
    try run { writer in
      writer.append("dropIndexes", collection.name)
      writer.append("index", "*" as StaticString)
    }
  }

  /// Whether there is no document, those included that a majority does not know yet.
  func isEmpty(_ collection: CollectionDefinition) throws(CommandFailure) -> Bool {
    try connection.find(collection.name, .bare, call, limit: 1) { writer in
      writer.document("projection") { $0.append("_id", Int32(1)) }
    } each: { (_) throws(CorruptDocument) in
    } == 0
  }

  // MARK: Counters and versions

  func createCounters() throws(CommandFailure) {
    for kind in EntityKind.allCases {
      try update(Collections.counters, id: kind.documentID, upsert: true) { writer in
        writer.document("u") { writer in
          writer.document("$setOnInsert") { $0.append("last", Int64(0)) }
        }
      }
    }
  }

  /// Sees to it that no id up to `id` is drawn any more.
  func moveCounter(_ kind: EntityKind, past id: Int64) throws(CommandFailure) {
    try update(Collections.counters, id: kind.documentID) { writer in
      writer.document("u") { writer in
        writer.document("$max") { $0.append("last", id) }
      }
    }
  }

  /// The schema document of a migrated database that nobody loads. A newer version stays.
  func writeSchemaVersion() throws(CommandFailure) {
    try update(Collections.schema, id: SchemaState.documentID, upsert: true) { writer in
      writer.document("u") { writer in
        writer.document("$max") { writer in
          writer.append("version", SchemaVersion.current)
          writer.append("oldestCode", SchemaVersion.oldestCode)
        }
        writer.document("$unset") { $0.append("loading", true) }
      }
    }
  }
}

extension EntityKind {
  /// The id of the counter's document.
  var documentID: StaticString {
    switch self {
    case .instructor: "instructor"
    case .reviewer: "reviewer"
    case .review: "review"
    }
  }
}
