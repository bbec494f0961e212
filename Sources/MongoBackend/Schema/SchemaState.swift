import DriverKit
import InstructorStore

/// What the schema document says: `{_id: "schema", version, oldestCode, loading?: {holder, until, wasEmpty, code, name?}}`.
struct SchemaState {
  static let documentID: StaticString = "schema"

  /// `nil` where there is no such document: nobody has migrated this database.
  var version: Int64?
  var oldestCode: Int64 = 0
  var loading: Loading?

  /// A bulk load that is under way, or whose process has died.
  struct Loading {
    var holder = ""
    /// Whether the collections were empty when it began, so that their indexes are gone and their rows may be removed.
    var wasEmpty = false
    /// The schema version of the code that loads.
    var code: Int64 = 1
    /// When it counts as dead, by the server's clock.
    var until: Int64 = 0
    /// Of a load that can be gone on with.
    var name: String?

    /// What may be removed where that was so.
    var collections: [CollectionDefinition] { code < 2 ? [.instructors] : CollectionDefinition.all }
  }

  init() {}

  init(_ document: UnsafeRawBufferPointer) throws(CorruptDocument) {
    var reader = BSONReader(document)
    while let field = try reader.next() {
      if field.isNamed("version") { version = try field.int64() }
      if field.isNamed("oldestCode") { oldestCode = try field.int64() }
      guard field.isNamed("loading"), let marker = field.nested else { continue }
      var loading = Loading()
      var fields = BSONReader(marker)
      while let field = try fields.next() {
        if field.isNamed("holder") { loading.holder = try field.text() }
        if field.isNamed("code") { loading.code = try field.int64() }
        if field.isNamed("until") { loading.until = try field.date() }
        if field.isNamed("name") { loading.name = try field.text() }
        if field.isNamed("wasEmpty") { loading.wasEmpty = field.number != 0 }
      }
      self.loading = loading
    }
  }

  /// Throws `schemaMismatch` unless this code can work with the database now.
  func verify(_ call: CallContext) throws(StoreError) {
    try verifyVersion(call)
    if loading != nil { throw call.error(.schemaMismatch, "a bulk load is under way or was interrupted") }
  }

  /// The same without regard to a load.
  func verifyVersion(_ call: CallContext) throws(StoreError) {
    guard let version else {
      throw call.error(.schemaMismatch, "the database has no schema; call migrate()")
    }
    guard oldestCode <= SchemaVersion.current else {
      throw call.error(.schemaMismatch, "the schema is newer than this code; update the code")
    }
    guard version >= SchemaVersion.current else {
      throw call.error(.schemaMismatch, "the schema is older than this code; call migrate()")
    }
  }
}

extension MongoConnection {
  func readSchema(_ call: MongoCall) throws(CommandFailure) -> SchemaState {
    var state = SchemaState()
    try find(Collections.schema, .majorityRead, call, limit: 1) { writer in
      writer.document("filter") { $0.append("_id", SchemaState.documentID) }
    } each: { (document) throws(CorruptDocument) in
      state = try SchemaState(document)
    }
    return state
  }
}
