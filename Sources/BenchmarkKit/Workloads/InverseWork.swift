import InstructorStore

/// The untimed work around a slice: bounded concurrency, first error wins.
enum InverseWork {
  static let concurrency = 64

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
    let result: Result<Void, StoreError> = await withTaskGroup(of: Result<Void, StoreError>.self) { group in
      for _ in 0..<min(concurrency, parts) {
        group.addTask {
          do throws(StoreError) {
            while let part = cursor.take() {
              let lower = range.lowerBound + part * size
              try await body(lower..<min(lower + size, range.upperBound))
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
    try result.get()
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
