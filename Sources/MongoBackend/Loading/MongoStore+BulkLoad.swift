import DriverKit
public import InstructorStore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension MongoStore {
  /// Loads records over as many connections as the machine has processors, 2,000 to a batch.
  ///
  /// While it runs the schema document carries a marker, and every call through any handle, this one included, is
  /// `schemaMismatch`; a handle that had looked at the schema before learns of it within ``schemaFreshness``, and by its
  /// first write, which the server refuses: no write is accepted that a failed load would take with it. Batches are
  /// acknowledged from the server's memory; the durable majority write that removes the marker at the end comes after
  /// them in the journal and the oplog, so a load that returned is as durable as any write.
  ///
  /// The process that loads renews its marker. If it dies, the marker ends within a minute, and the next `migrate()`
  /// puts the database in order, unless the load has a ``BulkLoad/resumeKey``: then the next load goes on with it, which
  /// may wait for that minute to be over.
  ///
  /// Cancellation and the first bad record end it between two batches; it returns when what it did is undone.
  /// - Returns: What was loaded.
  public func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult {
    let context = core.call("bulkLoad")
    try core.pool.admit(context)
    try Validation(context).bulkLoad(load)
    if let timeout = StoreTimeout.current, timeout <= .zero {
      throw context.error(.timeout(.connection), "the time allowed is zero or less")
    }
    let job = LoadJob(load, context)
    // A task of its own: what was begun is undone even where the caller's task is cancelled.
    let task = Task { [core] in await Self.run(job, core) }
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      job.stop(context.error(.cancelled, "the task was cancelled"))
    }
    return try result.get()
  }

  /// How long a handle may go on after another began to load or migrated.
  public static var schemaFreshness: Duration { SchemaGate.freshness }

  private static func run(_ job: LoadJob, _ core: MongoCore) async -> Result<BulkLoadResult, StoreError> {
    // One connection is kept for the marker: a command that builds indexes may take an hour.
    let isRenewed = core.options.connections >= 3
    let threads = min(
      core.options.connections - (isRenewed ? 1 : 0), ProcessInfo.processInfo.activeProcessorCount,
      LoadJob.mostThreads)
    let renewing = isRenewed ? Task { await Self.keepRenewing(job, core) } : nil
    defer { renewing?.cancel() }
    let startHelpers: @Sendable () -> Void = {
      for _ in 1..<max(1, threads) {
        // One that finds no connection free is done without: the others take its share.
        Task {
          try? await core.pool.lease(job.context, .write, timeout: .seconds(4_000_000_000)) {
            connection, call throws(StoreError) in job.help(connection, call)
          }
        }
      }
    }
    do throws(StoreError) {
      return .success(
        try await core.pool.lease(job.context, .write, timeout: .seconds(4_000_000_000)) {
          connection, call throws(StoreError) in
          try connection.requireLoadableSchema(call)
          defer { core.gate.reset() }
          let load = LoadCoordinator(
            job: job, connection: connection, call: call, gate: core.gate, isRenewedByOthers: isRenewed)
          return try load.run(startHelpers)
        })
    } catch {
      return .failure(error)
    }
  }

  /// Puts the end of the load's marker off while its own connections wait for indexes.
  private static func keepRenewing(_ job: LoadJob, _ core: MongoCore) async {
    let timeout = Duration.seconds(20)
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(5))
      guard !Task.isCancelled, job.isBuildingIndexes else { continue }
      // Where it fails, the next one may succeed; whether somebody took the load over shows when it is finished.
      _ = try? await core.pool.lease(job.context, .write, timeout: timeout) {
        connection, call throws(StoreError) in
        try connection.attempt(call) { () throws(CommandFailure) in
          try MaintenanceSession(connection, call, .after(timeout)).renewLoad(
            holder: job.holder, milliseconds: LoadMarker.rowsMilliseconds)
        }
      }
    }
  }
}

extension MongoConnection {
  /// Throws `schemaMismatch` where the schema is missing or of another version. A load may be under way, or interrupted.
  fileprivate func requireLoadableSchema(_ call: MongoCall) throws(StoreError) {
    let state: SchemaState
    do throws(CommandFailure) { state = try readSchema(call) } catch {
      throw error.storeError(call.context, .read)
    }
    try state.verifyVersion(call.context)
  }
}
