import DriverKit
import InstructorStore

/// PostgreSQL's ``InstructorRepository``: reads here, writes in the extensions beside it.
struct PostgresInstructors: InstructorRepository, PostgresRepository {
  let pool: ConnectionPool<PostgresDriver>
  let ids: IDAllocator
  let statements: InstructorStatements

  var model: PostgresDataModel { statements.model }
  var writes: InstructorWrites { statements.writes }
  private var reads: InstructorReads { statements.reads }

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    let context = try context("instructors.get")
    try Validation(context).identifier(id)
    let found = try await pool.read(context, reads.get, id.rawValue)
    return try context.require(found, id)
  }

  func read(_ id: InstructorID, _ connection: Connection, _ call: Call) throws(StoreError) -> Instructor? {
    try connection.find(call, reads.get, id.rawValue)
  }

  func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?] {
    let context = try context("instructors.get")
    let validation = Validation(context)
    try validation.size(ids.count, "the number of ids", Limits.idsPerGet)
    for id in ids { try validation.identifier(id) }
    return try await pool.read(context, reads.getMany) { parameters in
      parameters.append(ids.map(\.rawValue))
    } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
      let found = try InstructorRow.decodeAll(result)
      let byID = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
      return ids.map { byID[$0] }
    }
  }

  func team(of course: CourseID) async throws(StoreError) -> CourseTeam {
    let context = try context("instructors.team")
    try Validation(context).identifier(course, "courseID")
    let team = try await pool.read(context, reads.team, course.rawValue)
    guard let team else {
      throw context.error(.resourceExhausted, "the team has more than \(Limits.teamMembers) members")
    }
    return team
  }

  func primary(of course: CourseID) async throws(StoreError) -> Instructor? {
    let context = try context("instructors.primary")
    try Validation(context).identifier(course, "courseID")
    return try await pool.read(context, reads.primary, course.rawValue)
  }

  func list(
    _ filter: InstructorFilter, after cursor: PageCursor?, limit: Int
  ) async throws(StoreError) -> Page<Instructor> {
    let context = try context("instructors.list")
    let validation = Validation(context)
    try validation.filter(filter)
    try validation.size(limit, "limit", Limits.itemsPerPage)
    let key = try cursor?.instructorKey(filter: filter, context)
    let upperBound = filter.lastNamePrefix.flatMap(Bytewise.upperBound(ofPrefix:))
    let shape = InstructorReads.Shape(filter, upperBound: upperBound, hasCursor: key != nil)
    let statement = reads.list(shape)
    var items = try await lease(context, .read) { (connection, call) throws(StoreError) in
      try connection.query(call, statement) { parameters in
        // One more than asked for tells whether anything follows.
        parameters.append(Int64(limit + 1))
        Self.bind(filter, upperBound, parameters)
        if let key {
          parameters.append(key.lastName)
          parameters.append(key.firstName)
          parameters.append(key.id.rawValue)
        }
      } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
        try InstructorRow.decodeAll(result)
      }
    }
    let hasMore = items.count > limit
    if hasMore { items.removeLast() }
    let next = hasMore ? items.last.map { PageCursor(after: InstructorKey($0), filter: filter) } : nil
    return Page(items: items, next: next)
  }

  func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int {
    let context = try context("instructors.count")
    let validation = Validation(context)
    try validation.filter(filter)
    try validation.size(upTo, "upTo", Limits.countUpTo)
    let upperBound = filter.lastNamePrefix.flatMap(Bytewise.upperBound(ofPrefix:))
    let shape = InstructorReads.Shape(filter, upperBound: upperBound, hasCursor: false)
    let statement = reads.count(shape)
    return try await lease(context, .read) { (connection, call) throws(StoreError) in
      try connection.query(call, statement) { parameters in
        parameters.append(Int64(upTo))
        Self.bind(filter, upperBound, parameters)
      } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
        Int(try result.integer(0, 0))
      }
    }
  }

  private static func bind(_ filter: InstructorFilter, _ upperBound: String?, _ parameters: ParameterBuffer) {
    if let organization = filter.organization { parameters.append(organization) }
    if let prefix = filter.lastNamePrefix { parameters.append(prefix) }
    if let upperBound { parameters.append(upperBound) }
  }
}
