import DriverKit
import InstructorStore

/// The instructors of a ``MongoStore``: what each method promises stands at ``InstructorRepository``.
struct MongoInstructors: InstructorRepository {
  let core: MongoCore
}

extension MongoConnection {
  /// Runs commands whose failures need no closer look.
  func attempt<Value>(
    _ call: MongoCall, entityID: Int64? = nil, _ body: () throws(CommandFailure) -> Value
  ) throws(StoreError) -> Value {
    do throws(CommandFailure) { return try body() } catch {
      throw error.storeError(call.context, call.effect, entityID: entityID)
    }
  }
}
