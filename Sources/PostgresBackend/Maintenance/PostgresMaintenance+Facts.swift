import DriverKit
package import InstructorStore

extension PostgresMaintenance {
  /// About the session that asks: what a store's sessions are like.
  package struct SessionFacts: Sendable {
    /// A process of the server that outlives the session, where the user may know one.
    package var processID: Int?
    package var sharedBufferBytes: Int?
    package var usesTLS: Bool?
    /// `nil` over a unix socket.
    package var serverAddress: String?
    /// Of a transaction of the session, for example `read committed`.
    package var isolation: String?
  }

  package func sessionFacts() async throws(StoreError) -> SessionFacts {
    try await session("sessionFacts", .read) { (connection, call) throws(StoreError) in
      var facts = SessionFacts()
      try connection.text(
        call,
        """
        SELECT (SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'checkpointer'), ssl,
            host(inet_server_addr()), pg_size_bytes(current_setting('shared_buffers')),
            current_setting('transaction_isolation')
          FROM pg_stat_ssl WHERE pid = pg_backend_pid()
        """
      ) { result in
        guard result.rowCount == 1 else { return }
        facts.processID = (try? result.optionalInteger(0, 0)).flatMap { $0.map { Int($0) } }
        facts.sharedBufferBytes = (try? result.integer(0, 3)).map { Int($0) }
        facts.usesTLS = try? result.boolean(0, 1)
        facts.serverAddress = try? result.optionalText(0, 2)
        facts.isolation = try? result.text(0, 4)
      }
      return facts
    }
  }

  /// How many sessions of this library's are open in the database, the one that asks left out.
  package func openSessions() async throws(StoreError) -> Int {
    try await session("openSessions", .read) { (connection, call) throws(StoreError) in
      var count: Int64 = 0
      try connection.text(call, "SELECT count(*) FROM pg_stat_activity WHERE \(Self.isOtherSession)") {
        count = (try? $0.integer(0, 0)) ?? 0
      }
      return Int(count)
    }
  }

  /// Others may use the library in the database too; their sessions can't be told apart.
  static let isOtherSession = """
    datname = current_database() AND pid <> pg_backend_pid()
      AND application_name = current_setting('application_name') AND backend_type = 'client backend'
    """

  /// How closely the order of the rows on disk is that of the ids, by table: 1 where it is the same, 0 where there is no
  /// relation, as the last `ANALYZE` found.
  package func idOrder() async throws(StoreError) -> [(table: String, correlation: Double)] {
    let schema = schema
    return try await session("idOrder", .read) { (connection, call) throws(StoreError) in
      var found: [(table: String, correlation: Double)] = []
      try connection.text(
        call,
        """
        SELECT tablename::text, (correlation * 1000)::bigint FROM pg_stats
          WHERE schemaname = $1 AND attname = 'id' AND correlation IS NOT NULL ORDER BY tablename
        """, schema
      ) { result in
        for row in 0..<result.rowCount {
          guard let table = try? result.text(row, 0), let thousandths = try? result.integer(row, 1) else {
            continue
          }
          found.append((table, Double(thousandths) / 1_000))
        }
      }
      return found
    }
  }

  /// Bytes of some of the rows of a table, as text, and of the same as the server compresses it.
  package struct CompressedSample: Sendable {
    package var table: String
    package var plainBytes: Int
    package var compressedBytes: Int
  }

  /// How far the data could be compressed with the method for large values (`default_toast_compression`), where
  /// ``rowsTogether`` rows are compressed together. Rows of this size are not compressed by themselves.
  ///
  /// Empty where the user may make no temporary tables.
  package func compressibility() async throws(StoreError) -> [CompressedSample] {
    let schema = PostgresSchema.quoted(schema)
    // The others' rows are a few numbers.
    let tables = PostgresSchema.dataTables(model).filter {
      ["instructors", "instructor_documents", "reviewers", "reviews"].contains($0)
    }
    return try await session("compressibility", .write) { (connection, call) throws(StoreError) in
      do throws(StoreError) {
        return try connection.transaction(call) { () throws(StoreError) in
          try connection.simple(
            call, "CREATE TEMPORARY TABLE dbbench_sample (number int, piece text) ON COMMIT DROP")
          for (number, table) in tables.enumerated() {
            try connection.simple(
              call,
              """
              INSERT INTO dbbench_sample SELECT \(number), string_agg(line, '') FROM (
                  SELECT t::text AS line, row_number() OVER () / \(Self.rowsTogether) AS piece
                    FROM \(schema).\(PostgresSchema.quoted(table)) AS t LIMIT \(Self.rowsToSample)) AS lines
                GROUP BY piece
              """)
          }
          var samples: [CompressedSample] = []
          try connection.text(
            call,
            """
            SELECT number::bigint, sum(octet_length(piece))::bigint, sum(pg_column_size(piece))::bigint
              FROM dbbench_sample GROUP BY number ORDER BY number
            """
          ) { result in
            for row in 0..<result.rowCount {
              guard let number = try? result.integer(row, 0), let plain = try? result.integer(row, 1),
                let compressed = try? result.integer(row, 2), tables.indices.contains(Int(number))
              else { continue }
              samples.append(
                CompressedSample(
                  table: tables[Int(number)], plainBytes: Int(plain), compressedBytes: Int(compressed)))
            }
          }
          return samples
        }
      } catch {
        guard error.code == .authenticationFailed else { throw error }
        return []
      }
    }
  }

  /// About as much as a block of MongoDB's before it is compressed, 32 kB.
  package static let rowsTogether = 100
  private static let rowsToSample = 2_000
}
