import InstructorStore

/// Executes a slice of a workload with nothing else going on, and reads the server's counters around it.
///
/// Not a timed segment: PostgreSQL's sessions hand their counts over a second late, or when they end. So the slice gets a
/// store of its own, the counters are read when its sessions have ended, and what prepares and restores has stores of its
/// own too.
struct EvidenceRun: Sendable {
  let target: any BenchmarkTarget
  let options: TargetOptions
  let workload: PreparedWorkload
  let concurrency: Int
  /// Of a slice that is timed; half of it is enough to count.
  let typicalOperations: Int

  private static let first = IdentifierSpace.operationsPerWorkload / 8 * 5
  private static let operationLimit = 50...20_000
  /// Reads that take long are counted for so long; what writes has to be undone as a whole.
  private static let longest = Duration.seconds(10)

  /// `nil` for a target without counters.
  func run() async throws -> ServerEvidence? {
    guard try await counters() != nil else { return nil }
    let limit = Self.operationLimit
    let count = min(limit.upperBound, max(limit.lowerBound, typicalOperations / 2))
    let slice = Self.first..<Self.first + count
    try await withStore(.untimed) { (store) throws(StoreError) in try await workload.prepare(slice, store) }
    guard let before = try await counters() else { return nil }
    var succeeded = 0
    var elapsedSeconds = 0.0
    var connections: Int?
    try await withStore(options) { store throws(StoreError) in
      let result = await withTaskExecutorPreference(store.executor) {
        await workload.runSlice(
          SliceRequest(
            operations: slice, concurrency: concurrency, stopsAfter: workload.onlyReads ? Self.longest : nil),
          store)
      }
      succeeded = result.ledger.succeeded
      elapsedSeconds = Double(result.elapsedNanoseconds) / 1e9
      // No other store of ours is open.
      connections = try? await target.openConnections()
    }
    let after = try await counters()
    let images = try await imageBytes(from: before, to: after)
    try await withStore(.untimed) { (store) throws(StoreError) in try await workload.restore(slice, store) }
    try Task.checkCancellation()
    guard let after else { return nil }
    var evidence = ServerEvidence(
      operations: succeeded, perThousand: .perThousand(before, after, operations: succeeded),
      elapsedSeconds: elapsedSeconds, connections: connections)
    if let images, succeeded > 0 {
      evidence.perThousand.pageImageBytes = Double(images.bytes) * 1_000 / Double(succeeded)
      evidence.isPageImageEstimate = images.isEstimate ? true : nil
    }
    return evidence
  }

  private func imageBytes(from before: ServerCounters, to after: ServerCounters?) async throws
    -> PageImageBytes?
  {
    guard let after else { return nil }
    return try await Loader.naming("reading the log of \(target.displayName)") {
      try await target.pageImageBytes(from: before, to: after)
    }
  }

  private func counters() async throws -> ServerCounters? {
    try await Loader.naming("reading the counters of \(target.displayName)") { try await target.counters() }
  }

  private func withStore(
    _ options: TargetOptions, _ body: (any StorageBackend) async throws(StoreError) -> Void
  ) async throws {
    let activity = "counting \(workload.name) on \(target.displayName)"
    let store = try await Loader.naming(activity) { try await target.open(options) }
    let result: Result<Void, StoreError>
    do throws(StoreError) { result = .success(try await body(store)) } catch { result = .failure(error) }
    await store.close()
    try await Loader.naming(activity) { try result.get() }
  }
}
