import DriverKit
import InstructorStore

extension PostgresInstructors {
  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    let context = try context("instructors.create")
    try Validation(context).instructor(new)
    try Validation(context).isRetry(isRetry, hasID: new.id != nil)
    if InsertInstructor.mayBeGrouped(new) {
      let insert = InsertInstructor(new, self)
      try await pool.write(context, insert)
      guard let created = insert.result else { throw context.error(.internalError, "nothing was created") }
      return created
    }
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      try DrawnIDs.create(
        .instructor, under: new.id?.rawValue, isRetry: isRetry, ids, ifTaken: .instructorID, connection, call
      ) { (id) throws(StoreError) in
        try insert(new, InstructorID(id), connection, call)
        return Instructor(new, id: InstructorID(id))
      } earlier: { (id) throws(StoreError) in
        let stored = try read(InstructorID(id), connection, call)
        return stored == Instructor(new, id: InstructorID(id)) ? stored : nil
      }
    }
  }

  func createWithDrawnID(
    _ new: NewInstructor, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Instructor {
    try DrawnIDs.create(.instructor, ids, ifTaken: .instructorID, connection, call) {
      (drawn) throws(StoreError) in
      let id = InstructorID(drawn)
      try insert(new, id, connection, call)
      return Instructor(new, id: id)
    }
  }

  private func insert(
    _ new: NewInstructor, _ id: InstructorID, _ connection: Connection, _ call: Call
  ) throws(StoreError) {
    var statements = [writes.insert]
    if !new.courses.isEmpty, let courses = writes.insertCourses { statements.append(courses) }
    try connection.exchange(call, statements) { index, parameters in
      if index == 0 {
        InstructorWrites.bindInsert(new, id.rawValue, parameters)
      } else {
        InstructorWrites.bindCourses(new.courses.map { (id.rawValue, $0) }, parameters)
      }
    }
  }

  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    let context = try context("instructors.createMany")
    try Validation(context).instructors(items)
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      for attempt in 0..<DrawnIDs.redrawLimit {
        var next = try drawIDs(for: items, connection, call).makeIterator()
        let instructors = items.map { item in
          Instructor(item, id: item.id ?? InstructorID(next.next() ?? 0))
        }
        do throws(StoreError) {
          try insertAll(items, instructors, connection, call)
          return instructors
        } catch {
          let isDrawn = error.index.map { items[$0].id == nil } ?? false
          guard isDrawn, error.constraint == .instructorID else { throw error }
          try DrawnIDs.skipTaken(.instructor, attempt, ids, connection, call)
        }
      }
      throw call.context.error(.contended, "the drawn ids kept being taken")
    }
  }

  /// One id for each item without; none that another item names.
  private func drawIDs(
    for items: [NewInstructor], _ connection: Connection, _ call: Call
  ) throws(StoreError) -> [Int64] {
    let named = Set(items.compactMap(\.id?.rawValue))
    let count = items.count - items.count { $0.id != nil }
    var drawn: [Int64] = []
    while drawn.count < count {
      drawn += try DrawnIDs.draw(.instructor, count: count - drawn.count, ids, connection, call)
        .filter { !named.contains($0) }
    }
    return drawn
  }

  /// All rows in one unit; if it fails, again one by one to learn which item is at fault.
  private func insertAll(
    _ items: [NewInstructor], _ instructors: [Instructor], _ connection: Connection, _ call: Call
  ) throws(StoreError) {
    do throws(StoreError) {
      let claims = claims(items)
      let inserts = writes.insertMany.map { [$0] } ?? items.map { _ in writes.insert }
      let rows = claims.count..<claims.count + inserts.count
      var statements = claims.map(\.statement) + inserts
      let courses = instructors.flatMap { instructor in
        instructor.courses.map { (instructor.id.rawValue, $0) }
      }
      if !courses.isEmpty, let insertCourses = writes.insertCourses { statements.append(insertCourses) }
      try connection.exchange(call, statements) { index, parameters in
        if index < rows.lowerBound {
          parameters.append(claims[index].courses)
        } else if rows.contains(index), writes.insertMany != nil {
          InstructorWrites.bindInsertMany(
            zip(items, instructors).map { ($0, $1.id.rawValue) }, parameters)
        } else if rows.contains(index) {
          let item = index - rows.lowerBound
          InstructorWrites.bindInsert(items[item], instructors[item].id.rawValue, parameters)
        } else {
          InstructorWrites.bindCourses(courses, parameters)
        }
      }
    } catch {
      guard error.code == .conflict else { throw error }
      try connection.transaction(call) { () throws(StoreError) in
        let claims = claims(items)
        if !claims.isEmpty {
          try connection.exchange(call, claims.map(\.statement)) { $1.append(claims[$0].courses) }
        }
        for (index, item) in items.enumerated() {
          do throws(StoreError) {
            try insert(item, instructors[index].id, connection, call)
          } catch {
            throw error.at(index: index)
          }
        }
      }
    }
  }

  /// What comes first where several instructors are inserted: at most one statement.
  private func claims(_ items: [NewInstructor]) -> [(statement: Statement, courses: [Int64])] {
    guard let claim = writes.claimCourses else { return [] }
    let courses = items.flatMap { $0.courseIDs(.primary) }
    return courses.isEmpty ? [] : [(claim, courses)]
  }
}
