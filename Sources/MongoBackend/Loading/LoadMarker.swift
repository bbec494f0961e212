import DriverKit
import InstructorStore

// The marker of a bulk load is a field of the schema document: `loading: {holder, until, wasEmpty}`. While it is there,
// every other call is `schemaMismatch`. Its holder keeps moving `until`; when that is over, the holder has died.

/// How long a bulk load may be silent before it counts as dead.
private let loadLeaseMilliseconds: Int64 = 30_000

extension MongoConnection {
  /// Marks the schema as loading; `false` where another load is under way.
  func markLoading(holder: String, wasEmpty: Bool, _ call: MongoCall) throws(CommandFailure) -> Bool {
    let answer = try updateMarker(call) { writer in
      writer.document("loading") { $0.append("$exists", false) }
    } set: { writer in
      writer.document("loading") { writer in
        writer.append("holder", holder)
        writer.document("until") { $0.appendNow(plus: loadLeaseMilliseconds) }
        writer.append("wasEmpty", wasEmpty)
      }
    }
    return answer.count == 1
  }

  /// Says that the load is still under way; `false` where somebody took it over.
  func renewLoad(holder: String, _ call: MongoCall) throws(CommandFailure) -> Bool {
    try updateMarker(call) { writer in
      writer.append("loading.holder", holder)
    } set: { writer in
      writer.document("loading.until") { $0.appendNow(plus: loadLeaseMilliseconds) }
    }.count == 1
  }

  /// Makes the caller the holder of a load that has died; `false` where it is alive.
  func takeOverLoad(_ call: MongoCall) throws(CommandFailure) -> Bool {
    try updateMarker(call) { writer in
      writer.document("$expr") { $0.appendIsPast("$loading.until") }
    } set: { writer in
      writer.append("loading.holder", "migration")
      writer.document("loading.until") { $0.appendNow(plus: loadLeaseMilliseconds) }
    }.count == 1
  }

  private func updateMarker(
    _ call: MongoCall, query: (inout BSONWriter) -> Void, set: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> WriteAnswer {
    try write(.write, call) { writer in
      writer.append("update", Collections.schema)
      writer.array("updates") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { writer in
            writer.append("_id", SchemaState.documentID)
            query(&writer)
          }
          writer.array("u") { writer in
            writer.document(at: 0) { $0.document("$set", set) }
          }
        }
      }
    }
  }
}
