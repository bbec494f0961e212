import DriverKit
import InstructorStore

extension MongoConnection {
  /// Serves reads of one kind by one command. Where that fails, each runs again by its own: so each gets its own error,
  /// and nobody the error of another.
  func read(_ calls: [SharedCall], _ unit: MongoCall) {
    if let call = calls.first, calls.count == 1 {
      do throws(CommandFailure) { try readAlone(call, calls) } catch {
        call.keep(error.storeError(call.context, .read))
      }
      return
    }
    do throws(CommandFailure) {
      if try readTogether(calls, unit) { return }
    } catch {
      // Nothing more comes from this connection; the pool may try again on another.
      if isBroken {
        for call in calls { call.keep(error.storeError(call.context, .read)) }
        return
      }
    }
    for call in calls { call.runAloneLater() }
  }

  private func readAlone(_ call: SharedCall, _ calls: [SharedCall]) throws(CommandFailure) {
    switch call.request {
    case .instructor(let id, let answer): answer.value = try read(.instructor(id), call)
    case .primary(let course, let answer): answer.value = try read(.primary(of: course), call)
    case .team(let course, let answer): answer.value = try readTeams([course.rawValue], call)?[0]
    // Of one key it is the same command.
    case .review, .reviewer, .rating: _ = try readTogether(calls, call)
    case .create, .update, .delete: break
    }
  }

  /// - Returns: Whether every call has its answer.
  private func readTogether(_ calls: [SharedCall], _ unit: MongoCall) throws(CommandFailure) -> Bool {
    let keyed = KeyedCalls(count: calls.count) { number in
      calls[number].isAbandoned ? nil : calls[number].request.key
    }
    guard !keyed.keys.isEmpty, let first = calls.first else { return true }
    switch first.request {
    case .instructor:
      try readInstructors(keyed, calls, unit) { writer in
        writer.document("filter") { $0.append("_id", oneOf: keyed.keys) }
      } found: { instructor, answer in
        if let place = keyed.place(of: instructor.id.rawValue) { answer(place) }
      }
    case .primary:
      try readInstructors(keyed, calls, unit) { writer in
        writer.document("filter") { $0.append("primaryOf", oneOf: keyed.keys) }
        writer.append("hint", IndexDefinition.primaryOfCourse)
      } found: { instructor, answer in
        for course in instructor.courses where course.role == .primary {
          if let place = keyed.place(of: course.courseID.rawValue) { answer(place) }
        }
      }
    case .team:
      guard let teams = try readTeams(keyed.keys, unit) else { return false }
      for place in keyed.keys.indices {
        for number in keyed.calls(at: place) {
          if case .team(_, let answer) = calls[number].request { answer.value = teams[place] }
        }
      }
    case .review:
      try readByID(Collections.reviews, keyed, calls, unit, ReviewDocument.decode) {
        if case .review(_, let answer) = $0 { answer.value = .some($1) }
      }
    case .reviewer:
      try readByID(Collections.reviewers, keyed, calls, unit, ReviewerDocument.decode) {
        if case .reviewer(_, let answer) = $0 { answer.value = .some($1) }
      }
    case .rating:
      try readByID(Collections.courseRatings, keyed, calls, unit, RatingDocument.decode) {
        if case .rating(_, let answer) = $0 { answer.value = .some($1) }
      }
    case .create, .update, .delete: break
    }
    return true
  }

  /// Reads at most one instructor for each key.
  ///
  /// - Parameter found: Says which keys an instructor answers, by their places.
  private func readInstructors(
    _ keyed: KeyedCalls, _ calls: [SharedCall], _ unit: MongoCall, _ build: (inout BSONWriter) -> Void,
    found: (Instructor, (_ place: Int) -> Void) -> Void
  ) throws(CommandFailure) {
    func answer(_ place: Int, _ instructor: Instructor?) {
      for number in keyed.calls(at: place) { calls[number].request.answer(instructor) }
    }
    for place in keyed.keys.indices { answer(place, nil) }
    // No two instructors have the same key: there are no more than keys.
    try find(Collections.instructors, .majorityRead, unit, limit: keyed.keys.count, build) {
      (document) throws(CorruptDocument) in
      let instructor = try InstructorDocument.decode(document)
      found(instructor) { answer($0, instructor) }
    }
  }

