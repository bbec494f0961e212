public import InstructorStore

/// One side of a comparison: a backend in one configuration, loaded and open.
public struct Arm: Sendable {
  public let target: any BenchmarkTarget
  public let store: any StorageBackend
  /// For the work around slices, which nobody times: another handle on the same place, with more connections; or `store`.
  public var untimedStore: any StorageBackend
  /// Read back from the server.
  public let environment: [String: String]

  /// The target's, unless the comparison calls it something else.
  public var name: String
  public var displayName: String

  public init(target: any BenchmarkTarget, store: any StorageBackend, environment: [String: String]) {
    self.target = target
    self.store = store
    untimedStore = store
    self.environment = environment
    name = target.name
    displayName = target.displayName
  }
}

/// Executes slices of one workload on one arm, with the untimed work around them.
struct ArmRunner: Sendable {
  let arm: Arm
  let workload: PreparedWorkload
  let concurrency: Int
  /// Measures processor time around each slice.
  var monitor: CPUMonitor?
  /// Whether slices tell what their response times are made of; see ``SliceResult/parts``.
  var splitsTimes = false
  /// Called before each slice, when all is prepared for it; its monitor takes the place of ``monitor``.
  var coldStart: (@Sendable () async throws -> CPUMonitor)?

  /// Where warm-up takes its operations from: no timed slice gets there.
  private static let warmUpStart = IdentifierSpace.operationsPerWorkload / 2

  /// Prepares, executes and restores one slice.
  ///
  /// - Parameters:
  ///   - keepsEvery: As ``SliceRequest/keepsEvery``.
  ///   - beforeRestoring: Gets what was measured while the writes are still there; what it throws comes after they
  ///     were undone.
  /// - Returns: What was measured, also where it could not be undone: see ``SliceResult/restoreError``.
  /// - Throws: `CancellationError`, or ``BenchmarkFailure`` where the backend stopped answering.
  func execute(
    _ slice: Range<Int>, stopsAfter: Duration? = nil, keepsEvery: Int? = nil,
    beforeRestoring: ((SliceResult) async throws -> Void)? = nil
  ) async throws -> SliceResult {
    try await untimed("preparing") { () async throws(StoreError) in
      try await prepare(slice)
    }
    let request = SliceRequest(
      operations: slice, concurrency: concurrency, stopsAfter: stopsAfter, splitsTimes: splitsTimes,
      keepsEvery: keepsEvery)
    let monitor = try await coldStart?() ?? self.monitor
    let before = monitor?.reading()
    // Where a store has threads for its callers, a service that cares for speed would use them: every arm does.
    var result = await withTaskExecutorPreference(arm.store.executor) {
      await workload.runSlice(request, arm.store)
    }
    if let monitor, let before { result.cpu = monitor.use(from: before, to: monitor.reading()) }
    try Task.checkCancellation()
    if let fatal = result.fatal {
      throw BenchmarkFailure(fatal, during: "\(arm.displayName) stopped answering in \(workload.name)")
    }
    let touched = result.touched
    let findings: Result<Void, any Error>
    do {
      findings = .success(try await beforeRestoring?(result) ?? ())
    } catch {
      findings = .failure(error)
    }
    do {
      try await untimed("undoing") { () async throws(StoreError) in
        try await restore(touched)
      }
    } catch {
      result.restoreError = error
    }
    try findings.get()
    return result
  }

  private func prepare(_ slice: Range<Int>) async throws(StoreError) {
    let result: Result<Void, StoreError> = await withTaskExecutorPreference(arm.untimedStore.executor) {
      do throws(StoreError) {
        return .success(try await workload.prepare(slice, arm.untimedStore))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  private func restore(_ touched: Range<Int>) async throws(StoreError) {
    let result: Result<Void, StoreError> = await withTaskExecutorPreference(arm.untimedStore.executor) {
      do throws(StoreError) {
        return .success(try await workload.restore(touched, arm.untimedStore))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Warms caches, connections and prepared statements up and measures how many operations a second to
  /// expect.
  func warmUp(for duration: Duration) async throws -> Double {
    let start = Self.warmUpStart
    guard workload.needsPreparation else {
      return try await rate(execute(Self.untimed(from: start), stopsAfter: duration))
    }
    // What has to be prepared can't be of open length: a short slice tells how long the proper one may be.
    let first = try await rate(execute(start..<start + 1_000))
    let count = max(1_000, Int(first * duration.seconds))
    return try await rate(execute(start + 1_000..<start + 1_000 + count))
  }

  /// Executes operations that nobody times, as the segment from `begin` on will.
  ///
  /// - Returns: How many there were, and what they took of the processors.
  func leadIn(for duration: Duration, before begin: Int) async throws -> BlockRecord.LeadIn {
    let result = try await execute(Self.untimed(from: Self.warmUpStart + begin), stopsAfter: duration)
    if let error = result.restoreError { throw error }
    return BlockRecord.LeadIn(operations: result.touched.count, cpuSeconds: result.cpu.groupSeconds)
  }

  /// More operations than there is time for, none of which a timed slice has.
  private static func untimed(from start: Int) -> Range<Int> {
    start..<start + IdentifierSpace.operationsPerWorkload / 4
  }

  private func rate(_ result: SliceResult) throws -> Double {
    if let error = result.restoreError { throw error }
    return result.throughputPerSecond
  }

  /// Prepares, offers a load and restores, as ``execute(_:stopsAfter:)`` does with a slice.
  func offer(_ request: OpenLoopRequest) async throws -> OpenLoopResult {
    try await untimed("preparing") { () async throws(StoreError) in
      try await prepare(request.operations)
    }
    let before = monitor?.reading()
    var result = try await workload.runOpenLoop(request, arm.store)
    if let monitor, let before { result.cpu = monitor.use(from: before, to: monitor.reading()) }
    let touched = result.touched
    do {
      try await untimed("undoing") { () async throws(StoreError) in
        try await restore(touched)
      }
    } catch {
      result.restoreError = error
    }
    return result
  }

  private func untimed(_ activity: String, _ body: () async throws(StoreError) -> Void) async throws {
    do throws(StoreError) {
      try await body()
    } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw BenchmarkFailure(error, during: "\(activity) \(workload.name) on \(arm.displayName)")
    }
  }
}
