import CLibMongoC
import DriverKit
import InstructorStore

@testable import MongoBackend

extension MongoStore {
  /// Runs a command on the store's own database, past everything the store checks, and returns its reply as JSON.
  @discardableResult
  func command(
    onAdmin: Bool = false, _ build: @escaping @Sendable (inout BSONWriter) -> Void
  ) async throws(StoreError) -> String {
    try await core.pool.lease(core.call("test"), .write) { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in
        let reply = try connection.run(.bare, call, onAdmin: onAdmin, build)
        let parts: ReplyParts
        do throws(CorruptDocument) { parts = try reply.parts() } catch { throw CommandFailure(error) }
        try connection.check(parts)
        return reply.json
      }
    }
  }

  func dropDatabase() async throws(StoreError) {
    try await command { $0.append("dropDatabase", Int32(1)) }
  }
}

extension Reply {
  var json: String {
    guard let document = bson_new_from_data(bytes.baseAddress, bytes.count) else { return "" }
    defer { bson_destroy(document) }
    var length = 0
    guard let text = bson_as_relaxed_extended_json(document, &length) else { return "" }
    defer { bson_free(text) }
    return String(cString: text)
  }
}
