import DriverKit
package import InstructorStore

/// What is in a database that a benchmark or a test wants to use.
package enum DatabaseState: Equatable, Sendable {
  /// Nothing: it can be made.
  case absent
  /// It carries the marker, and nothing is there that this library doesn't make: it may be emptied and removed.
  case marked
  /// Collections without the marker, or collections beside ours; some of their names.
  case foreign([String])
}

/// Making, inspecting and removing a whole database, which the storage interface doesn't offer.
///
/// A database is touched only where it carries the marker collection that ``create()`` makes first and ``remove()``
/// drops last, and holds no collection that this library doesn't know. Every call makes a connection of its own; its deadline is 60 s.
package struct MongoMaintenance: Sendable {
  /// In ``settings()``: where the server keeps its data. Absent where the user may not know.
  package static let dataFolderKey = "data folder"
  package static let markerCollection: StaticString = "dbbench_marker"

  let address: MongoAddress
  private let options: MongoOptions

  /// - Parameters:
  ///   - database: Instead of the one in the URL. It need not exist.
  ///   - isDurable: As the store's own option; what ``settings()`` reports.
  /// - Throws: `invalidArgument` where the URL is malformed. Does not connect.
  package init(_ url: String, database: String? = nil, isDurable: Bool = true) throws(StoreError) {
    var options = MongoOptions()
    options.isDurable = isDurable
    options.database = database
    options.connections = 1
    options.timeout = StoreTimeout.defaultForMaintenance
    self.options = options
    address = try MongoAddress(
      url, options: options, CallContext(backend: MongoStore.backendName, operation: "maintenance"))
  }

  package var database: String { address.database }

  package func state() async throws(StoreError) -> DatabaseState {
    try await run("maintenance.state") { session throws(CommandFailure) in try session.state() }
  }

  /// Whether a bulk load into the database was interrupted that can be gone on with.
  package func hasInterruptedLoad() async throws(StoreError) -> Bool {
    try await run("maintenance.state") { session throws(CommandFailure) in
      try session.connection.readSchema(session.call).loading?.name != nil
    }
  }

  /// Makes the database, empty and marked; a marked one that is there is removed first.
  ///
  /// - Throws: `conflict` where somebody else's collections are there.
  package func create() async throws(StoreError) {
    try await runOnOwn("maintenance.create") { session throws(CommandFailure) in
      try session.dropOurs()
      try session.command { writer in
        writer.append("insert", Self.markerCollection)
        writer.array("documents") { writer in
          writer.document(at: 0) { _ in }
        }
      }
    }
  }

  /// Removes the database with all that this library keeps in it, if it carries the mark; does nothing where there is none.
  ///
  /// - Throws: `conflict` where somebody else's collections are there.
  package func remove() async throws(StoreError) {
    try await runOnOwn("maintenance.remove") { session throws(CommandFailure) in try session.dropOurs()
    }
  }

  /// Writes everything to the data files and waits for it, so that it is not done during a measurement.
  package func settle() async throws(StoreError) {
    try await run("maintenance.settle") { session throws(CommandFailure) in
      try session.command(onAdmin: true) { $0.append("fsync", Int32(1)) }
    }
  }

  /// Versions and settings read back from the server: what makes two results comparable.
  package func settings() async throws(StoreError) -> [String: String] {
    try await run("maintenance.settings") { session throws(CommandFailure) in try session.settings() }
  }

  private func runOnOwn(
    _ operation: StaticString, _ body: @escaping @Sendable (AdminSession) throws(CommandFailure) -> Void
  ) async throws(StoreError) {
    let context = CallContext(backend: MongoStore.backendName, operation: operation)
    let contents = try await run(operation) { (session) throws(CommandFailure) -> DatabaseState in
      let contents = try session.state()
      if case .foreign = contents { return contents }
      try body(session)
      return contents
    }
    if case .foreign(let names) = contents {
      throw context.error(
        .conflict, "the database holds collections that somebody else made (\(names.joined(separator: ", ")))"
      )
    }
  }

  func run<Value: Sendable>(
    _ operation: StaticString, _ body: @escaping @Sendable (AdminSession) throws(CommandFailure) -> Value
  ) async throws(StoreError) -> Value {
    let core = MongoCore(address, options)
    let context = CallContext(backend: MongoStore.backendName, operation: operation)
    let result: Result<Value, StoreError>
    do throws(StoreError) {
      result = .success(
        try await core.pool.lease(context, .write) { connection, call throws(StoreError) in
          try connection.attempt(call) { () throws(CommandFailure) in
            try body(AdminSession(connection: connection, call: call))
          }
        })
    } catch {
      result = .failure(error)
    }
    await core.pool.close()
    return try result.get()
  }
}
