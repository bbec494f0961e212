import DriverKit
public import InstructorStore

extension MongoStore {
  /// Creates the collections, indexes and counters, or brings them up to date.
  ///
  /// Where the database is up to date this is one read. Otherwise one process at a time works on it, under a lease
  /// that the others wait for; a process that dies loses its lease after a minute by the server's clock. Every step can be
  /// made again, so a half-made schema is completed. What a bulk load left behind whose process has died is put
  /// in order: its rows are removed if the collection was empty before it. A load with a ``BulkLoad/resumeKey`` is left
  /// as it is: `schemaMismatch`.
  ///
  /// The deadline is 60 s unless `withStoreTimeout` says otherwise.
  public func migrate() async throws(StoreError) {
    let timeout = StoreTimeout.current ?? StoreTimeout.defaultForMaintenance
    let gate = core.gate
    try await core.pool.lease(core.call("migrate"), .write, timeout: timeout) {
      connection, call throws(StoreError) in
      try Migration(connection: connection, call: call).run()
      gate.reset()
    }
  }
}

/// One run of `migrate()` on a driver thread.
struct Migration {
  let connection: MongoConnection
  let call: MongoCall
  /// Whether a load that could be gone on with is put in order as well.
  var endsNamedLoads = false

  func run() throws(StoreError) {
    guard try isNeeded() else { return }
    let lease = try SchemaLease.acquire(connection, call)
    do throws(StoreError) {
      // Whoever had the lease before may have done it all.
      if try isNeeded() { try migrate(lease) }
    } catch {
      lease.release(connection, call)
      throw error
    }
    lease.release(connection, call)
  }

  /// - Throws: `schemaMismatch` for a schema that is too new, or one that is being loaded.
  private func isNeeded() throws(StoreError) -> Bool {
    let state = try connection.attempt(call) { () throws(CommandFailure) in try connection.readSchema(call) }
    if state.version != nil, state.oldestCode > SchemaVersion.current {
      try state.verifyVersion(call.context)
    }
    if state.loading != nil { return true }
    return (state.version ?? 0) < SchemaVersion.current
  }

  private func migrate(_ lease: SchemaLease) throws(StoreError) {
    let maintenance = MaintenanceSession(connection, call, call.deadline)
    try connection.attempt(call) { () throws(CommandFailure) in
      let state = try connection.readSchema(call)
      if let loading = state.loading {
        guard loading.name == nil || endsNamedLoads,
          try maintenance.takeOverLoad(holder: "migration")
        else { throw CommandFailure(.beingLoaded) }
        if loading.wasEmpty {
          for collection in loading.collections { try maintenance.drop(collection.name) }
        }
        try maintenance.drop(Collections.loadProgress)
      }
      for collection in CollectionDefinition.all {
        try maintenance.create(collection)
        try maintenance.createIndexes(collection.indexes, of: collection)
      }
      try maintenance.createCounters()
      // The last step: from here on other calls find the schema.
      try maintenance.writeSchemaVersion()
    }
  }
}
