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

  // MARK: Instructors

  /// Makes the collection with its validator, or gives the existing one the current validator.
  func createInstructors() throws(CommandFailure) {
    do throws(CommandFailure) {
      try run { writer in
        writer.append("create", Collections.instructors)
        writer.document("validator") { InstructorValidator.append(to: &$0) }
      }
    } catch {
      guard error.code == ServerCode.namespaceExists else { throw error }
      try run { writer in
        writer.append("collMod", Collections.instructors)
        writer.document("validator") { InstructorValidator.append(to: &$0) }
      }
    }
  }

  func dropInstructors() throws(CommandFailure) {
    do throws(CommandFailure) {
      try run { $0.append("drop", Collections.instructors) }
    } catch {
      guard error.code == ServerCode.namespaceNotFound else { throw error }
    }
  }

  /// Builds every index that is not there, all in one pass over the documents.
  func createInstructorIndexes() throws(CommandFailure) {
    try run { writer in
      writer.append("createIndexes", Collections.instructors)
      writer.array("indexes") { writer in
        for (position, index) in IndexDefinition.instructors.enumerated() {
          writer.document(at: position) { index.append(to: &$0) }
        }
      }
    }
  }

  func dropInstructorIndexes() throws(CommandFailure) {
    try run { writer in
      writer.append("dropIndexes", Collections.instructors)
      writer.append("index", "*" as StaticString)
    }
  }

  /// Whether there is no instructor, those included that a majority does not know yet.
  func isEmpty() throws(CommandFailure) -> Bool {
    try connection.find(Collections.instructors, .bare, call, limit: 1) { writer in
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

  /// The schema document of a migrated database that nobody loads.
  func writeSchemaVersion() throws(CommandFailure) {
    try update(Collections.schema, id: SchemaState.documentID, upsert: true) { writer in
      writer.document("u") { writer in
        writer.document("$set") { writer in
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
