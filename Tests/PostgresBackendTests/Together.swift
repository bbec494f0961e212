import Dispatch
import DriverKit
import InstructorStore
import Synchronization

@testable import PostgresBackend

/// Holds the store's connections until `open` is called.
final class Hold: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let task: Task<Void, any Error>

  /// - Parameter others: How many connections are held already.
  init(_ store: PostgresStore, after others: Int = 0) async {
    task = Task { [semaphore] in
      try await store.pool.lease(store.call("test"), .read) { _, _ in semaphore.wait() }
    }
    while store.statistics().busyConnections <= others { await Task.yield() }
  }

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
  let hold = await Hold(store)
  var tasks: [Task<Result<Value, StoreError>, Never>] = []
  for number in 0..<count {
    tasks.append(
      Task {
        do throws(StoreError) { return .success(try await call(number)) } catch { return .failure(error) }
      })
    while store.statistics().waitingCalls <= number { await Task.yield() }
  }
  try await hold.open()
  try await meanwhile(tasks)
  var results: [Result<Value, StoreError>] = []
  for task in tasks { results.append(await task.value) }
  return results
}

/// Raised once, waited for by yielding.
final class Flag: Sendable {
  private let isRaised = Atomic<Bool>(false)
  func raise() { isRaised.store(true, ordering: .releasing) }
  func wait() async { while !isRaised.load(ordering: .acquiring) { await Task.yield() } }
}

extension Result {
  var success: Success? { try? get() }
  var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
