public import InstructorStore
import Synchronization

/// What a case works with.
public struct ConformanceContext: Sendable {
  let session: ConformanceSession
  /// Shared with other cases: use fresh ids, courses and names only, and count or list nothing without a filter on them.
  public let store: any StorageBackend
  /// Another handle on the data of ``store``.
  public let secondHandle: any StorageBackend
  let privatePlaces: PrivatePlaces
  /// Decided by the session's seed and the case's name: a case run alone makes the same choices.
  public let random: SeededGenerator

  public var instructors: any InstructorRepository { store.instructors }

  /// A store of the case's own, empty and migrated. It takes a real database some tens of milliseconds.
  public func makeStore() async throws -> PrivatePlace {
    let place = try await makeUnmigratedStore()
    try await place.store.migrate()
    return place
  }

  /// A store of the case's own in which nothing was created yet.
  public func makeUnmigratedStore() async throws -> PrivatePlace {
    let place = try await PrivatePlace(namespace: session.target.makeNamespace())
    await privatePlaces.add(place)
    return place
  }

  /// An explicit id that no other case uses and that no allocator reaches.
  public func freshID() -> InstructorID { freshIDs(1)[0] }

  /// The same, several in ascending order.
  public func freshIDs(_ count: Int) -> [InstructorID] {
    session.numbers.draw(count).map { InstructorID($0) }
  }

  /// A course that no other case uses.
  public func freshCourse() -> CourseID { freshCourses(1)[0] }

  public func freshCourses(_ count: Int) -> [CourseID] {
    session.numbers.draw(count).map { CourseID($0) }
  }

  /// A text that no other case uses and that is no prefix of another fresh one: for names and organizations that a filter
  /// is to find.
  public func freshName(_ stem: String = "case") -> String {
    "\(stem)-\(session.numbers.draw(1).lowerBound);"
  }

  /// A valid new instructor without an id and courses; give it what the case is about.
  public func newInstructor(
    id: InstructorID? = nil, firstName: String = "Grace", lastName: String = "Hopper",
    organization: String? = nil, courses: [CourseAssignment] = []
  ) -> NewInstructor {
    NewInstructor(
      id: id, firstName: firstName, lastName: lastName, organization: organization, courses: courses)
  }
}

/// Numbers for ids and courses, each given out once in a session. They start at 2⁴⁰, where no allocator that begins
/// at 1 comes.
final class FreshNumbers: Sendable {
  private let next = Atomic<Int64>(1 << 40)

  func draw(_ count: Int) -> Range<Int64> {
    let start = next.wrappingAdd(Int64(count), ordering: .relaxed).oldValue
    return start..<start + Int64(count)
  }
}
