import DriverKit
import InstructorStore

/// The marker of a bulk load, a field of the schema document: `loading: {holder, until, wasEmpty, code, name?}`.
///
/// A load with a `name` can be gone on with: its marker stays, and the documents of ``LoadedBatch``, until it is finished.
///
/// `code` is the schema version of the code that loads, which tells what collections it means; the first had none.
///
/// While it is there, every other call is `schemaMismatch`. Its holder keeps moving `until`, by the server's clock; when
/// that is over, the holder has died.
enum LoadMarker {
  /// How long a load may be silent while it inserts rows.
  static let rowsMilliseconds: Int64 = 45_000
  /// The same while one command builds the indexes and the load has no connection to spare.
  static let indexMilliseconds: Int64 = 4 * 3_600_000
}

extension MaintenanceSession {
  /// Marks the schema as loading; `false` where another load is under way.
  func markLoading(holder: String, name: String?) throws(CommandFailure) -> Bool {
    try updateMarker { writer in
      writer.document("loading") { $0.append("$exists", false) }
    } set: { writer in
      writer.document("loading") { writer in
        writer.append("holder", holder)
        writer.document("until") { $0.appendNow(plus: LoadMarker.rowsMilliseconds) }
        writer.append("wasEmpty", false)
        writer.append("code", SchemaVersion.current)
        // Whatever the text, it is no expression.
        if let name { writer.document("name") { $0.append("$literal", name) } }
      }
    } == 1
  }

  /// Notes first that the rows are the load's own, so that whoever finds it dead removes them, and drops the indexes then.
  func dropIndexesForLoad(holder: String) throws(CommandFailure) {
    let isHolder =
      try updateMarker { writer in
        writer.append("loading.holder", holder)
      } set: { writer in
        writer.append("loading.wasEmpty", true)
      } == 1
    guard isHolder else { throw CommandFailure(.beingLoaded) }
    for collection in CollectionDefinition.all { try dropIndexes(of: collection) }
  }

  /// Notes that the load is complete, so that whoever finds it dead keeps the rows.
  func keepRows(holder: String) throws(CommandFailure) {
    let isHolder =
      try updateMarker { writer in
        writer.append("loading.holder", holder)
      } set: { writer in
        writer.append("loading.wasEmpty", false)
      } == 1
    guard isHolder else { throw CommandFailure(.beingLoaded) }
  }

  /// Says that the load is still under way; `false` where somebody took it over.
  func renewLoad(holder: String, milliseconds: Int64) throws(CommandFailure) -> Bool {
    try updateMarker { writer in
      writer.append("loading.holder", holder)
    } set: { writer in
      writer.document("loading.until") { $0.appendNow(plus: milliseconds) }
    } == 1
  }

  /// Makes the caller the holder of a load that has died; `false` where it is alive.
  func takeOverLoad(holder: String) throws(CommandFailure) -> Bool {
    try updateMarker { writer in
      writer.document("$expr") { $0.appendIsPast("$loading.until") }
    } set: { writer in
      writer.append("loading.holder", holder)
      writer.document("loading.until") { $0.appendNow(plus: LoadMarker.rowsMilliseconds) }
    } == 1
  }

  /// Lets whoever wants to go on with the holder's load do so at once.
  func leaveLoad(holder: String) throws(CommandFailure) {
    _ = try renewLoad(holder: holder, milliseconds: -1)
  }

  /// Removes the holder's own marker: durable, and known to a majority.
  func unmark(holder: String) throws(CommandFailure) {
    let count = try update(Collections.schema, id: SchemaState.documentID) { writer in
      writer.append("loading.holder", holder)
    } _: { writer in
      writer.document("u") { writer in
        writer.document("$unset") { $0.append("loading", true) }
      }
    }
    guard count == 1 else { throw CommandFailure(.beingLoaded) }
  }

  private func updateMarker(
    _ conditions: (inout BSONWriter) -> Void, set: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> Int64 {
    try update(Collections.schema, id: SchemaState.documentID, conditions: conditions) { writer in
      writer.array("u") { writer in
        writer.document(at: 0) { $0.document("$set", set) }
      }
    }
  }
}
