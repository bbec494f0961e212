import InstructorStore

/// What a call allocates on the heap, this program's share of it.
public struct AllocationCount: Sendable, Codable {
  public var backend: String
  public var workload: String
  public var dispatch: String
  public var concurrency: Int
  public var connections: Int
  /// The calls that it is the mean of.
  public var calls: Int
  public var allocationsPerCall: Double
  public var bytesPerCall: Double
}

/// Counts the allocations of calls: those of many calls less those of few, so that what a loop allocates once doesn't count.
public struct AllocationRun: Sendable {
  let counter: AllocationCounter
  let calls: Int

  public static let defaultCalls = 100_000
  static let closedLoop = "closed loop"
  static let openLoop = "open loop"

  /// - Parameter calls: How many calls the mean is of; twice as many are made.
  public init(_ counter: AllocationCounter, calls: Int = AllocationRun.defaultCalls) {
    self.counter = counter
    self.calls = calls
  }

  /// Loads the catalog into `target` and counts for each workload.
  public func run(
    _ workloads: [PreparedWorkload], _ settings: RunSettings, on target: any BenchmarkTarget,
    progress: ProgressSink, each: (AllocationCount) -> Void
  ) async throws {
    let loader = Loader(catalog: settings.catalog, options: settings.options, progress: progress)
    let (arm, _) = try await loader.load(target)
    do {
      for workload in workloads {
        progress.update("\(workload.name) on \(arm.displayName): counting allocations")
        let used = try await count { operations in
          try await allocations(of: workload, operations, arm.store, settings.concurrency, arm.displayName)
        }
        each(
          result(
            arm.name, workload.name, settings.options.dispatch.rawValue, settings.concurrency,
            settings.options.connections, used))
      }
    } catch {
      await arm.store.close()
      throw error
    }
    await arm.store.close()
  }

  /// What the loops themselves allocate: calls of a backend that does nothing.
  public func nullBackend(concurrency: Int) async throws -> [AllocationCount] {
    let workload = PreparedWorkload(Self.closedLoop, MeterWorkload(nil))
    let store = InMemoryStore()
    let closed = try await count { operations in
      try await allocations(of: workload, operations, store, concurrency, "null")
    }
    let open = try await count { operations in try await offer(operations, store, concurrency) }
    return [
      result("null", workload.name, "", concurrency, 0, closed),
      result("null", Self.openLoop, "", concurrency, 0, open),
    ]
  }

  /// A rate that nothing has to queue at.
  private static let openRatePerSecond = 20_000.0

  private func offer(_ operations: Range<Int>, _ store: any StorageBackend, _ outstanding: Int) async throws
    -> AllocationCounter.Reading
  {
    let load = OfferedLoad(
      ratePerSecond: Self.openRatePerSecond, arrivals: .constant,
      duration: .seconds(Double(operations.count) / Self.openRatePerSecond), outstanding: outstanding)
    let request = OpenLoopRequest(load, firstOperation: operations.lowerBound, timeout: .seconds(5), seed: 1)
    let before = counter.reading
    let result = try await OpenLoop.run(MeterWorkload(nil), request, on: store)
    let used = counter.reading - before
    try requireAll(result.ledger, "null")
    return used
  }

  /// What the calls allocate by themselves.
  private func count(_ body: (Range<Int>) async throws -> AllocationCounter.Reading) async throws
    -> AllocationCounter.Reading
  {
    let few = 0..<max(1, calls / 2)
    // Connections, statements and the loop's own memory, which later loops find again.
    _ = try await body(few)
    let small = try await body(few)
    return try await body(0..<few.count + calls) - small
  }

  private func allocations(
    of workload: PreparedWorkload, _ operations: Range<Int>, _ store: any StorageBackend,
    _ concurrency: Int, _ displayName: String
  ) async throws -> AllocationCounter.Reading {
    try await Loader.naming("preparing \(workload.name) on \(displayName)") {
      try await workload.prepare(operations, store)
    }
    let request = SliceRequest(operations: operations, concurrency: concurrency)
    let before = counter.reading
    let result = await withTaskExecutorPreference(store.executor) { await workload.runSlice(request, store) }
    let used = counter.reading - before
    try Task.checkCancellation()
    try await Loader.naming("undoing \(workload.name) on \(displayName)") {
      try await workload.restore(result.touched, store)
    }
    try requireAll(result.ledger, displayName)
    return used
  }

  private func requireAll(_ ledger: Ledger, _ displayName: String) throws(BenchmarkFailure) {
    guard ledger.succeeded == ledger.scheduled else {
      throw BenchmarkFailure(
        .unavailable, "\(displayName): only \(ledger.succeeded) of \(ledger.scheduled) calls succeeded",
        advice: "Is the server running?")
    }
  }

  private func result(
    _ backend: String, _ workload: String, _ dispatch: String, _ concurrency: Int, _ connections: Int,
    _ used: AllocationCounter.Reading
  ) -> AllocationCount {
    // By chance few calls may have allocated more than many.
    func perCall(_ difference: UInt64) -> Double {
      max(0, Double(Int64(bitPattern: difference))) / Double(calls)
    }
    return AllocationCount(
      backend: backend, workload: workload, dispatch: dispatch, concurrency: concurrency,
      connections: connections, calls: calls, allocationsPerCall: perCall(used.allocations),
      bytesPerCall: perCall(used.bytes))
  }
}
