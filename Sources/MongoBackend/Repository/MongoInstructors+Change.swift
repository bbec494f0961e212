import DriverKit
import InstructorStore

extension MongoInstructors {
  func update(_ id: InstructorID, _ patch: InstructorPatch, ifVersion: Int64?)
    async throws(StoreError) -> Instructor
  {
    let context = core.call("instructors.update")
    func validate(_ validation: Validation) throws(StoreError) {
      try validation.change(of: id, ifVersion: ifVersion)
      try validation.patch(patch)
    }
    if patch.isEmpty {
      return try await core.run(context, .read, validate: validate) { connection, call throws(StoreError) in
        try connection.current(id, ifVersion, call)
      }
    }
    return try await core.share(context, validate: validate) { answer in
      .update(id, patch, ifVersion: ifVersion, answer)
    }
  }

  func delete(_ id: InstructorID, ifVersion: Int64?) async throws(StoreError) {
    let _: Bool = try await core.share(core.call("instructors.delete")) { (validation) throws(StoreError) in
      try validation.change(of: id, ifVersion: ifVersion)
    } _: { answer in
      .delete(id, ifVersion: ifVersion, answer)
    }
  }
}

extension MongoConnection {
  /// By one command of its own.
  func update(
    _ id: InstructorID, _ patch: InstructorPatch, _ ifVersion: Int64?, _ call: MongoCall
  ) throws(StoreError) -> Instructor {
    try change(id, ifVersion, call) { () throws(CommandFailure) in
      try modify(id, ifVersion, call) { writer in
        writer.document("update") { $0.append(patch) }
      }
    } refusal: { (_: Instructor) in
      nil
    }
  }

  /// By one command of its own.
  func delete(_ id: InstructorID, _ ifVersion: Int64?, _ call: MongoCall) throws(StoreError) {
    try change(id, ifVersion, call) { () throws(CommandFailure) in
      let answer = try write(.write, call) { writer in
        writer.append("delete", Collections.instructors)
        writer.array("deletes") { writer in
          writer.document(at: 0) { $0.appendDelete(of: id, ifVersion) }
        }
      }
      return answer.count > 0 ? () : nil
    } refusal: { (_: Instructor) in
      nil
    }
  }

  /// How often a change is made again whose filter matched nothing, for no reason that a second look could find.
  private static let maximumAttempts = 20

  /// Makes a change to one instructor in one command whose filter holds all its conditions, and, where that matched
  /// nothing, looks once more to say which condition failed.
  ///
  /// - Parameters:
  ///   - refusesBeforeVersion: Whether those conditions come before that of the version.
  ///   - attempt: The command; `nil` where nothing matched.
  ///   - refusal: Which of its other conditions, the version aside, the instructor does not meet.
  func change<Value>(
    _ id: InstructorID, _ ifVersion: Int64?, _ call: MongoCall, refusesBeforeVersion: Bool = false,
    _ attempt: () throws(CommandFailure) -> Value?, refusal: (Instructor) -> StoreError?
  ) throws(StoreError) -> Value {
    call.noteEntity(id.rawValue)
    var backoff = Backoff(firstMilliseconds: 1, maximumMilliseconds: 20)
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<Self.maximumAttempts {
      do throws(CommandFailure) {
        if let value = try attempt() { return value }
      } catch {
        if error.isDuplicateKey, let duplicate = error.duplicate {
          throw call.context.conflict(duplicate, entityID: id.rawValue)
        }
        throw error.storeError(call.context, .write, entityID: id.rawValue)
      }
      let instructor = try current(id, nil, call)
      if refusesBeforeVersion, let refusal = refusal(instructor) { throw refusal }
      _ = try call.context.require(instructor, id, ifVersion: ifVersion)
      if let refusal = refusal(instructor) { throw refusal }
      // Changed in between, or not known to a majority yet.
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      signal.clear()
    }
    throw call.context.error(.contended, "other writers kept winning", entityID: id.rawValue)
  }

