public import InstructorStore

/// A backend under test: what its author supplies.
public protocol ConformanceTarget: Sendable {
  /// For the report, for example `postgres, direct`.
  var name: String { get }

  /// A private, empty place (a schema, a database) in which nothing has been created or migrated yet.
  ///
  /// Cases that need an empty store ask for one each, so it should cost no more than some tens of milliseconds.
  func makeNamespace() async throws -> any StoreNamespace

  /// Stops what the target started, a server for example. Called once, after everything else.
  func shutDown() async
}

extension ConformanceTarget {
  /// Nothing to stop.
  public func shutDown() async {}
}

/// A private place of one or a few cases. All its stores are handles on the same data.
public protocol StoreNamespace: Sendable {
  /// Opens another handle, as another process would. It isn't migrated here. The caller closes it.
  func openStore() async throws -> any StorageBackend

  /// Removes the place with everything in it. Every handle has been closed before.
  func remove() async throws
}

/// ``InMemoryStore`` under test.
public struct InMemoryTarget: ConformanceTarget {
  public let name = "memory"
  public init() {}

  public func makeNamespace() async throws -> any StoreNamespace { Namespace() }

  private struct Namespace: StoreNamespace {
    let origin = InMemoryStore()
    func openStore() async throws -> any StorageBackend { origin.makeHandle() }
    func remove() async throws {}
  }
}
