import DriverKit
import InstructorStore

/// The one driver thread of a bulk load that marks the schema, inserts with the others, builds the indexes, and undoes
/// everything if something goes wrong.
///
/// All its commands are shielded: it ends in order whether or not the caller still waits.
struct LoadCoordinator {
  private static let renewalNanoseconds: UInt64 = 5_000_000_000
  private static let commandTimeout = Duration.seconds(60)

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
    var wasEmpty = false
    do throws(CommandFailure) {
      guard try maintenance.markLoading(holder: holder) else { throw CommandFailure(.beingLoaded) }
      gate.reset()
      // From here on no handle can add anything, not even one that has not seen the marker.
      for collection in CollectionDefinition.all { try maintenance.refuseDocuments(of: collection) }
      wasEmpty = true
      for collection in CollectionDefinition.all where wasEmpty {
        wasEmpty = try maintenance.isEmpty(collection)
      }
      if wasEmpty { try maintenance.dropIndexesForLoad(holder: holder) }
    } catch {
      if error.kind != .beingLoaded { throw undo(error.storeError(call.context, .read), wasEmpty) }
      throw error.storeError(call.context, .read)
    }
    insertRows(wasEmpty, startHelpers)
    do throws(StoreError) {
      if let failure = job.failure { throw failure }
      try finish()
      return job.result
    } catch {
      job.stop(error)
      throw undo(error, wasEmpty)
    }
  }

  /// Everything that other threads help with.
  private func insertRows(_ buildsIndexes: Bool, _ startHelpers: () -> Void) {
    var renewal = Deadline.now() + Self.renewalNanoseconds
    startHelpers()
    job.insertRows(connection, call) {
      if call.isAbandoned { job.stop(call.context.error(.closed, "the store was closed")) }
      guard Deadline.now() > renewal else { return }
      renewal = Deadline.now() + Self.renewalNanoseconds
      renew(MaintenanceSession(connection, call, .after(Self.commandTimeout)), .rows)
    }
    if job.failure == nil {
      renew(MaintenanceSession(connection, call, .after(Self.commandTimeout)), .indexes)
      job.openIndexes(buildsIndexes ? LoadIndexes.all : [])
      job.buildIndexes(connection, call)
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

  /// Opens the store again, in an order that loses nobody's write wherever it is interrupted: what is loaded counts as
  /// complete before the first document of somebody else's can come.
  private func finish() throws(StoreError) {
    let maintenance = MaintenanceSession(connection, call, .after(Self.commandTimeout))
    do throws(CommandFailure) {
      for (kind, id) in job.largest { try maintenance.moveCounter(kind, past: id) }
      try maintenance.keepRows(holder: holder)
      for collection in CollectionDefinition.all { try maintenance.create(collection) }
      // Durable and known to a majority, and everything before it is then as well.
      try maintenance.unmark(holder: holder)
    } catch {
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
      for collection in CollectionDefinition.all {
        if wasEmpty { try maintenance.drop(collection) }
        try maintenance.create(collection)
        if wasEmpty { try maintenance.createIndexes(collection.indexes, of: collection) }
      }
      if !wasEmpty {
        for (kind, id) in job.largest { try maintenance.moveCounter(kind, past: id) }
      }
      try maintenance.unmark(holder: holder)
      if wasEmpty { result.outcome = .notApplied }
    } catch {
      // The marker stays until its time is over; `migrate()` does the rest.
    }
    return result
  }
}
