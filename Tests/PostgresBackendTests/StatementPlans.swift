import DriverKit
import InstructorStore

@testable import PostgresBackend

extension PostgresTestServer {
  /// The plan the server makes for the statement: one for any arguments, or one for these.
  static func plan(
    _ statement: Statement, _ arguments: String, isGeneric: Bool, _ store: PostgresStore
  ) async throws -> String {
    try await store.pool.lease(store.call("test"), .read) { (connection, call) throws(StoreError) in
      let mode = isGeneric ? "force_generic_plan" : "force_custom_plan"
      try connection.simple(call, "SET plan_cache_mode = \(mode)")
      try connection.simple(call, "PREPARE explained AS \(statement.sql)")
      var lines: [String] = []
      try connection.text(
        call, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) EXECUTE explained(\(arguments))"
      ) {
        for row in 0..<$0.rowCount { lines.append((try? $0.text(row, 0)) ?? "") }
      }
      try connection.simple(call, "DEALLOCATE explained")
      try connection.simple(call, "RESET plan_cache_mode")
      return lines.joined(separator: "\n")
    }
  }
}
