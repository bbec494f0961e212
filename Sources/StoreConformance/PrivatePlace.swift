public import InstructorStore

/// A store that one case has for itself, empty and migrated unless the case asked otherwise.
///
/// Handles are closed and the place is removed when the case is over, whether it passed or not.
public actor PrivatePlace {
  public nonisolated let store: any StorageBackend
  private let namespace: any StoreNamespace
  private var handles: [any StorageBackend]

  init(namespace: any StoreNamespace) async throws {
    self.namespace = namespace
    store = try await namespace.openStore()
    handles = [store]
  }

  public nonisolated var instructors: any InstructorRepository { store.instructors }

  /// Another handle on the same data.
  public func openStore() async throws -> any StorageBackend {
    let handle = try await namespace.openStore()
    handles.append(handle)
    return handle
  }

  func remove() async throws {
    for handle in handles { await handle.close() }
    try await namespace.remove()
  }
}
