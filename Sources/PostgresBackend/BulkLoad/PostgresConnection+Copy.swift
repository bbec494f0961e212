import CLibPQ
import DriverKit
import InstructorStore

extension PostgresConnection {
  /// Runs `body` outside pipeline mode, which knows no COPY.
  func withoutPipeline<Value>(_ call: Call, _ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    guard PQexitPipelineMode(pointer) == 1, PQsetnonblocking(pointer, 0) == 0 else { throw lost(call) }
    // Back to the mode every other call expects, or the session is given up.
    defer {
      if PQsetnonblocking(pointer, 1) != 0 || PQenterPipelineMode(pointer) != 1 { markBroken() }
    }
    return try body()
  }

  /// Sends one COPY as a unit of its own; only inside `withoutPipeline`.
  func copy(_ call: Call, _ command: String, _ bytes: UnsafeRawBufferPointer) throws(StoreError) {
    try check(call, PQexec(pointer, command), PGRES_COPY_IN)
    var rest = bytes
    while !rest.isEmpty {
      // libpq takes an Int32 and copies into its own buffer: small pieces keep that small.
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 18))
      guard PQputCopyData(pointer, piece.bindMemory(to: CChar.self).baseAddress, Int32(piece.count)) == 1 else {
        throw lost(call)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
    }
    guard PQputCopyEnd(pointer, nil) == 1 else { throw lost(call) }
    let result = PQgetResult(pointer)
    while let more = PQgetResult(pointer) { PQclear(more) }
    try check(call, result, PGRES_COMMAND_OK)
  }

  /// Runs a command; only inside `withoutPipeline`.
  func blocking(_ call: Call, _ sql: String) throws(StoreError) {
    try check(call, PQexec(pointer, sql), PGRES_COMMAND_OK)
  }

  private func check(_ call: Call, _ result: OpaquePointer?, _ expected: ExecStatusType) throws(StoreError) {
    guard let result else { throw lost(call) }
    let owned = PostgresResult(result)
    guard owned.status != expected else { return }
    guard let state = owned.sqlState else { throw lost(call) }
    let meaning = SQLState.meaning(of: state, constraint: owned.constraintName)
    if meaning.isOutcomeUnknown { markBroken() }
    throw call.context.error(
      meaning.code, meaning.reason, constraint: meaning.constraint,
      underlying: PostgresError(sqlState: state, message: owned.message))
  }
}
