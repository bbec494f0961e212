import DriverKit
package import InstructorStore

/// How the server ran one statement.
package struct PostgresExplanation: Sendable {
  package var sql: String
  /// As literals, in the order of their numbers.
  package var parameters: [String]
  /// Whether the session's plan is one for any parameters. It makes that after five executions if it seems as good.
  package var isGeneric: Bool
  /// What `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` says; `nil` where it can't be asked.
  package var plan: String?
}

/// A store over one connection whose statements can be explained: the very statements that calls send, prepared as they are,
/// with their real parameters, by the plan that the session has for them.
///
/// Needs no more rights than the store itself. Calls must not overlap.
package final class PostgresExplainer: Sendable {
  package let store: PostgresStore
  private let recorder: StatementRecorder

  private init(_ store: PostgresStore, _ recorder: StatementRecorder) {
    self.store = store
    self.recorder = recorder
  }

  /// - Parameter options: Of the store; it gets one connection, and calls are sent one by one.
  package static func open(_ connection: String, options: PostgresOptions) async throws(StoreError)
    -> PostgresExplainer
  {
    let recorder = StatementRecorder()
    var options = options
    options.connections = 1
    options.dispatch = .direct
    options.recorder = recorder
    return PostgresExplainer(try await PostgresStore.open(connection, options: options), recorder)
  }

  package func close() async { await store.close() }

  /// From now on statements are taken down.
  package func beginRecording() { recorder.begin() }

  /// Runs the statements recorded since then again, in their order and in one transaction, which is undone.
  ///
  /// The store's look at its own schema is left out: it is made every few seconds, by no call in particular.
  ///
  /// - Parameter restoring: Makes the data what it was when the recording began.
  package func explainRecorded(restoring: () async throws -> Void) async throws -> [PostgresExplanation] {
    let entries = recorder.end().filter { $0.statement.number != PostgresSchema.state.number }
    try await restoring()
    return try await store.pool.lease(
      store.call("explain"), .write, timeout: StoreTimeout.defaultForMaintenance
    ) {
      (connection, call) throws(StoreError) in
      try connection.undone(call) { () throws(StoreError) in
        try connection.simple(call, "SET LOCAL standard_conforming_strings = on")
        var all: [PostgresExplanation] = []
        for entry in entries { all.append(try Self.explain(entry, connection, call)) }
        return all
      }
    }
  }

  private static func explain(
    _ entry: StatementRecorder.Entry, _ connection: PostgresConnection, _ call: PostgresConnection.Call
  ) throws(StoreError) -> PostgresExplanation {
    let name = entry.statement.name
    let types = try prepared(name, connection, call).types
    let literals = zip(entry.parameters, types).map { ParameterLiteral.text($0, $1) }
    var explanation = PostgresExplanation(
      sql: entry.statement.sql, parameters: literals.map { $0 ?? "?" }, isGeneric: false)
    guard types.count == entry.parameters.count, !literals.contains(nil) else { return explanation }
    let arguments = literals.isEmpty ? "" : "(\(explanation.parameters.joined(separator: ", ")))"
    try connection.text(call, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE \(name)\(arguments)") {
      result in
      explanation.plan = result.rowCount == 1 ? try? result.text(0, 0) : nil
    }
    explanation.isGeneric = try prepared(name, connection, call).isGeneric
    return explanation
  }

  private static func prepared(
    _ name: String, _ connection: PostgresConnection, _ call: PostgresConnection.Call
  ) throws(StoreError) -> (types: [String], isGeneric: Bool) {
    var types: [String] = []
    var isGeneric = false
    try connection.text(
      call,
      "SELECT array_to_string(parameter_types::text[], ','), generic_plans > 0 FROM pg_prepared_statements WHERE name = $1",
      name
    ) { result in
      guard result.rowCount == 1 else { return }
      types = ((try? result.text(0, 0)) ?? "").split(separator: ",").map(String.init)
      isGeneric = (try? result.boolean(0, 1)) ?? false
    }
    return (types, isGeneric)
  }
}
