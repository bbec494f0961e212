import DriverKit
package import InstructorStore

/// What benchmarks and tests do with a whole schema. Not for services.
///
/// A schema made here carries a mark (its comment). ``remove()`` and ``create()`` touch no schema without it, none that holds
/// tables of somebody else's, and nothing outside it.
package struct PostgresMaintenance: Sendable {
  package enum SchemaState: Sendable, Equatable {
    case absent
    case marked
    /// Made by somebody else, or holding tables of somebody else's; the names of some of them.
    case foreign([String])
  }

  private static let mark = "created by dbbench"
  private static let namesToShow = 3

  private let connection: String
  let schema: String
  let model: PostgresDataModel
  private let isDurable: Bool

  /// - Parameters:
  ///   - dataModel: As the store's own option.
  ///   - isDurable: The same: what ``settings()`` reports are those of such a store's sessions.
  package init(
    _ connection: String, schema: String, dataModel: PostgresDataModel = .relational, isDurable: Bool = true
  ) {
    self.connection = connection
    self.schema = schema
    model = dataModel
    self.isDurable = isDurable
  }

  package func state() async throws(StoreError) -> SchemaState {
    let schema = schema
    return try await session("inspect", .read) { (connection, call) throws(StoreError) in
      try Self.state(of: schema, connection, call)
    }
  }

  /// Whether a bulk load into the schema was interrupted that can be gone on with.
  package func hasInterruptedLoad() async throws(StoreError) -> Bool {
    let table = "\(PostgresSchema.quoted(schema)).\(LoadProgress.table)"
    return try await session("inspect", .read) { (connection, call) throws(StoreError) in
      var isThere = false
      try connection.text(call, "SELECT to_regclass($1) IS NOT NULL", table) {
        isThere = (try? $0.boolean(0, 0)) ?? false
      }
      return isThere
    }
  }

  /// Makes the schema, empty and marked; a marked one that is there is removed first.
  package func create() async throws(StoreError) {
    let schema = schema
    try await session("create", .write) { (connection, call) throws(StoreError) in
      try Self.removeMarked(schema, connection, call)
      let name = PostgresSchema.quoted(schema)
      try connection.transaction(call) { () throws(StoreError) in
        try connection.simple(call, "CREATE SCHEMA \(name)")
        try connection.simple(call, "COMMENT ON SCHEMA \(name) IS '\(Self.mark)'")
      }
    }
  }

  /// Removes the schema with all that is in it, if it carries the mark.
  package func remove() async throws(StoreError) {
    let schema = schema
    try await session("remove", .write) { (connection, call) throws(StoreError) in
      try Self.removeMarked(schema, connection, call)
    }
  }

  /// Brings fresh tables into the state of ones that have been there for a while.
  ///
  /// - Parameter gatheringStatistics: Not for tables that only changed a little.
  package func settle(gatheringStatistics: Bool = true) async throws(StoreError) {
    let tables = PostgresSchema.dataTables(model)
    let vacuum = gatheringStatistics ? "VACUUM (ANALYZE)" : "VACUUM"
    try await session("settle", .write) { (connection, call) throws(StoreError) in
      for table in tables { try connection.simple(call, "\(vacuum) \(table)") }
      // A user of somebody else's server may not be allowed to.
      do throws(StoreError) {
        try connection.simple(call, "CHECKPOINT")
      } catch {
        guard error.code == .authenticationFailed else { throw error }
      }
    }
  }

  /// The server's version and the settings that decide what a result means, as the server itself tells them.
  package func settings() async throws(StoreError) -> [String: String] {
    let names = [
      "server_version", "fsync", "full_page_writes", "synchronous_commit", "wal_level", "shared_buffers",
      "max_connections", "jit", "max_parallel_workers_per_gather", "plan_cache_mode", "checkpoint_timeout",
      "max_wal_size", "huge_pages", "autovacuum", "default_transaction_isolation", "ssl",
      "effective_cache_size", "wal_compression", "block_size", "default_toast_compression", "data_directory",
      "data_checksums",
    ]
    return try await session("settings", .read) { (connection, call) throws(StoreError) in
      var settings: [String: String] = [:]
      let list = names.map { "'\($0)'" }.joined(separator: ", ")
      try connection.text(
        call, "SELECT name::text, current_setting(name)::text FROM pg_settings WHERE name IN (\(list))"
      ) { result in
        for row in 0..<result.rowCount {
          if let name = try? result.text(row, 0), let value = try? result.text(row, 1) {
            settings[name] = value
          }
        }
      }
      return settings
    }
  }

  // MARK: Steps

  func session<Value: Sendable>(
    _ operation: StaticString, _ effect: CallEffect,
    _ body: @escaping @Sendable (PostgresConnection, PostgresConnection.Call) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let store = try await PostgresStore.open(
      connection,
      options: PostgresOptions(
        schema: schema, dataModel: model, connections: 1, timeout: .seconds(600), isDurable: isDurable))
    let result: Result<Value, StoreError>
    do throws(StoreError) {
      result = .success(try await store.pool.lease(store.call(operation), effect, body))
    } catch {
      result = .failure(error)
    }
    await store.close()
    return try result.get()
  }

  private static func removeMarked(
    _ schema: String, _ connection: PostgresConnection, _ call: PostgresConnection.Call
  ) throws(StoreError) {
    switch try state(of: schema, connection, call) {
    case .absent: return
    case .foreign: throw call.context.error(.conflict, "the schema holds somebody else's objects")
    case .marked:
      let name = PostgresSchema.quoted(schema)
      // One by one and never with what depends on them: that would be somebody else's.
      try connection.transaction(call) { () throws(StoreError) in
        for table in PostgresSchema.tables {
          try connection.simple(call, "DROP TABLE IF EXISTS \(name).\(table)")
        }
        for function in PostgresSchema.functions {
          try connection.simple(call, "DROP FUNCTION IF EXISTS \(name).\(function)")
        }
        try connection.simple(call, "DROP SCHEMA \(name)")
      }
    }
  }

  /// Within a schema that carries the mark, these tables are the store's.
  private static let ownTables = PostgresSchema.tables.map { "'\($0)'" }.joined(separator: ", ")

  private static func state(
    of schema: String, _ connection: PostgresConnection, _ call: PostgresConnection.Call
  ) throws(StoreError) -> SchemaState {
    var state = SchemaState.absent
    try connection.text(
      call,
      """
      SELECT coalesce(obj_description(n.oid, 'pg_namespace') = '\(mark)', false),
          ARRAY(SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
              AND NOT (c.relkind = 'r' AND c.relname IN (\(ownTables))
                AND coalesce(obj_description(n.oid, 'pg_namespace') = '\(mark)', false))
            ORDER BY c.relname LIMIT \(namesToShow))::text
        FROM pg_namespace n WHERE n.nspname = $1
      """, schema
    ) { result in
      guard result.rowCount == 1 else { return }
      let isMarked = (try? result.boolean(0, 0)) ?? false
      let names = ((try? result.text(0, 1)) ?? "").dropFirst().dropLast().split(separator: ",").map(
        String.init)
      state = isMarked && names.isEmpty ? .marked : .foreign(names)
    }
    return state
  }
}
