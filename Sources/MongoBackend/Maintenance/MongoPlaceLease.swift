import DriverKit
package import InstructorStore
import Synchronization

/// The sole use of a database among all programs that ask for it this way; of nobody else's concern.
///
/// A document beside the mark that the place is the benchmark's own, with an end by the server's clock that is put off
/// while the holder lives: whoever was killed keeps it for ``milliseconds`` at the most.
package final class MongoPlaceLease: Sendable {
  private static let documentID: StaticString = "lease"
  private static let milliseconds: Int64 = 30_000
  private static let renewal = Duration.seconds(10)

  private let core: MongoCore
  private let holder = "\(UInt64.random(in: 1...UInt64.max))"
  private let renewing = Mutex<Task<Void, Never>?>(nil)

  private init(_ core: MongoCore) { self.core = core }

  /// `nil` where somebody else has it. Makes the marked database where there is none.
  ///
  /// - Throws: `conflict` where somebody else's collections are there.
  package static func acquire(_ url: String, database: String) async throws(StoreError) -> MongoPlaceLease? {
    var options = MongoOptions()
    options.database = database
    options.connections = 1
    options.timeout = StoreTimeout.defaultForMaintenance
    let address = try MongoAddress(
      url, options: options, CallContext(backend: MongoStore.backendName, operation: "acquire"))
    let lease = MongoPlaceLease(MongoCore(address, options))
    let isMine: Bool
    do throws(StoreError) {
      isMine = try await lease.renew()
    } catch {
      await lease.core.pool.close()
      throw error
    }
    guard isMine else {
      await lease.core.pool.close()
      return nil
    }
    lease.keepRenewing()
    return lease
  }

  /// Takes the lease, also where it went with the database; `false` where somebody else has it.
  package func renew() async throws(StoreError) -> Bool {
    let isForeign = try await run("acquire") { (admin, _) throws(CommandFailure) in
      if case .foreign = try admin.state() { return true }
      return false
    }
    if isForeign {
      throw core.call("acquire").error(.conflict, "the database holds collections that somebody else made")
    }
    return try await run("acquire") { [holder] (_, session) throws(CommandFailure) in
      if try Self.extend(session, holder) { return true }
      do throws(CommandFailure) {
        try session.update(MongoMaintenance.markerCollection, id: Self.documentID, upsert: true) { writer in
          writer.document("u") { writer in
            writer.document("$setOnInsert") { writer in
              writer.append("holder", "" as StaticString)
              writer.append("until", date: 0)
            }
          }
        }
      } catch {
        // Somebody else has just made it.
        guard error.isDuplicateKey else { throw error }
      }
      return try session.update(MongoMaintenance.markerCollection, id: Self.documentID) { writer in
        writer.document("$expr") { $0.appendIsPast("$until") }
      } _: { writer in
        Self.set(&writer, holder)
      } == 1
    }
  }

  /// Gives it back, with the database if there is nothing in it.
  package func release() async {
    renewing.withLock { $0?.cancel() }
    _ = try? await run("release") { [holder] (admin, session) throws(CommandFailure) in
      guard try Self.extend(session, holder) else { return }
      if try admin.collections() == ["\(MongoMaintenance.markerCollection)"] { return try admin.dropOurs() }
      try session.run { writer in
        writer.append("delete", MongoMaintenance.markerCollection)
        writer.array("deletes") { writer in
          writer.document(at: 0) { writer in
            writer.document("q") { writer in
              writer.append("_id", Self.documentID)
              writer.append("holder", holder)
            }
            writer.append("limit", Int32(1))
          }
        }
      }
    }
    await core.pool.close()
  }

  /// Never makes the document: the database may have been removed meanwhile.
  private func keepRenewing() {
    let task = Task { [weak self] in
      while true {
        try? await Task.sleep(for: Self.renewal)
        guard !Task.isCancelled, let self else { return }
        // A server that is gone for a moment is everybody's problem, not the lease's.
        _ = try? await self.run("renew") { [holder = self.holder] (_, session) throws(CommandFailure) in
          try Self.extend(session, holder)
        }
      }
    }
    renewing.withLock { $0 = task }
  }

  private static func extend(_ session: MaintenanceSession, _ holder: String) throws(CommandFailure) -> Bool {
    try session.update(MongoMaintenance.markerCollection, id: documentID) { writer in
      writer.append("holder", holder)
    } _: { writer in
      set(&writer, holder)
    } == 1
  }

  private static func set(_ writer: inout BSONWriter, _ holder: String) {
    writer.array("u") { writer in
      writer.document(at: 0) { writer in
        writer.document("$set") { writer in
          writer.append("holder", holder)
          writer.document("until") { $0.appendNow(plus: milliseconds) }
        }
      }
    }
  }

  private func run<Value: Sendable>(
    _ operation: StaticString,
    _ body: @escaping @Sendable (AdminSession, MaintenanceSession) throws(CommandFailure) -> Value
  ) async throws(StoreError) -> Value {
    try await core.pool.lease(core.call(operation), .write) { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in
        try body(
          AdminSession(connection: connection, call: call), MaintenanceSession(connection, call, call.deadline))
      }
    }
  }
}
