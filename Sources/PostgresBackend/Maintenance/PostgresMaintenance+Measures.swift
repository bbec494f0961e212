import DriverKit
package import InstructorStore

/// How large a table is, and how much is in it.
package struct PostgresTableSize: Sendable {
  package var name: String
  /// `nil` where they were not counted.
  package var rows: Int64?
  /// With what is stored out of line, and the maps.
  package var tableBytes: Int64
  package var indexBytes: Int64
}

extension PostgresMaintenance {
  /// What the server has counted since it was started, by name.
  ///
  /// A session hands its counts over once a second at the most, and when it ends; so they are complete only where no other
  /// session of the store is there: see ``awaitQuiet(atMost:)``.
  package func counters() async throws(StoreError) -> [String: Int64] {
    try await session("counters", .read) { (connection, call) throws(StoreError) in
      let names = [
        "wal_records", "wal_fpi", "wal_bytes", "wal_sync", "xact_commit", "blks_read", "wal_position",
      ]
      var counters: [String: Int64] = [:]
      try connection.text(
        call,
        """
        SELECT wal_records::bigint, wal_fpi::bigint, wal_bytes::bigint, wal_sync::bigint, xact_commit::bigint,
            blks_read::bigint, (pg_current_wal_insert_lsn() - '0/0')::bigint
          FROM pg_stat_wal, pg_stat_database WHERE datname = current_database()
        """
      ) { result in
        guard result.rowCount == 1 else { return }
        for (column, name) in names.enumerated() { counters[name] = try? result.integer(0, column) }
      }
      return counters
    }
  }

  /// How many bytes of the log between two positions (`wal_position` of ``counters()``) are images of whole pages.
  ///
  /// The server reads its log again, with the extension `pg_walinspect`. Where that is not there it is made in a transaction
  /// that is undone, so that nothing of it stays.
  ///
  /// - Returns: `nil` where the server has no such extension (before 15, or not installed), the user may not, or that part of
  ///   the log is gone.
  package func imageBytes(from first: Int64, to last: Int64) async throws(StoreError) -> Int64? {
    guard first < last else { return 0 }
    let ownSchema = PostgresSchema.quoted(schema)
    return try await session("imageBytes", .write) { (connection, call) throws(StoreError) -> Int64? in
      do throws(StoreError) {
        return try connection.undone(call) { () throws(StoreError) -> Int64? in
          try connection.simple(call, "CREATE EXTENSION IF NOT EXISTS pg_walinspect SCHEMA \(ownSchema)")
          var place = ""
          try connection.text(
            call,
            """
            SELECT nspname::text FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
              WHERE extname = 'pg_walinspect'
            """
          ) { place = (try? $0.text(0, 0)) ?? "" }
          var bytes: Int64?
          // Only what is flushed can be read.
          try connection.text(
            call,
            """
            SELECT coalesce(sum(fpi_size), 0)::bigint FROM \(PostgresSchema.quoted(place)).pg_get_wal_stats(
                '0/0'::pg_lsn + \(first), least('0/0'::pg_lsn + \(last), pg_current_wal_flush_lsn()))
            """
          ) { bytes = try? $0.integer(0, 0) }
          return bytes
        }
      } catch {
        // Whatever the server has against it; but not that it is gone, or the caller.
        switch error.code {
        case .cancelled, .unreachable, .timeout: throw error
        default: return nil
        }
      }
    }
  }

  /// What the server has handed to the system for writing, log and pages of whatever database; `nil` where it is of a
  /// version that counts its pages elsewhere (17).
  ///
  /// Not what the system's files count: a page of the log that is flushed ten times is written once here, and no whole
  /// folios or blocks of the file system are counted for a part of one.
  package func writtenBytes() async throws(StoreError) -> Int64? {
    try await session("writtenBytes", .read) { (connection, call) throws(StoreError) in
      var isCounted = false
      try connection.text(call, "SELECT to_regclass('pg_catalog.pg_stat_checkpointer') IS NULL") {
        isCounted = (try? $0.boolean(0, 0)) ?? false
      }
      guard isCounted else { return nil }
      var bytes: Int64?
      try connection.text(
        call,
        """
        SELECT (pg_current_wal_lsn() - '0/0')::bigint
            + (buffers_checkpoint + buffers_clean + buffers_backend) * current_setting('block_size')::bigint
          FROM pg_stat_bgwriter
        """
      ) { bytes = try? $0.integer(0, 0) }
      return bytes
    }
  }

  /// Returns when no session of this library's is left in the database but this one: those of a store that was just closed
  /// take a moment to end. Gives up in the end, as others may use the library there too.
  package func awaitQuiet(atMost limit: Duration = .seconds(2)) async throws(StoreError) {
    let deadline = Deadline.after(limit)
    try await session("awaitQuiet", .read) { (connection, call) throws(StoreError) in
      var others: Int64 = 1
      while others > 0, !deadline.hasPassed, !call.isAbandoned {
        try connection.text(
          call, "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01) WHERE \(Self.isOtherSession)"
        ) { others = (try? $0.integer(0, 0)) ?? 0 }
      }
    }
  }

  /// Every table of the schema.
  ///
  /// - Parameter countingRows: Takes as long as reading them all.
  package func sizes(countingRows: Bool = true) async throws(StoreError) -> [PostgresTableSize] {
    let schema = schema
    return try await session("sizes", .read) { (connection, call) throws(StoreError) in
      var sizes: [PostgresTableSize] = []
      try connection.text(
        call,
        """
        SELECT c.relname::text, pg_table_size(c.oid), pg_indexes_size(c.oid) FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY c.relname
        """, schema
      ) { result in
        for row in 0..<result.rowCount {
          guard let name = try? result.text(row, 0), let table = try? result.integer(row, 1),
            let index = try? result.integer(row, 2)
          else { continue }
          sizes.append(PostgresTableSize(name: name, rows: nil, tableBytes: table, indexBytes: index))
        }
      }
      for position in sizes.indices where countingRows {
        let table = "\(PostgresSchema.quoted(schema)).\(PostgresSchema.quoted(sizes[position].name))"
        try connection.text(call, "SELECT count(*) FROM \(table)") {
          sizes[position].rows = try? $0.integer(0, 0)
        }
      }
      return sizes
    }
  }
}
