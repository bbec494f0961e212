import Dispatch
import DriverKit
import InstructorStore
import TestSupport

@testable import MongoBackend

/// Connections of a store that are kept busy, so that what is called meanwhile has to wait for them.
final class HeldConnections: Sendable {
  private let mayGoOn = DispatchSemaphore(value: 0)
  private let holders: [Task<Void, any Error>]

  /// Returns when `count` connections are held.
  init(_ count: Int = 1, of store: MongoStore) async throws {
    let held = (0..<count).map { _ in Flag() }
    holders = held.map { [mayGoOn] isHeld in
      Task {
        try await store.core.pool.lease(store.core.call("test"), .read, timeout: .seconds(60)) {
          _, _ throws(StoreError) in
          isHeld.raise()
          mayGoOn.wait()
        }
      }
    }
    for isHeld in held { try await isHeld.wait("a connection is held") }
  }

  /// However a test ends: no thread waits for ever.
  deinit { letGo() }

  /// To be called at least once.
  func letGo() { for _ in holders { mayGoOn.signal() } }

  /// Returns when the calls that held the connections have ended.
  func end() async throws { for holder in holders { try await holder.value } }
}
