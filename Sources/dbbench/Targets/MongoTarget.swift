import BenchmarkKit
import InstructorStore

/// A database on a MongoDB server. Stand-in until the backend has its maintenance calls.
struct MongoTarget: BenchmarkTarget {
  static let kind = TargetKind(name: "mongo", displayName: "MongoDB") { url, schema in
    MongoTarget(url: url, schema: schema)
  }

  let url: String
  let schema: String
  var name: String { "mongo" }
  var displayName: String { "MongoDB" }

  private var missing: BenchmarkFailure {
    BenchmarkFailure(.unavailable, "this build has no MongoDB backend yet; use --backends memory,memory.")
  }

  func inspect() async throws -> TargetState { throw missing }
  func prepare() async throws { throw missing }
  func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend {
    throw StoreError(.internalError, operation: "open", backend: name, reason: "not built yet")
  }
  func settle() async throws { throw missing }
  func environment() async throws -> [String: String] { throw missing }
  func remove() async throws { throw missing }
}
