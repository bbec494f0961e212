/// The per-call deadline that is in force for the current task, if one was set.
package enum StoreTimeout {
  @TaskLocal package static var current: Duration?

  /// What a store uses unless it is told otherwise.
  package static let defaultForCalls = Duration.seconds(5)
  /// The same for `migrate()`, which may build an index. `bulkLoad` has none: it reports progress and is cancelled.
  package static let defaultForMaintenance = Duration.seconds(60)
}

/// Gives every store call inside `body` this long, instead of the store's default.
///
/// ```swift
/// let grace = try await withStoreTimeout(.milliseconds(200)) { try await store.instructors.get(id) }
/// ```
/// The time counts from the start of each call. A call that would need longer throws
/// ``StoreError/Code/timeout(_:)``; zero or less fails at once and sends nothing.
public func withStoreTimeout<Result>(
  _ timeout: Duration, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async rethrows -> Result {
  try await StoreTimeout.$current.withValue(timeout, operation: body, isolation: isolation)
}
