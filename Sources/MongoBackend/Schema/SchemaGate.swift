import DriverKit
import InstructorStore
import Synchronization

/// Lets calls through while the database has a schema that this code can use.
///
/// The schema document is read before the first call and then again by the first call after ``freshness`` has passed;
/// any call reads it while the answer was no. So another process's migration to a version beyond this code, its bulk
/// load, or somebody dropping the database is noticed within that time, at the price of one small read.
final class SchemaGate: Sendable {
  static let freshness = Duration.seconds(5)

  /// Until when the last answer holds, in nanoseconds of ``Deadline``; 0 where it was no.
  private let openUntil = Atomic<UInt64>(0)

  /// - Throws: `schemaMismatch` where the schema is missing, too new, or being loaded.
  func pass(_ connection: MongoConnection, _ call: MongoCall) throws(StoreError) {
    if Deadline.now() < openUntil.load(ordering: .relaxed) { return }
    try call.preparing { () throws(StoreError) in try look(connection, call) }
  }

  private func look(_ connection: MongoConnection, _ call: MongoCall) throws(StoreError) {
    let until = Deadline.after(Self.freshness).nanoseconds
    let state: SchemaState
    do throws(CommandFailure) { state = try connection.readSchema(call) } catch {
      throw error.storeError(call.context, .read)
    }
    try state.verify(call.context)
    openUntil.store(until, ordering: .relaxed)
  }

  /// What it means that the server refused a document: that somebody loads the database, most likely, as a load has
  /// every other write refused.
  func explained(_ error: StoreError, _ connection: MongoConnection, _ call: MongoCall) -> StoreError {
    guard let cause = error.underlying as? MongoDriverError, cause.code == ServerCode.documentRefused else {
      return error
    }
    reset()
    do throws(StoreError) { try look(connection, call) } catch { return error }
    return error
  }

  /// The next call reads the schema document.
  func reset() { openUntil.store(0, ordering: .relaxed) }
}