  /// Reads at most one document for each id.
  ///
  /// - Parameter answer: Hands a request its document, or that there is none.
  private func readByID<Entity>(
    _ collection: StaticString, _ keyed: KeyedCalls, _ calls: [SharedCall], _ unit: MongoCall,
    _ decode: (UnsafeRawBufferPointer) throws(CorruptDocument) -> Entity,
    answer: (SharedRequest, Entity?) -> Void
  ) throws(CommandFailure) {
    for place in keyed.keys.indices {
      for number in keyed.calls(at: place) { answer(calls[number].request, nil) }
    }
    try find(collection, .majorityRead, unit, limit: keyed.keys.count) { writer in
      writer.document("filter") { $0.append("_id", oneOf: keyed.keys) }
    } each: { (document) throws(CorruptDocument) in
      let entity = try decode(document)
      guard let place = keyed.place(of: try BSONReader.int64("_id", in: document)) else { return }
      for number in keyed.calls(at: place) { answer(calls[number].request, entity) }
    }
  }

  /// Members that a read of several teams returns, beyond those that one team may have; popular courses have a dozen.
  private static let extraMembersPerTeam = 16

  /// Everybody on each of the courses, which are ascending: one command over both indexes, and so one consistent read.
  ///
  /// - Returns: A team each, with `nil` for one of more than ``Limits/teamMembers``; or `nil` for all where several
  ///   courses together have more members than one read of them takes.
  private func readTeams(_ courses: [Int64], _ call: MongoCall) throws(CommandFailure) -> [CourseTeam?]? {
    let limit = Limits.teamMembers + 1 + (courses.count - 1) * Self.extraMembersPerTeam
    let keyed = KeyedCalls(count: courses.count) { courses[$0] }
    var teams = courses.map { CourseTeam(courseID: CourseID($0), primary: nil, assistants: []) }
    let count = try find(Collections.instructors, .snapshotRead, call, limit: limit) { writer in
      writer.document("filter") { writer in
        writer.array("$or") { writer in
          writer.document(at: 0) { $0.append("primaryOf", oneOf: courses) }
          writer.document(at: 1) { $0.append("assists", oneOf: courses) }
        }
      }
    } each: { (document) throws(CorruptDocument) in
      let member = try InstructorDocument.decode(document)
      for course in member.courses {
        guard let place = keyed.place(of: course.courseID.rawValue) else { continue }
        switch course.role {
        case .primary: teams[place].primary = member
        case .assistant: teams[place].assistants.append(member)
        }
      }
    }
    if courses.count > 1, count == limit { return nil }
    for place in teams.indices where teams[place].assistants.count > 1 {
      teams[place].assistants.sort { $0.id < $1.id }
    }
    return teams.map { team in
      team.assistants.count + (team.primary == nil ? 0 : 1) > Limits.teamMembers ? nil : team
    }
  }
}

extension SharedRequest {
  fileprivate var key: Int64? {
    switch self {
    case .instructor(let id, _): id.rawValue
    case .primary(let course, _): course.rawValue
    case .team(let course, _): course.rawValue
    case .review(let id, _): id.rawValue
    case .reviewer(let id, _): id.rawValue
    case .rating(let course, _): course.rawValue
    case .create, .update, .delete: nil
    }
  }

  fileprivate func answer(_ instructor: Instructor?) {
    switch self {
    case .instructor(_, let answer), .primary(_, let answer): answer.value = .some(instructor)
    case .team, .create, .update, .delete, .review, .reviewer, .rating: break
    }
  }
}

extension BSONWriter {
  /// A condition: equality for one value, so that a call that is alone sends what it always did.
  fileprivate mutating func append(_ key: StaticString, oneOf values: [Int64]) {
    if values.count == 1 { return append(key, values[0]) }
    document(key) { writer in
      writer.array("$in") { writer in
        for (index, value) in values.enumerated() { writer.append(at: index, value) }
      }
    }
  }
}
