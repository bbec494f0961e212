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
  }

  package func sessionFacts() async throws(StoreError) -> SessionFacts {
    try await session("sessionFacts", .read) { (connection, call) throws(StoreError) in
      var facts = SessionFacts()
      try connection.text(
        call,
        """
        SELECT (SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'checkpointer'), ssl,
            host(inet_server_addr()), pg_size_bytes(current_setting('shared_buffers'))
          FROM pg_stat_ssl WHERE pid = pg_backend_pid()
        """
      ) { result in
        guard result.rowCount == 1 else { return }
        facts.processID = (try? result.optionalInteger(0, 0)).flatMap { $0.map { Int($0) } }
        facts.sharedBufferBytes = (try? result.integer(0, 3)).map { Int($0) }
        facts.usesTLS = try? result.boolean(0, 1)
        facts.serverAddress = try? result.optionalText(0, 2)
      }
      return facts
    }
  }
}