  /// The instructor as it is; throws `notFound`, or `conflict` for another version.
  func current(_ id: InstructorID, _ ifVersion: Int64?, _ call: MongoCall) throws(StoreError) -> Instructor {
    let found: Instructor?
    do throws(CommandFailure) { found = try read(.instructor(id), call) } catch {
      // Nothing was changed so far, whatever the effect of the call.
      throw error.storeError(call.context, .read, entityID: id.rawValue)
    }
    return try call.context.require(found, id, ifVersion: ifVersion)
  }

  /// Changes the document that matches, and returns it as it is then.
  ///
  /// - Parameters:
  ///   - conditions: Further elements of the query.
  ///   - build: The element `update`.
  func modify(
    _ id: InstructorID, _ ifVersion: Int64?, _ call: MongoCall, session: OpaquePointer? = nil,
    conditions: ((inout BSONWriter) -> Void)? = nil, _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> Instructor? {
    try write(session == nil ? .write : .bare, call, session: session) { writer in
      writer.append("findAndModify", Collections.instructors)
      writer.document("query") { writer in
        writer.appendIdentity(id, ifVersion)
        conditions?(&writer)
      }
      build(&writer)
      writer.append("new", true)
      // Conditions on the courses must not tempt the planner to their indexes.
      if conditions != nil { writer.append("hint", "_id_" as StaticString) }
    }.instructor
  }
}

extension BSONWriter {
  mutating func appendIdentity(_ id: InstructorID, _ ifVersion: Int64?) {
    append("_id", id.rawValue)
    if let ifVersion { append("version", ifVersion) }
  }

  /// One statement of a delete.
  mutating func appendDelete(of id: InstructorID, _ ifVersion: Int64?) {
    document("q") { $0.appendIdentity(id, ifVersion) }
    append("limit", Int32(1))
  }

  /// The operators of an update; texts stand as values under `$set`, where nothing in them is an operator or a path.
  mutating func append(_ patch: InstructorPatch) {
    document("$inc") { $0.append("version", Int64(1)) }
    if patch.setsSomething {
      document("$set") { writer in
        if let text = patch.firstName { writer.append("firstName", text) }
        if let text = patch.lastName { writer.append("lastName", text) }
        if case .set(let text) = patch.middleInitial { writer.append("middleInitial", text) }
        if case .set(let text) = patch.academicTitle { writer.append("academicTitle", text) }
        if case .set(let text) = patch.title { writer.append("title", text) }
        if case .set(let text) = patch.organization { writer.append("organization", text) }
        if let learners = patch.learners { writer.append("learners", learners) }
        if case .set(let rating) = patch.averageRating {
          writer.append("averageRatingTenths", Int32(truncatingIfNeeded: rating.tenths))
        }
        if let count = patch.ratingCount { writer.append("ratingCount", count) }
      }
    }
    if patch.clearsSomething {
      document("$unset") { writer in
        if case .clear = patch.middleInitial { writer.append("middleInitial", true) }
        if case .clear = patch.academicTitle { writer.append("academicTitle", true) }
        if case .clear = patch.title { writer.append("title", true) }
        if case .clear = patch.organization { writer.append("organization", true) }
        if case .clear = patch.averageRating { writer.append("averageRatingTenths", true) }
      }
    }
  }
}

extension InstructorPatch {
  // The server refuses an operator without fields.

  fileprivate var setsSomething: Bool {
    if firstName != nil || lastName != nil || learners != nil || ratingCount != nil { return true }
    if case .set = averageRating { return true }
    return [middleInitial, academicTitle, title, organization].contains {
      if case .set = $0 { true } else { false }
    }
  }

  fileprivate var clearsSomething: Bool {
    if case .clear = averageRating { return true }
    return [middleInitial, academicTitle, title, organization].contains {
      if case .clear = $0 { true } else { false }
    }
  }
}
