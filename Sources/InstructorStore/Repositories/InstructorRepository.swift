/// Instructors and the courses they teach.
///
/// Conforming types: ``InMemoryStore``'s, `PostgresStore`'s and `MongoStore`'s repositories. All give the same
/// answers and the same error codes.
///
/// **Concurrency.** Every method may be called from any task. One call is one atomic unit: others see all of it
/// or none. A call that returned is seen by every later call through any handle of the same store.
///
/// **Deadlines.** Every call ends by its deadline (5 s unless the store or ``withStoreTimeout(_:_:)`` says otherwise)
/// with an answer or a ``StoreError``.
///
/// **Cancellation.** A cancelled task gets `cancelled` promptly. If nothing had been sent the outcome is
/// `notApplied`; a write that was already sent is `unknown`.
///
/// **Order of checks.** Where a call is wrong in several ways: invalid argument, conflict on the id, not found,
/// conflict on the version, conflict on the assignment, reference violation, too many courses, conflict on the course's primary.
public protocol InstructorRepository: Sendable {
  /// Stores an instructor with its courses.
  ///
  /// - Parameters:
  ///   - new: Explicit ids are for imports. Without one the store draws it before it writes, so that an error whose
  ///     outcome is unknown carries it (``StoreError/entityID``).
  ///   - isRetry: Says that an earlier create of the same content under the same explicit id may have been
  ///     applied. If the id is taken by an instructor of equal content at version 1, that is success.
  /// - Returns: The instructor as stored, version 1.
  /// - Throws: `conflict` with ``Constraint/instructorID`` or ``Constraint/primaryOfCourse``; `invalidArgument`,
  ///   also for `isRetry` without an id.
  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor

  /// Stores 1 to 1,000 instructors, all or none.
  ///
  /// Items take effect in order, so two items that want the same id or the same course's primary conflict.
  /// - Returns: The instructors as stored, in the order given.
  /// - Throws: As ``create(_:isRetry:)``; ``StoreError/index`` names the first item that failed.
  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor]

  /// - Throws: `notFound`.
  func get(_ id: InstructorID) async throws(StoreError) -> Instructor

  /// One answer per id, in the order asked, `nil` where there is none; 0 to 1,000 ids, one consistent read.
  func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?]

  /// Changes the fields that `patch` names and returns the instructor afterwards.
  ///
  /// - Parameter ifVersion: Apply only to this version. Without it the last writer wins.
  /// - Throws: `notFound`; `conflict` with ``Constraint/version``.
  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?)
    async throws(StoreError) -> Instructor

  /// Removes the instructor and its places on courses.
  ///
  /// - Throws: `notFound`; `conflict` with ``Constraint/version``.
  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError)

  /// Everybody on a course: the primary, then the assistants by id, as one consistent read. A course nobody teaches
  /// has an empty team.
  ///
  /// - Throws: `resourceExhausted` for a team over ``Limits/teamMembers``.
  func team(of course: CourseID) async throws(StoreError) -> CourseTeam

  /// The course's primary instructor, or `nil`.
  func primary(of course: CourseID) async throws(StoreError) -> Instructor?

  /// Puts the instructor on a course and returns the instructor afterwards, one version further.
  ///
  /// - Throws: `notFound` (the instructor); `conflict` with ``Constraint/version``, with
  ///   ``Constraint/courseAssignment`` where the instructor is on the course already, in either role, or with
  ///   ``Constraint/primaryOfCourse``; `resourceExhausted` past ``Limits/coursesPerInstructor``.
  func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor

  /// Takes the instructor off a course and returns the instructor afterwards, one version further.
  ///
  /// - Throws: `notFound` where the instructor does not exist or is not on the course (``StoreError/entityID`` is the
  ///   instructor's id in both cases); `conflict` with ``Constraint/version``.
  func unassign(_ course: CourseID, from id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor

  /// Makes `id` the course's primary instructor, whoever was it before, and returns who that was.
  ///
  /// The former primary leaves the course. An assistant of the course is promoted. Both instructors' versions go up by
  /// one; if `id` is the primary already, nothing changes. Nobody ever sees the course with two primaries or, if
  /// it had one, with none.
  /// - Throws: `referenceViolation` with ``Constraint/instructorReference`` where `id` does not exist;
  ///   `resourceExhausted` past ``Limits/coursesPerInstructor``.
  @discardableResult
  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID?

  /// Instructors in the order of last name, first name (both by bytes), id.
  ///
  /// Pages follow the key, not a position: an instructor present throughout is neither repeated nor
  /// skipped while others come and go. One whose name changes meanwhile may be.
  /// - Parameters:
  ///   - after: A ``Page/next`` of the same filter, or `nil` for the first page.
  ///   - limit: 1 to 1,000.
  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>

  /// How many instructors the filter selects, counting no further than `upTo` (1 to 1,000,000): an exact count of
  /// millions of rows takes seconds on either database.
  func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int

  /// The organizations with the most learners, most first, then by name (by bytes). Instructors without an organization
  /// count for none.
  ///
  /// Every instructor is read: give the call time (``withStoreTimeout(_:isolation:_:)``) on large data.
  /// - Parameter limit: 1 to 1,000.
  func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding]
}

extension InstructorRepository {
  public func create(_ new: NewInstructor) async throws(StoreError) -> Instructor {
    try await create(new, isRetry: false)
  }

  public func update(_ id: InstructorID, _ patch: InstructorPatch) async throws(StoreError) -> Instructor {
    try await update(id, patch, ifVersion: nil)
  }

  public func delete(_ id: InstructorID) async throws(StoreError) {
    try await delete(id, ifVersion: nil)
  }

  public func assign(_ assignment: CourseAssignment, to id: InstructorID)
    async throws(StoreError) -> Instructor
  {
    try await assign(assignment, to: id, ifVersion: nil)
  }

  public func unassign(_ course: CourseID, from id: InstructorID) async throws(StoreError) -> Instructor {
    try await unassign(course, from: id, ifVersion: nil)
  }

  public func list(_ filter: InstructorFilter = .all, limit: Int) async throws(StoreError) -> Page<Instructor>
  {
    try await list(filter, after: nil, limit: limit)
  }
}
