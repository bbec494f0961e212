import DriverKit
import InstructorStore

/// The one driver thread of a bulk load that marks the schema, inserts with the others, builds the indexes, and undoes
/// everything if something goes wrong.
///
/// All its commands are shielded: it ends in order whether or not the caller still waits.
struct LoadCoordinator {
  private static let renewalNanoseconds: UInt64 = 5_000_000_000
  private static let commandTimeout = Duration.seconds(60)
  /// An index over hundreds of millions of assignments takes long, and nothing else can be done meanwhile.
  private static let indexTimeout = Duration.seconds(4 * 3_600)

  let job: LoadJob
  let connection: MongoConnection
  let call: MongoCall
  let gate: SchemaGate
  private let holder = "\(UInt64.random(in: 1...UInt64.max))"

  init(job: LoadJob, connection: MongoConnection, call: MongoCall, gate: SchemaGate) {
    self.job = job
    self.connection = connection
    self.call = call
    self.gate = gate
  }

  func run(_ startHelpers: () -> Void) throws(StoreError) -> BulkLoadResult {
    let maintenance = MaintenanceSession(connection, call, .after(Self.commandTimeout))
    let wasEmpty: Bool
    do throws(CommandFailure) {
      guard try maintenance.markLoading(holder: holder) else { throw CommandFailure(.beingLoaded) }
      gate.reset()
      wasEmpty = try maintenance.isEmpty()
      if wasEmpty { try maintenance.dropIndexesForLoad(holder: holder) }
    } catch {
      _ = try? maintenance.unmark(holder: holder)
      throw error.storeError(call.context, .read)
    }
    insertRows(startHelpers)
    do throws(StoreError) {
      if let failure = job.failure { throw failure }
      try finish(wasEmpty)
      return job.result
    } catch {
      job.stop(error)
      throw undo(error, wasEmpty)
    }
  }

  private func insertRows(_ startHelpers: () -> Void) {
    var renewal = Deadline.now() + Self.renewalNanoseconds
    startHelpers()
    job.insertBatches(connection, call) {
      if call.isAbandoned { job.stop(call.context.error(.closed, "the store was closed")) }
      guard Deadline.now() > renewal else { return }
      renewal = Deadline.now() + Self.renewalNanoseconds
      renew(MaintenanceSession(connection, call, .after(Self.commandTimeout)), .rows)
    }
    job.waitForHelpers()
  }

  private func renew(_ maintenance: MaintenanceSession, _ phase: BulkLoadProgress.Phase) {
    do throws(CommandFailure) {
      let isHolder = try maintenance.renewLoad(
        holder: holder,
        milliseconds: phase == .rows ? LoadMarker.rowsMilliseconds : LoadMarker.indexMilliseconds)
      if !isHolder { job.stop(call.context.error(.schemaMismatch, "another process took the load over")) }
    } catch {
      job.stop(error.storeError(call.context, .write))
    }
  }

  private func finish(_ wasEmpty: Bool) throws(StoreError) {
    let maintenance = MaintenanceSession(connection, call, .after(Self.indexTimeout))
    let total = IndexDefinition.instructors.count
    do throws(CommandFailure) {
      if wasEmpty {
        renew(maintenance, .indexes)
        if job.failure == nil {
          job.report(.indexes, done: 0, total: total)
          // All of them in one pass over the documents.
          try maintenance.createInstructorIndexes()
          job.report(.indexes, done: total, total: total)
        }
      }
      if job.failure == nil {
        try maintenance.moveCounter(.instructor, past: job.largest)
        // Durable and known to a majority, and everything before it is then as well.
        try maintenance.unmark(holder: holder)
      }
    } catch {
      if error.isDuplicateKey { throw call.context.conflict(error.duplicate ?? .primaryOfCourse) }
      throw error.storeError(call.context, .write)
    }
    if let failure = job.failure { throw failure }
  }

  /// Makes the store usable again: empty if it was, with what was loaded so far otherwise.
  private func undo(_ error: StoreError, _ wasEmpty: Bool) -> StoreError {
    let maintenance = MaintenanceSession(connection, call, .after(Self.commandTimeout))
    var result = error
    result.outcome = .unknown
    do throws(CommandFailure) {
      if wasEmpty {
        try maintenance.dropInstructors()
        try maintenance.createInstructors()
        try maintenance.createInstructorIndexes()
      } else {
        try maintenance.moveCounter(.instructor, past: job.largest)
      }
      try maintenance.unmark(holder: holder)
      if wasEmpty { result.outcome = .notApplied }
    } catch {
      // The marker stays until its time is over; `migrate()` does the rest.
    }
    return result
  }
}
