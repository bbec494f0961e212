@testable import EphemeralServers

/// One answer from PostgreSQL through psql of the server's own folder; `nil` if the statement fails.
func psql(_ url: String, _ server: RunningServer, _ sql: String) async -> String? {
  let program = server.binaryPath.dropLast("postgres".count) + "psql"
  return await ServerLocator.firstLine(
    of: String(program), [url, "-XAtq", "-w", "-v", "ON_ERROR_STOP=1", "-c", sql])
}

/// The reply to one command, through the unix socket.
func mongo(
  _ server: RunningServer, _ command: BSONDocument, within: Duration = .seconds(10)
) async throws -> BSONDocument? {
  try await MongoConnection(socketPath: server.socketPath)?.run(command, deadline: .now + within)
}

/// Inserts a document and waits until it is in the journal; returns how many were inserted.
func mongoInsert(_ server: RunningServer, id: Int32) async throws -> Int? {
  try await mongo(
    server,
    [
      "insert": .string("probe"),
      "documents": .array(["0": .document(["_id": .int32(id)])]),
      "writeConcern": .document(["w": .string("majority"), "j": .bool(true)]),
    ])?.int("n")
}

func mongoCount(_ server: RunningServer) async throws -> Int? {
  try await mongo(server, ["count": .string("probe")])?.int("n")
}

extension BSONDocument {
  func document(_ name: String) -> BSONDocument? {
    if case .document(let value)? = self[name] { value } else { nil }
  }
}
