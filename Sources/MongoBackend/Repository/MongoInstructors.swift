import DriverKit
import InstructorStore

/// The instructors of a ``MongoStore``.
struct MongoInstructors: InstructorRepository {
  let core: MongoCore
  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] { fatalError() }
  func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?] { fatalError() }
  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?) async throws(StoreError) -> Instructor { fatalError() }
  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) { fatalError() }
  func team(of course: CourseID) async throws(StoreError) -> CourseTeam { fatalError() }
  func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?) async throws(StoreError) -> Instructor { fatalError() }
  func unassign(_ course: CourseID, from id: InstructorID, ifVersion: Int64?) async throws(StoreError) -> Instructor { fatalError() }
  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID? { fatalError() }
  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int) async throws(StoreError) -> Page<Instructor> { fatalError() }
  func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int { fatalError() }
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
