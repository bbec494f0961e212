import DriverKit
import InstructorStore

extension PostgresInstructors {
  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    let context = try context("instructors.create")
    try Validation(context).instructor(new)
    try Validation(context).isRetry(isRetry, hasID: new.id != nil)
    let ids = ids
    if new.id == nil, new.courses.isEmpty {
      let insert = InsertInstructor(new, ids)
      try await pool.write(context, insert)
      guard let created = insert.result else { throw context.error(.internalError, "nothing was created") }
      return created
    }
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      try DrawnIDs.create(
        .instructor, under: new.id?.rawValue, isRetry: isRetry, ids, ifTaken: .instructorID, connection, call
      ) { (id) throws(StoreError) in
        try Self.insert(new, InstructorID(id), connection, call)
        return Instructor(new, id: InstructorID(id))
      } earlier: { (id) throws(StoreError) in
        let stored = try Self.read(InstructorID(id), connection, call)
        return stored == Instructor(new, id: InstructorID(id)) ? stored : nil
      }
    }
  }

  static func createWithDrawnID(
    _ new: NewInstructor, _ ids: IDAllocator, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Instructor {
    try DrawnIDs.create(.instructor, ids, ifTaken: .instructorID, connection, call) {
      (drawn) throws(StoreError) in
      let id = InstructorID(drawn)
      try insert(new, id, connection, call)
      return Instructor(new, id: id)
    }
  }

  private static func insert(
    _ new: NewInstructor, _ id: InstructorID, _ connection: Connection, _ call: Call
  ) throws(StoreError) {
    let hasCourses = !new.courses.isEmpty
    let statements =
      hasCourses ? [InstructorWrites.insert, InstructorWrites.insertCourses] : [InstructorWrites.insert]
    try connection.exchange(call, statements) { index, parameters in
      if index == 0 {
        InstructorWrites.bindInsert(new, id.rawValue, parameters)
      } else {
        parameters.append(new.courses.map(\.courseID.rawValue))
        parameters.append([Int64](repeating: id.rawValue, count: new.courses.count))
        parameters.append(new.courses.map { $0.role == .primary })
      }
    }
  }

  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    let context = try context("instructors.createMany")
    try Validation(context).instructors(items)
    let ids = ids
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      for attempt in 0..<DrawnIDs.redrawLimit {
        var next = try Self.drawIDs(for: items, ids, connection, call).makeIterator()
        let instructors = items.map { item in
          Instructor(item, id: item.id ?? InstructorID(next.next() ?? 0))
        }
        do throws(StoreError) {
          try Self.insertAll(items, instructors, connection, call)
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
  private static func drawIDs(
    for items: [NewInstructor], _ ids: IDAllocator, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> [Int64] {
    let named = Set(items.compactMap(\.id?.rawValue))
    let count = items.count - items.count { $0.id != nil }
    var drawn: [Int64] = []
    while drawn.count < count {
      drawn += try ids.draw(count: count - drawn.count) { (count) throws(StoreError) in
        try IDReservation.reserve(.instructor, count: count, connection, call)
      }.filter { !named.contains($0) }
    }
    return drawn
  }

  /// All rows in one unit; if it fails, again one by one to learn which item is at fault.
  private static func insertAll(
    _ items: [NewInstructor], _ instructors: [Instructor], _ connection: Connection, _ call: Call
  ) throws(StoreError) {
    do throws(StoreError) {
      var statements = instructors.map { _ in InstructorWrites.insert }
      let courses = instructors.flatMap { instructor in instructor.courses.map { (instructor.id, $0) } }
      if !courses.isEmpty { statements.append(InstructorWrites.insertCourses) }
      try connection.exchange(call, statements) { index, parameters in
        if index < items.count {
          InstructorWrites.bindInsert(items[index], instructors[index].id.rawValue, parameters)
        } else {
          parameters.append(courses.map(\.1.courseID.rawValue))
          parameters.append(courses.map(\.0.rawValue))
          parameters.append(courses.map { $0.1.role == .primary })
        }
      }
    } catch {
      guard error.code == .conflict else { throw error }
      try connection.transaction(call) { () throws(StoreError) in
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
}
