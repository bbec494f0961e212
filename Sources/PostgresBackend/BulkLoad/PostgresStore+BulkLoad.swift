import DriverKit
public import InstructorStore
import Synchronization

extension PostgresStore {
  /// More threads than this gain nothing: the server works as hard on the rows as the client does.
  private static let workerLimit = 2
  /// Long enough for any load; a load is ended by cancelling its task.
  static let unlimited = Duration.seconds(365 * 86_400)

  /// How long a failed load tries to leave empty tables behind. What it doesn't manage, the next load does.
  private static let undoTimeout = Duration.seconds(15)

  public func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult {
    let context = call("bulkLoad")
    try pool.admit(context)
    try Validation(context).bulkLoad(load)
    if let timeout = StoreTimeout.current, timeout <= .zero {
      throw context.error(.timeout(.connection), "the time allowed is zero or less")
    }
    let helpers = max(0, min(Self.workerLimit, options.connections) - 1)
    let coordinator = LoadCoordinator(helpers: helpers)
    let loader = PostgresLoader(load: load, model: options.dataModel, coordinator: coordinator)

    let helperTasks = (0..<helpers).map { _ in
      Task { [pool] in
        // A helper that finds no connection is no failure of the load: the leader does all the work.
        try? await pool.lease(context, .write, timeout: Self.unlimited) {
          (connection, call) throws(StoreError) in try loader.help(connection, call)
        }
      }
    }
    let result: Result<BulkLoadResult, StoreError>
    do throws(StoreError) {
      result = .success(
        try await pool.lease(context, .write, timeout: Self.unlimited) {
          (connection, call) throws(StoreError) in try loader.lead(connection, call)
        })
    } catch {
      coordinator.fail(error)
      result = .failure(error)
      // A helper may wait for a server that has stopped answering.
      for task in helperTasks { task.cancel() }
    }
    coordinator.dismissHelpers()
    for task in helperTasks { await task.value }
    if case .failure(let error) = result, loader.mustUndo.load(ordering: .acquiring) {
      if load.stays(after: error) {
        var error = error
        error.outcome = .unknown
        error.reason += "; what was loaded stays for a load with the same key"
        throw error
      }
      // Not of this task: it has to run although the task may be cancelled.
      let hasUndone = await Task { [pool] in
        do throws(StoreError) {
          try await pool.lease(context, .write, timeout: Self.undoTimeout) {
            (connection, call) throws(StoreError) in try loader.undo(connection, call)
          }
          return true
        } catch {
          return false
        }
      }.value
      if !hasUndone {
        var error = error
        error.outcome = .unknown
        error.reason += "; what was loaded could not be removed, and the next load will do it"
        throw error
      }
      if loader.keepsRows.load(ordering: .acquiring) {
        var error = error
        // The chunks before it stay.
        error.outcome = .unknown
        throw error
      }
    }
    return try result.get()
  }
}
