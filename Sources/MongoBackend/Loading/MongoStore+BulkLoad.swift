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
  /// puts the database in order.
  ///
  /// Cancellation and the first bad record end it between two batches; it returns when what it did is undone.
  /// - Returns: What was loaded.
  public func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult {
    let context = core.call("bulkLoad")
    try core.pool.admit(context)
    for count in [load.instructors.count, load.reviewers.count, load.reviews.count, load.ratings.count] {
      guard count >= 0 else { throw context.invalid("the number of records is negative") }
    }
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
    let helpers = min(core.options.connections, ProcessInfo.processInfo.activeProcessorCount) - 1
    let startHelpers: @Sendable () -> Void = {
      for _ in 0..<max(0, helpers) {
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
          try core.gate.pass(connection, call)
          defer { core.gate.reset() }
          let load = LoadCoordinator(job: job, connection: connection, call: call, gate: core.gate)
          return try load.run(startHelpers)
        })
    } catch {
      return .failure(error)
    }
  }
}
