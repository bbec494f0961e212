import Synchronization

/// Something that happens once, on any thread.
public final class Flag: Sendable {
  private let raised = Atomic<Bool>(false)

  public init() {}

  public var isRaised: Bool { raised.load(ordering: .acquiring) }
  public func raise() { raised.store(true, ordering: .releasing) }

  /// - Parameter what: What is waited for, for the error of ``waitUntil(_:within:_:)``.
  public func wait(_ what: @autoclosure () -> String) async throws {
    try await waitUntil(what()) { isRaised }
  }
}
