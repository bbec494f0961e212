import InstructorStore

/// The untimed work around a slice: bounded concurrency, patience with a busy server, first lasting error wins.
///
/// Nobody times it, so it takes its time: calls get a minute, and one that failed for a passing reason is made
/// again. Every body must therefore bear being called twice for the same part, also where the first call did its
/// work and only the answer was lost.
enum InverseWork {
  /// For calls on single records.
  static let concurrency = 32
  /// For calls that write many records in one transaction: more of those at a time only wait for each other.
  static let batchConcurrency = 2
  static let recordsPerBatch = 50

  private static let timeout = Duration.seconds(60)
  private static let attempts = 5
  private static let firstPause = Duration.milliseconds(100)

  static func each(
    in range: Range<Int>, _ body: @escaping @Sendable (Int) async throws(StoreError) -> Void
  ) async throws(StoreError) {
    try await chunks(of: range, size: 1) { chunk throws(StoreError) in try await body(chunk.lowerBound) }
  }

  /// Calls `body` with consecutive parts of `range`, up to `concurrency` of them at a time.
  static func chunks(
    of range: Range<Int>, size: Int, concurrency: Int = InverseWork.concurrency,
    _ body: @escaping @Sendable (Range<Int>) async throws(StoreError) -> Void
  ) async throws(StoreError) {
    guard !range.isEmpty else { return }
    let parts = (range.count + size - 1) / size
    let cursor = TraceCursor(0..<parts)
    // The tasks of the group inherit the deadline.
    let result: Result<Void, StoreError> = await withStoreTimeout(timeout) {
      await withTaskGroup(of: Result<Void, StoreError>.self) { group in
        for _ in 0..<min(concurrency, parts) {
          group.addTask {
            do throws(StoreError) {
              while let part = cursor.take() {
                let lower = range.lowerBound + part * size
                let chunk = lower..<min(lower + size, range.upperBound)
                try await persistently { () async throws(StoreError) in try await body(chunk) }
              }
              return .success(())
            } catch {
              return .failure(error)
            }
          }
        }
        var first: Result<Void, StoreError> = .success(())
        for await outcome in group {
          if case .success = first, case .failure = outcome {
            first = outcome
            cursor.exhaust()
          }
        }
        return first
      }
    }
    try result.get()
  }

  /// Makes the call again, after a pause that doubles, while the reason why it failed may pass by itself.
  static func persistently(_ body: () async throws(StoreError) -> Void) async throws(StoreError) {
    var pause = firstPause
    for _ in 1..<attempts {
      do throws(StoreError) {
        return try await body()
      } catch {
        guard error.isSafeToRetry || error.outcome == .unknown, !Task.isCancelled else { throw error }
        try? await Task.sleep(for: pause)
        pause *= 2
      }
    }
    try await body()
  }

  /// Creates instructors with explicit ids and courses of their own; those that an earlier attempt created already
  /// count as created.
  static func createAll(_ new: [NewInstructor], on repository: any InstructorRepository)
    async throws(StoreError)
  {
    do throws(StoreError) {
      _ = try await repository.createMany(new)
    } catch {
      guard error.code == .conflict else { throw error }
      // All or none: if they are all there, the answer to an earlier attempt was lost.
      let found = try await repository.get(new.compactMap(\.id))
      guard found.count == new.count, found.allSatisfy({ $0 != nil }) else { throw error }
    }
  }

  static func deleteIfPresent(_ id: InstructorID, on repository: any InstructorRepository)
    async throws(StoreError)
  {
    do throws(StoreError) {
      try await repository.delete(id, ifVersion: nil)
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }
}
