import DriverKit
public import InstructorStore

extension MongoStore {
  /// Creates the collections, indexes and counters, or brings them up to date.
  ///
  /// Where the database is up to date this is one read. Otherwise one process at a time works on it, under a lease
  /// that the others wait for; a process that dies loses its lease after a minute by the server's clock. Every step can be
  /// made again, so a half-made schema is completed. What a bulk load left behind whose process has died is put
  /// in order: its rows are removed if the collection was empty before it.
  ///
  /// The deadline is 60 s unless `withStoreTimeout` says otherwise.
  public func migrate() async throws(StoreError) {
    let timeout = StoreTimeout.current ?? StoreTimeout.defaultForMaintenance
    let gate = core.gate
    try await core.pool.lease(core.call("migrate"), .write, timeout: timeout) { connection, call throws(StoreError) in
      try Migration(connection: connection, call: call).run()
      gate.reset()
    }
  }
}

/// One run of `migrate()` on a driver thread.
struct Migration {
  let connection: MongoConnection
  let call: MongoCall

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
    if state.version != nil, state.oldestCode > SchemaVersion.current { try state.verifyVersion(call.context) }
    if state.loading != nil { return true }
    return (state.version ?? 0) < SchemaVersion.current
  }

  private func migrate(_ lease: SchemaLease) throws(StoreError) {
    let state = try connection.attempt(call) { () throws(CommandFailure) in try connection.readSchema(call) }
    try connection.attempt(call) { () throws(CommandFailure) in
      if let loading = state.loading {
        guard try connection.takeOverLoad(call) else { throw CommandFailure(.beingLoaded) }
        if loading.wasEmpty { try connection.dropInstructors(call) }
      }
      try connection.createInstructors(call)
      try connection.createInstructorIndexes(call)
      try connection.createCounters(call)
      // The last step: from here on other calls find the schema.
      try connection.writeSchemaVersion(call)
    }
  }
}

extension MongoConnection {
  /// Makes the collection with its validator, or gives the existing one the current validator.
  func createInstructors(_ call: MongoCall) throws(CommandFailure) {
    do throws(CommandFailure) {
      _ = try write(.write, call) { writer in
        writer.append("create", Collections.instructors)
        writer.document("validator") { InstructorValidator.append(to: &$0) }
      }
    } catch {
      guard error.code == ServerCode.namespaceExists else { throw error }
      _ = try write(.write, call) { writer in
        writer.append("collMod", Collections.instructors)
        writer.document("validator") { InstructorValidator.append(to: &$0) }
      }
    }
  }

  func dropInstructors(_ call: MongoCall) throws(CommandFailure) {
    do throws(CommandFailure) {
      _ = try write(.write, call) { $0.append("drop", Collections.instructors) }
    } catch {
      guard error.code == ServerCode.namespaceNotFound else { throw error }
    }
  }

  /// Builds every index that is not there, all in one pass over the documents.
  func createInstructorIndexes(_ call: MongoCall) throws(CommandFailure) {
    _ = try write(.write, call) { writer in
      writer.append("createIndexes", Collections.instructors)
      writer.array("indexes") { writer in
        for (position, index) in IndexDefinition.instructors.enumerated() {
          writer.document(at: position) { index.append(to: &$0) }
        }
      }
    }
  }

  func createCounters(_ call: MongoCall) throws(CommandFailure) {
    for kind in EntityKind.allCases {
      try upsert(Collections.counters, call) { writer in
        writer.append("_id", kind.rawValue)
      } update: { writer in
        writer.document("$setOnInsert") { $0.append("last", Int64(0)) }
      }
    }
  }

  func writeSchemaVersion(_ call: MongoCall) throws(CommandFailure) {
    try upsert(Collections.schema, call) { writer in
      writer.append("_id", SchemaState.documentID)
    } update: { writer in
      writer.document("$set") { writer in
        writer.append("version", SchemaVersion.current)
        writer.append("oldestCode", SchemaVersion.oldestCode)
      }
      writer.document("$unset") { $0.append("loading", Int32(1)) }
    }
  }

  /// Updates the document that `query` selects, or inserts it.
  func upsert(
    _ collection: StaticString, _ call: MongoCall, query: (inout BSONWriter) -> Void,
    update: (inout BSONWriter) -> Void
  ) throws(CommandFailure) {
    _ = try write(.write, call) { writer in
      writer.append("update", collection)
      writer.array("updates") { writer in
        writer.document(at: 0) { writer in
          writer.document("q", query)
          writer.document("u", update)
          writer.append("upsert", true)
        }
      }
    }
  }
}
