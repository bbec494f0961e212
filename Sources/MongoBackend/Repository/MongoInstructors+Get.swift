import DriverKit
import InstructorStore

extension MongoInstructors {
  func get(_ id: InstructorID) async throws(StoreError) -> Instructor {
    let context = core.call("instructors.get")
    let found: Instructor? = try await core.share(context) { (validation) throws(StoreError) in
      try validation.identifier(id)
    } _: { answer in
      .instructor(id, answer)
    }
    return try context.require(found, id)
  }

  func get(_ ids: [InstructorID]) async throws(StoreError) -> [Instructor?] {
    try await core.run(core.call("instructors.get"), .read) { (validation) throws(StoreError) in
      try validation.size(ids.count, "the number of ids", Limits.idsPerGet)
      for id in ids { try validation.identifier(id) }
    } _: { connection, call throws(StoreError) in
      try connection.attempt(call) { () throws(CommandFailure) in try connection.read(ids, call) }
    }
  }

  func primary(of course: CourseID) async throws(StoreError) -> Instructor? {
    try await core.share(core.call("instructors.primary")) { (validation) throws(StoreError) in
      try validation.identifier(course, "courseID")
    } _: { answer in
      .primary(course, answer)
    }
  }
}

extension MongoConnection {
  /// One answer per id, in the order given.
  fileprivate func read(_ ids: [InstructorID], _ call: MongoCall) throws(CommandFailure) -> [Instructor?] {
    guard !ids.isEmpty else { return [] }
    // In the order of the index, so that the answers can be dealt back in one pass.
    let order = ids.indices.sorted { ids[$0] < ids[$1] }
    var answers = [Instructor?](repeating: nil, count: ids.count)
    var place = 0
    try find(Collections.instructors, .snapshotRead, call, limit: ids.count) { writer in
      writer.document("filter") { writer in
        writer.document("_id") { writer in
          writer.array("$in") { writer in
            for (index, position) in order.enumerated() { writer.append(at: index, ids[position].rawValue) }
          }
        }
      }
      writer.document("sort") { $0.append("_id", Int32(1)) }
    } each: { (document) throws(CorruptDocument) in
      let instructor = try InstructorDocument.decode(document)
      while place < order.count, ids[order[place]] < instructor.id { place += 1 }
      while place < order.count, ids[order[place]] == instructor.id {
        answers[order[place]] = instructor
        place += 1
      }
    }
    return answers
  }
}
