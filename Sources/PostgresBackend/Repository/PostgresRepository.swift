import DriverKit
import InstructorStore

/// How often a write is run that changed nothing for a reason that had gone when it was looked for.
private let unexplainedWriteAttempts = 8

/// What the repositories have in common: the checks that come first, and how their units run.
protocol PostgresRepository: Sendable {
  var pool: ConnectionPool<PostgresDriver> { get }
  var model: PostgresDataModel { get }
}

extension PostgresRepository {
  typealias Connection = PostgresConnection
  typealias Call = PostgresConnection.Call

  func context(_ operation: StaticString) throws(StoreError) -> CallContext {
    let context = CallContext(backend: model.backend, operation: operation)
    try pool.admit(context)
    return context
  }

  /// Leases a session whose schema has been looked at. A unit of which nothing was applied because others got in
  /// its way starts again, a bounded number of times and not past its deadline.
  func lease<Value: Sendable>(
    _ context: CallContext, _ effect: CallEffect,
    _ body: @escaping @Sendable (Connection, Call) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await pool.lease(context, effect) { (connection, call) throws(StoreError) in
      try PostgresStore.requireSchema(connection, call)
      return try connection.retrying(call) { () throws(StoreError) in try body(connection, call) }
    }
  }

  /// Runs a conditional write until it changes something or there is a reason why it doesn't.
  ///
  /// - Parameters:
  ///   - id: What it is about.
  ///   - write: `nil` where it changed nothing.
  ///   - explain: Looks at what is stored and throws what keeps `write` from changing it. Where nothing does, the reason
  ///     went away meanwhile, and the write is run again.
  static func attempt<Value>(
    on id: some EntityIdentifier, _ call: Call, _ write: () throws(StoreError) -> Value?,
    elseFail explain: () throws(StoreError) -> Void
  ) throws(StoreError) -> Value {
    call.noteEntity(id.rawValue)
    for _ in 0..<unexplainedWriteAttempts {
      if let value = try write() { return value }
      try explain()
    }
    throw call.context.error(.contended, "what was to be changed kept changing", entityID: call.entityID)
  }
}
