import Foundation
import InstructorStore

@testable import MongoBackend

/// What the server says it did for one command, as its profiler wrote it down.
struct Profile: Decodable {
  var op: String
  var planSummary: String?
  var keysExamined: Int?
  var docsExamined: Int?
  var nreturned: Int?
  var hasSortStage: Bool?

  /// Runs `body` and returns the profile of what it sent to one collection.
  static func take(
    of collection: StaticString, _ store: MongoStore, _ body: () async throws -> Void
  ) async throws -> [Profile] {
    try await store.command { $0.append("profile", Int32(0)) }
    _ = try? await store.command { $0.append("drop", "system.profile" as StaticString) }
    try await store.command { writer in
      writer.append("profile", Int32(2))
      writer.append("slowms", Int32(0))
    }
    try await body()
    try await store.command { $0.append("profile", Int32(0)) }
    let namespace = "\(store.core.database).\(collection)"
    let json = try await store.command { writer in
      writer.append("find", "system.profile" as StaticString)
      writer.document("filter") { $0.append("ns", namespace) }
      writer.append("batchSize", Int32(10_000))
    }
    struct Answer: Decodable {
      struct Cursor: Decodable { var firstBatch: [Profile] }
      var cursor: Cursor
    }
    return try JSONDecoder().decode(Answer.self, from: Data(json.utf8)).cursor.firstBatch
  }
}
