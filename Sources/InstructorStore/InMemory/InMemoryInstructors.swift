/// The instructor repository of an ``InMemoryStore``: what each method promises stands at ``InstructorRepository``.
struct InMemoryInstructors: InstructorRepository {
  let store: InMemoryStore

  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    try store.perform("instructors.create") { (check) throws(StoreError) in
      try check.instructor(new)
      try check.isRetry(isRetry, hasID: new.id != nil)
    } body: { (state, call) throws(StoreError) in
      if let id = new.id, let row = state.tables.rows[id] {
        // The first attempt was applied and nobody has changed the instructor since.
        if isRetry, row.instructor == Instructor(new, id: id) { return row.instructor }
        throw call.conflict(.instructorID, entityID: id.rawValue)
      }
      return try state.add(new, call)
    }
  }

  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    try store.perform("instructors.createMany") { (check) throws(StoreError) in
      try check.instructors(items)
    } body: { (state, call) throws(StoreError) in
      // A drawn id must not take one that a later item of this call asks for.
      let explicit = Set(items.compactMap(\.id))
      var added: [Instructor] = []
      added.reserveCapacity(items.count)
      for (index, item) in items.enumerated() {
        do throws(StoreError) {
          added.append(try state.add(item, avoiding: explicit, call))
        } catch {
          for instructor in added.reversed() {
            if let row = state.tables.rows[instructor.id] { state.tables.remove(row) }
          }
          throw error.at(index: index)
        }
      }
      return added
    }
  }

  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    try store.perform("instructors.get") { (check) throws(StoreError) in
      try check.identifier(id)
    } body: { (state, call) throws(StoreError) in
      try state.row(id, call).instructor
    }
  }

  func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?] {
    try store.perform("instructors.get") { (check) throws(StoreError) in
      try check.size(ids.count, "the number of ids", Limits.idsPerGet)
      for id in ids { try check.identifier(id) }
    } body: { (state, _) throws(StoreError) in
      ids.map { state.tables.rows[$0]?.instructor }
    }
  }

  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    try store.perform("instructors.update") { (check) throws(StoreError) in
      try check.change(of: id, ifVersion: ifVersion)
      try check.patch(patch)
    } body: { (state, call) throws(StoreError) in
      let row = try state.row(id, ifVersion: ifVersion, call)
      let changed = patch.applied(to: row.instructor)
      if changed.version != row.instructor.version { state.tables.replace(row, with: changed) }
      return changed
    }
  }

  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) {
    try store.perform("instructors.delete") { (check) throws(StoreError) in
      try check.change(of: id, ifVersion: ifVersion)
    } body: { (state, call) throws(StoreError) in
      state.tables.remove(try state.row(id, ifVersion: ifVersion, call))
    }
  }
}

extension InMemoryState {
  func row(_ id: InstructorID, ifVersion: Int64? = nil, _ call: CallContext) throws(StoreError) -> InMemoryRow
  {
    guard let row = tables.rows[id] else { throw call.notFound(id) }
    _ = try call.require(row.instructor, id, ifVersion: ifVersion)
    return row
  }

  /// Stores one new instructor or throws and leaves the tables as they were.
  mutating func add(
    _ new: NewInstructor, avoiding reserved: Set<InstructorID> = [], _ call: CallContext
  ) throws(StoreError) -> Instructor {
    let id = if let id = new.id { id } else { try drawID(avoiding: reserved, call) }
    if tables.rows[id] != nil { throw call.conflict(.instructorID, entityID: id.rawValue) }
    for assignment in new.courses where assignment.role == .primary {
      if tables.hasPrimary(assignment.courseID) {
        throw call.conflict(.primaryOfCourse, entityID: id.rawValue)
      }
    }
    let instructor = Instructor(new, id: id)
    tables.insert(instructor)
    return instructor
  }

  private mutating func drawID(avoiding reserved: Set<InstructorID>, _ call: CallContext)
    throws(StoreError) -> InstructorID
  {
    let rows = tables.rows
    return try instructorIDs.draw(call) { rows[$0] != nil || reserved.contains($0) }
  }
}
