public import InstructorStore
import Synchronization

/// The in-memory store as a target: no server, nothing to clean up. It shows what the harness itself costs.
public final class MemoryTarget: BenchmarkTarget {
  public static let kind = TargetKind(name: "memory", displayName: "Memory") { _, _, _ in
    MemoryTarget()
  }

  public init() {}

  public var name: String { Self.kind.name }
  public var displayName: String { Self.kind.displayName }
  private let data = Mutex<InMemoryStore?>(nil)

  public func inspect() async throws -> TargetState {
    data.withLock { $0 == nil ? .absent : .ownedByDbbench }
  }

  public func prepare() async throws { data.withLock { $0 = InMemoryStore() } }

  public func open(_ options: TargetOptions) async throws(StoreError) -> any StorageBackend {
    guard let store = data.withLock({ $0?.makeHandle() }) else {
      throw StoreError(
        .schemaMismatch, operation: "open", backend: name, reason: "the target was not prepared")
    }
    return store
  }

  public func settle() async throws {}

  public func environment() async throws -> [String: String] {
    ["durability": "none", "version": "in process"]
  }

  public func remove() async throws { data.withLock { $0 = nil } }
}
