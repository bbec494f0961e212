import CLibPQ
import DriverKit
public import InstructorStore

extension PostgresStore {
  /// How long a session believes its last look at the schema's state.
  private static let schemaCheckInterval = Duration.seconds(5)

  public func migrate() async throws(StoreError) {
    let context = call("migrate")
    try pool.admit(context)
    let schema = options.schema
    try await pool.lease(
      context, .write, timeout: StoreTimeout.current ?? StoreTimeout.defaultForMaintenance
    ) { (connection, call) throws(StoreError) in
      try connection.transaction(call) { () throws(StoreError) in
        try Self.migrate(connection, call, schema)
      }
      connection.schemaCheck = Deadline(nanoseconds: 0)
    }
  }

  private static func migrate(
    _ connection: PostgresConnection, _ call: PostgresConnection.Call, _ schema: String
  ) throws(StoreError) {
    let model = connection.dataModel
    // One migration at a time per schema and database, in all processes; released at the end of the transaction.
    try connection.text(
      call, "SELECT pg_advisory_xact_lock(hashtextextended('instructor-store ' || $1, 0))", schema
    ) { _ in }
    var hasSchema = false
    var hasState = false
    try connection.text(
      call,
      "SELECT to_regnamespace($1) IS NOT NULL, to_regclass($1 || '.schema_state') IS NOT NULL",
      PostgresSchema.quoted(schema)
    ) { result in
      hasSchema = (try? result.boolean(0, 0)) ?? false
      hasState = (try? result.boolean(0, 1)) ?? false
    }
    if !hasSchema { try connection.simple(call, "CREATE SCHEMA \(PostgresSchema.quoted(schema))") }
    var version: Int64 = 0
    if hasState {
      let state = try state(connection, call)
      try check(state, of: model, call.context, acceptsOlder: true)
      version = state.version
    }
    for migration in PostgresSchema.migrations(model).dropFirst(Int(clamping: version)) {
      for statement in migration { try connection.simple(call, statement) }
    }
    guard version < PostgresSchema.version else { return }
    try connection.simple(
      call,
      """
      INSERT INTO schema_state (version, oldest_code, model)
        VALUES (\(PostgresSchema.version), \(PostgresSchema.oldestCode(model)), '\(model.rawValue)')
        ON CONFLICT (singleton) DO UPDATE
          SET version = excluded.version, oldest_code = excluded.oldest_code
      """)
  }

  /// Whether rows are being loaded, kept in the database so that it outlives a crash.
  enum LoadingMarker: String {
    case no
    /// Into tables that were empty.
    case fresh
    /// Into tables that had rows.
    case append
  }

  struct SchemaState {
    var version: Int64
    var oldestCode: Int64
    var loading: LoadingMarker
    /// `nil`: one that this code doesn't know.
    var model: PostgresDataModel?
  }

  static func state(
    _ connection: PostgresConnection, _ call: PostgresConnection.Call
  ) throws(StoreError) -> SchemaState {
    let state = try connection.query(call, PostgresSchema.state, effect: .read) {
      (result: borrowing PostgresResult) throws(DecodingFailure) -> SchemaState? in
      guard result.rowCount == 1 else { return nil }
      return SchemaState(
        version: try result.integer(0, 0), oldestCode: try result.integer(0, 1),
        loading: LoadingMarker(rawValue: try result.text(0, 2)) ?? .append,
        model: PostgresDataModel(rawValue: try result.text(0, 3)))
    }
    guard let state else {
      throw call.context.error(.schemaMismatch, "the schema is incomplete; run migrate()")
    }
    return state
  }

  static func check(
    _ state: SchemaState, of model: PostgresDataModel, _ context: CallContext, acceptsOlder: Bool = false,
    acceptsLoading: Bool = false
  ) throws(StoreError) {
    if state.model != model {
      let found = state.model.map { "'\($0.rawValue)'" } ?? "another one"
      throw context.error(
        .schemaMismatch, "the schema's data model is \(found), the store's is '\(model.rawValue)'")
    }
    if state.loading != .no, !acceptsLoading {
      throw context.error(.schemaMismatch, "a bulk load is under way or was interrupted; load again")
    }
    if state.version < PostgresSchema.version, !acceptsOlder {
      throw context.error(.schemaMismatch, "the schema is older than this code; run migrate()")
    }
    if state.oldestCode > PostgresSchema.version {
      throw context.error(.schemaMismatch, "the schema is newer than this code")
    }
  }

  /// Makes sure that this session's schema is one this code can use, at most every few seconds.
  static func requireSchema(
    _ connection: PostgresConnection, _ call: PostgresConnection.Call
  ) throws(StoreError) {
    guard connection.schemaCheck.hasPassed else { return }
    let found = try call.preparing { () throws(StoreError) in try state(connection, call) }
    try check(found, of: connection.dataModel, call.context)
    connection.schemaCheck = .after(schemaCheckInterval)
  }
}
