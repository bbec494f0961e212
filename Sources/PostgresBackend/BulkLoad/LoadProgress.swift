import DriverKit
import InstructorStore

/// Which chunks of a load that can be gone on with are in the tables: the rows of a table that is there while such a load
/// is unfinished.
///
/// A chunk's row is written by the transaction that copies the chunk, so both are there or neither, whatever dies. The
/// table belongs to no version of the schema: such a load makes it and its end drops it.
enum LoadProgress {
  static let table = "load_progress"

  typealias Call = PostgresConnection.Call

  struct Chunk: Hashable {
    var source: LoadSource
    /// The number of its first record.
    var first: Int
  }

  /// The name of the load that was interrupted; `nil` where none was that can be gone on with.
  static func name(_ connection: PostgresConnection, _ call: Call) throws(StoreError) -> String? {
    var isThere = false
    try connection.text(call, "SELECT to_regclass(quote_ident(current_schema()) || '.\(table)') IS NOT NULL")
    {
      isThere = (try? $0.boolean(0, 0)) ?? false
    }
    guard isThere else { return nil }
    var name: String?
    try connection.text(call, "SELECT load FROM \(table) WHERE load IS NOT NULL") { result in
      if result.rowCount == 1 { name = try? result.text(0, 0) }
    }
    return name
  }

  static func begin(_ name: String, _ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try remove(connection, call)
    // One row with the load's name, then one a chunk.
    try connection.simple(
      call,
      "CREATE TABLE \(table) (load text, source bigint, first bigint, records bigint, assignments bigint, largest_id bigint)"
    )
    try connection.text(call, "INSERT INTO \(table) (load) VALUES ($1)", name) { _ in }
  }

  static func remove(_ connection: PostgresConnection, _ call: Call) throws(StoreError) {
    try connection.simple(call, "DROP TABLE IF EXISTS \(table)")
  }

  /// The statement that notes a chunk.
  static func note(_ chunk: Chunk, _ totals: LoadPart.Totals) -> String {
    """
    INSERT INTO \(table) (source, first, records, assignments, largest_id) VALUES \
    (\(chunk.source.rawValue), \(chunk.first), \(totals.records), \(totals.assignments), \(totals.largestID))
    """
  }

  /// What was noted.
  static func chunks(_ connection: PostgresConnection, _ call: Call) throws(StoreError)
    -> [Chunk: LoadPart.Totals]
  {
    var chunks: [Chunk: LoadPart.Totals] = [:]
    var isSound = true
    try connection.text(
      call, "SELECT source, first, records, assignments, largest_id FROM \(table) WHERE load IS NULL"
    ) { result in
      for row in 0..<result.rowCount {
        guard let number = try? result.integer(row, 0), let source = LoadSource(rawValue: Int(number)),
          let first = try? result.integer(row, 1), let records = try? result.integer(row, 2),
          let assignments = try? result.integer(row, 3), let largestID = try? result.integer(row, 4)
        else {
          isSound = false
          return
        }
        chunks[Chunk(source: source, first: Int(first))] = LoadPart.Totals(
          records: Int(records), assignments: Int(assignments), largestID: largestID)
      }
    }
    guard isSound else {
      throw call.context.error(.corruptData, "the record of the interrupted load can't be read")
    }
    return chunks
  }
}
