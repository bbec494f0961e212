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
  /// Whether somebody renews the marker while the indexes are built.
  let isRenewedByOthers: Bool
  private var holder: String { job.holder }

  func run(_ startHelpers: () -> Void) throws(StoreError) -> BulkLoadResult {
    let maintenance = MaintenanceSession(connection, call, .after(Self.commandTimeout))
    var wasEmpty = false
    if let earlier = try takeUpEarlierLoad() {
      gate.reset()
      // Its indexes are gone already, and nobody can have written since.
      wasEmpty = earlier.wasEmpty
    } else {
      do throws(CommandFailure) {
        guard try maintenance.markLoading(holder: holder, name: job.name) else {
          throw CommandFailure(.beingLoaded)
        }
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
      if job.name != nil, !wasEmpty {
        var error = undo(
          call.context.invalid("only a load into an empty store can be gone on with"), wasEmpty)
        error.outcome = .notApplied
        throw error
      }
    }
    job.report(.preparing, done: 1, total: 1)
    insertRows(wasEmpty, startHelpers)
    do throws(StoreError) {
      if let failure = job.failure { throw failure }
      try finish()
      job.report(.finishing, done: 1, total: 1)
      return job.result
    } catch {
      job.stop(error)
      if wasEmpty, job.load.stays(after: error) { throw leave(error) }
      throw undo(error, wasEmpty)
    }
  }

  // MARK: Loads that can be gone on with

  /// Makes this the holder of the marker that an earlier try of the same load has left, and takes up what that has loaded;
  /// `nil` where there is none. A load without a name ends another's.
  private func takeUpEarlierLoad() throws(StoreError) -> SchemaState.Loading? {
    let maintenance = MaintenanceSession(connection, call, .after(Self.commandTimeout))
    do throws(CommandFailure) {
      guard let loading = try connection.readSchema(call).loading, let name = loading.name else { return nil }
      if let own = job.name, own != name { throw CommandFailure(.otherLoad) }
      guard try waitForEnd(of: loading, maintenance) else { throw CommandFailure(.beingLoaded) }
      if job.name != nil {
        let batches = try LoadedBatch.all(connection, call)
        // Without a batch and an empty store it had hardly begun, or was finished but for the marker.
        if loading.wasEmpty || !batches.isEmpty {
          job.goOn(from: batches)
          return loading
        }
      }
      try maintenance.leaveLoad(holder: holder)
    } catch {
      throw error.storeError(call.context, .read)
    }
    try Migration(connection: connection, call: call, endsNamedLoads: true).run()
    return nil
  }

  /// Waits until the holder of a marker has died, and takes its place; `false` where it is alive.
  private func waitForEnd(of loading: SchemaState.Loading, _ maintenance: MaintenanceSession)
    throws(CommandFailure) -> Bool
  {
    let end = Deadline.after(.milliseconds(LoadMarker.rowsMilliseconds + 5_000))
    while true {
      if try maintenance.takeOverLoad(holder: holder) { return true }
      // Whoever is alive puts the end off.
      guard let now = try connection.readSchema(call).loading, now.holder == loading.holder,
        now.until == loading.until, !end.hasPassed, !call.isAbandoned, job.failure == nil
      else { return false }
      connection.signal.wait(milliseconds: 250)
      connection.signal.clear()
    }
  }

  /// Ends a load so that it can be gone on with.
  private func leave(_ error: StoreError) -> StoreError {
    // Where this fails, whoever goes on has to wait until the marker is over.
    _ = try? MaintenanceSession(connection, call, .after(Self.commandTimeout)).leaveLoad(holder: holder)
    var result = error
    result.outcome = .unknown
    result.reason += "; what was loaded stays for a load with the same key"
    return result
  }

  // MARK: Steps

  /// Everything that other threads help with.
  private func insertRows(_ buildsIndexes: Bool, _ startHelpers: () -> Void) {
    var renewal = Deadline.now() + Self.renewalNanoseconds
    startHelpers()
    job.insertRows(connection, call) {
      if call.isAbandoned { job.stop(call.context.error(.closed, "the store was closed")) }
      guard Deadline.now() > renewal else { return }
      renewal = Deadline.now() + Self.renewalNanoseconds
      renew(MaintenanceSession(connection, call, .after(Self.commandTimeout)), buildsIndexes: false)
    }
    if job.failure == nil {
      renew(MaintenanceSession(connection, call, .after(Self.commandTimeout)), buildsIndexes: true)
      job.openIndexes(buildsIndexes ? LoadIndexes.all : [])
      job.buildIndexes(connection, call)
    }
    job.waitForHelpers()
  }

  private func renew(_ maintenance: MaintenanceSession, buildsIndexes: Bool) {
    do throws(CommandFailure) {
      let isHolder = try maintenance.renewLoad(
        holder: holder,
        milliseconds: buildsIndexes && !isRenewedByOthers
          ? LoadMarker.indexMilliseconds : LoadMarker.rowsMilliseconds)
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
      try maintenance.drop(Collections.loadProgress)
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
        if wasEmpty { try maintenance.drop(collection.name) }
        try maintenance.create(collection)
        if wasEmpty { try maintenance.createIndexes(collection.indexes, of: collection) }
      }
      if !wasEmpty {
        for (kind, id) in job.largest { try maintenance.moveCounter(kind, past: id) }
      }
      try maintenance.drop(Collections.loadProgress)
      try maintenance.unmark(holder: holder)
      if wasEmpty { result.outcome = .notApplied }
    } catch {
      // The marker stays until its time is over; `migrate()` does the rest.
    }
    return result
  }
}
