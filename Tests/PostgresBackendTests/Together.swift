import Dispatch
import DriverKit
import InstructorStore
import TestSupport

@testable import PostgresBackend

extension PostgresOptions {
  /// For calls that are held back: without a deadline that a busy machine could reach.
  static func patient(schema: String = "public", connections: Int = 1) -> PostgresOptions {
    PostgresOptions(
      schema: schema, connections: connections, timeout: .seconds(60), acquireTimeout: .seconds(60))
  }
}

/// Holds the store's connections until `open` is called.
final class Hold: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let task: Task<Void, any Error>

  /// - Parameter others: How many connections are held already.
  init(_ store: PostgresStore, after others: Int = 0) async throws {
    let isHeld = Flag()
    task = Task { [semaphore] in
      try await withStoreTimeout(.seconds(60)) {
        try await store.pool.lease(store.call("test"), .read) { _, _ in
          isHeld.raise()
          semaphore.wait()
        }
      }
    }
    try await isHeld.wait("connection \(others) is held")
  }

  // However a test ends: nobody waits for ever.
  deinit { semaphore.signal() }

  func open() async throws {
    semaphore.signal()
    try await task.value
  }
}

/// Makes the calls 0..<count while the connection is busy, then lets them go together.
func together<Value: Sendable>(
  _ count: Int, on store: PostgresStore,
  _ call: @escaping @Sendable (Int) async throws(StoreError) -> Value,
  meanwhile: ([Task<Result<Value, StoreError>, Never>]) async throws -> Void = { _ in }
) async throws -> [Result<Value, StoreError>] {
  let hold = try await Hold(store)
  var tasks: [Task<Result<Value, StoreError>, Never>] = []
  for number in 0..<count {
    tasks.append(
      Task {
        do throws(StoreError) { return .success(try await call(number)) } catch { return .failure(error) }
      })
    try await waitUntil("\(number + 1) calls wait") { store.statistics().waitingCalls > number }
  }
  try await hold.open()
  try await meanwhile(tasks)
  var results: [Result<Value, StoreError>] = []
  for task in tasks { results.append(await task.value) }
  return results
}

extension Result {
  var success: Success? { try? get() }
  var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
