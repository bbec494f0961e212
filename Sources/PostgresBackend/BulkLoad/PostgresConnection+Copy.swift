import CLibPQ
import DriverKit
import InstructorStore

extension PostgresConnection {
  /// Runs `body` outside pipeline mode, which knows no COPY.
  func withoutPipeline<Value>(_ call: Call, _ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    guard PQexitPipelineMode(pointer) == 1 else { throw lost(call) }
    // Back to the mode every other call expects, or the session is given up.
    defer { if PQenterPipelineMode(pointer) != 1 { markBroken() } }
    return try body()
  }

  /// Sends one COPY; only inside `withoutPipeline`. Ends when the caller leaves, also while the server doesn't read.
  func copy(_ call: Call, _ command: String, _ bytes: UnsafeRawBufferPointer) throws(StoreError) {
    try plain(call, command, expecting: PGRES_COPY_IN)
    var rest = bytes
    while !rest.isEmpty {
      // libpq takes an Int32 and copies into its own buffer: small pieces keep that small.
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 18))
      switch PQputCopyData(pointer, piece.bindMemory(to: CChar.self).baseAddress, Int32(piece.count)) {
      case 1: rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
      case 0: try waitForSocket(call, toSend: true)
      default: throw lost(call)
      }
      // In non-blocking mode libpq would buffer everything: wait until the server has taken most of it.
      while true {
        let unsent = PQflush(pointer)
        if unsent == 0 { break }
        if unsent < 0 { throw lost(call) }
        try waitForSocket(call, toSend: true)
      }
    }
    while true {
      let ending = PQputCopyEnd(pointer, nil)
      if ending == 1 { break }
      if ending < 0 { throw lost(call) }
      try waitForSocket(call, toSend: true)
    }
    try receive(call, expecting: PGRES_COMMAND_OK)
  }

  /// Runs a command; only inside `withoutPipeline`.
  func plain(
    _ call: Call, _ sql: String, expecting expected: ExecStatusType = PGRES_COMMAND_OK
  ) throws(StoreError) {
    guard PQsendQuery(pointer, sql) == 1 else { throw lost(call) }
    try receive(call, expecting: expected)
  }

  private func receive(_ call: Call, expecting expected: ExecStatusType) throws(StoreError) {
    var failure: StoreError?
    while true {
      try waitForInput(call)
      guard let next = PQgetResult(pointer) else { break }
      let result = PostgresResult(next)
      if result.status == expected {
        // While a COPY is under way libpq gives this result again and again.
        if expected == PGRES_COPY_IN { return }
      } else if failure == nil {
        failure = self.failure(call, result).error
      }
    }
    if let failure { throw failure }
  }
}
