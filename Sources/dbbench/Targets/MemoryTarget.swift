import BenchmarkKit
import InstructorStore
import Synchronization

/// The in-memory store as a target: no server, nothing to clean up. It shows what the harness itself costs.
final class MemoryTarget: BenchmarkTarget {
  static let kind = TargetKind(name: "memory", displayName: "Memory") { _, _, _ in
    MemoryTarget()
  }

  var name: String { "memory" }
  var displayName: String { "Memory" }
  private let data = Mutex<InMemoryStore?>(nil)

  func inspect() async throws -> TargetState { data.withLock { $0 == nil ? .absent : .ownedByDbbench } }

  func prepare() async throws { data.withLock { $0 = InMemoryStore() } }

  func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend {
    guard let store = data.withLock({ $0?.makeHandle() }) else {
      throw StoreError(
        .schemaMismatch, operation: "open", backend: name, reason: "the target was not prepared")
    }
    return store
  }

  func settle() async throws {}

  func environment() async throws -> [String: String] { ["durability": "none", "version": "in process"] }

  func remove() async throws { data.withLock { $0 = nil } }
}
