import DriverKit
import InstructorStore

extension MongoInstructors {
  func createMany(_ items: [NewInstructor]) async throws(StoreError) -> [Instructor] {
    let context = core.call("instructors.createMany")
    return try await core.run(context, .write) { (validation) throws(StoreError) in
      try validation.instructors(items)
    } _: { [ids = core.instructorIDs] connection, call throws(StoreError) in
      // A drawn id must not take one that another item asks for.
      let explicit = Set(items.compactMap { $0.id?.rawValue })
      var redraw = 0
      while true {
        let instructors = try connection.identify(items, avoiding: explicit, redraw: redraw, ids, call)
        let failure: CommandFailure
        do throws(CommandFailure) {
          try connection.insertAll(instructors, call)
          return instructors
        } catch {
          failure = error
        }
        guard failure.isDuplicateKey, let index = failure.index, instructors.indices.contains(index) else {
          throw failure.storeError(context, .write)
        }
        let instructor = instructors[index]
        let isTakenHere = instructors[..<index].contains { $0.id == instructor.id }
        let taken = isTakenHere ? .instructorID : try connection.taken(failure, instructor, call)
        guard taken == .instructorID, items[index].id == nil, redraw < IDAllocator.maximumRedraws else {
          throw context.conflict(taken, entityID: instructor.id.rawValue).at(index: index)
        }
        redraw += 1
      }
    }
  }
}

extension MongoConnection {
  /// The instructors that `items` become, with drawn ids where they have none.
  fileprivate func identify(
    _ items: [NewInstructor], avoiding explicit: Set<Int64>, redraw: Int, _ ids: IDAllocator,
    _ call: MongoCall
  ) throws(StoreError) -> [Instructor] {
    let needed = items.count { $0.id == nil }
    var drawn: [Int64] = []
    while drawn.count < needed {
      drawn += try ids.draw(
        .instructor, count: needed - drawn.count, redraw: drawn.isEmpty ? redraw : 0, self, call
      )
      .filter { !explicit.contains($0) }
    }
    var next = drawn.makeIterator()
    var instructors: [Instructor] = []
    instructors.reserveCapacity(items.count)
    for item in items {
      guard let id = item.id ?? next.next().map({ InstructorID($0) }) else { continue }
      instructors.append(Instructor(item, id: id))
    }
    return instructors
  }

  /// Inserts all or none: one ordered insert in a transaction, which ends at the first that fails.
  fileprivate func insertAll(_ instructors: [Instructor], _ call: MongoCall) throws(CommandFailure) {
    try transaction(call) { (session) throws(CommandFailure) in
      _ = try write(.bare, call, session: session) { writer in
        writer.append("insert", Collections.instructors)
        writer.array("documents") { writer in
          for (index, instructor) in instructors.enumerated() {
            writer.document(at: index) { $0.appendInstructor(instructor) }
          }
        }
      }
      return .commit(())
    }
  }
}
