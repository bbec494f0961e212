import InstructorStore

/// A repository around another one: forwards every call that a conforming type doesn't define itself.
protocol RepositoryDecorator: InstructorRepository {
  var base: any InstructorRepository { get }
}

extension RepositoryDecorator {
  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    try await base.create(new, isRetry: isRetry)
  }
  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    try await base.createMany(items)
  }
  func get(_ id: InstructorID) async throws(StoreError) -> Instructor { try await base.get(id) }
  func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?] { try await base.get(ids) }
  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.update(id, patch, ifVersion: ifVersion)
  }
  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) {
    try await base.delete(id, ifVersion: ifVersion)
  }
  func team(of course: CourseID) async throws(StoreError) -> CourseTeam { try await base.team(of: course) }
  func primary(of course: CourseID) async throws(StoreError) -> Instructor? {
    try await base.primary(of: course)
  }
  func assign(_ assignment: CourseAssignment, to id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.assign(assignment, to: id, ifVersion: ifVersion)
  }
  func unassign(_ course: CourseID, from id: InstructorID, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try await base.unassign(course, from: id, ifVersion: ifVersion)
  }
  func replacePrimary(of course: CourseID, with id: InstructorID) async throws(StoreError) -> InstructorID? {
    try await base.replacePrimary(of: course, with: id)
  }
  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>
  {
    try await base.list(filter, after: after, limit: limit)
  }
  func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int {
    try await base.count(filter, upTo: upTo)
  }
  func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    try await base.organizationLeaderboard(limit: limit)
  }
}

/// A store around another one with a decorated repository.
struct DecoratedStore: StorageBackend {
  let base: any StorageBackend
  var name: String { "decorated" }
  let instructors: any InstructorRepository
  var reviews: any ReviewRepository { base.reviews }
  var reviewers: any ReviewerRepository { base.reviewers }
  var ratings: any RatingRepository { base.ratings }

  func migrate() async throws(StoreError) { try await base.migrate() }
  func ping() async throws(StoreError) { try await base.ping() }
  func reserveIDs(_ kind: EntityKind, count: Int) async throws(StoreError) -> ClosedRange<Int64> {
    try await base.reserveIDs(kind, count: count)
  }
  func bulkLoad(_ load: BulkLoad) async throws(StoreError) -> BulkLoadResult { try await base.bulkLoad(load) }
  func statistics() -> StoreStatistics { base.statistics() }
  func close() async { await base.close() }
}
