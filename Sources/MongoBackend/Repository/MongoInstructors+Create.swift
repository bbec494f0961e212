import DriverKit
import InstructorStore

extension MongoInstructors {
  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    let context = core.call("instructors.create")
    guard isRetry else {
      return try await core.share(context) { (validation) throws(StoreError) in
        try validation.instructor(new)
      } _: { answer in
        .create(new, answer)
      }
    }
    return try await core.run(context, .write) { (validation) throws(StoreError) in
      try validation.instructor(new)
      if new.id == nil { throw context.invalid("isRetry needs the id of the earlier create") }
    } _: { [ids = core.instructorIDs] connection, call throws(StoreError) in
      try connection.create(new, isRetry: true, ids, call)
    }
  }
}

extension MongoConnection {
  /// Creates one instructor by a command of its own, with another id as long as the one that was drawn is taken.
  func create(
    _ new: NewInstructor, isRetry: Bool, _ ids: IDAllocator, _ call: MongoCall
  ) throws(StoreError) -> Instructor {
    var redraw = 0
    while true {
      let id = try id(for: new, ids, redraw: redraw, call)
      let instructor = Instructor(new, id: id)
      let failure: CommandFailure
      do throws(CommandFailure) {
        try insert(instructor, call)
        return instructor
      } catch {
        failure = error
      }
      guard failure.isDuplicateKey else {
        throw failure.storeError(call.context, .write, entityID: id.rawValue)
      }
      let taken = try taken(failure, instructor, call)
      guard taken == .instructorID else { throw call.context.conflict(taken, entityID: id.rawValue) }
      if isRetry, try holds(instructor, call) { return instructor }
      guard new.id == nil, redraw < IDAllocator.maximumRedraws else {
        throw call.context.conflict(.instructorID, entityID: id.rawValue)
      }
      redraw += 1
    }
  }

  /// The id that `new` asks for, or one that is drawn.
  func id(
    for new: NewInstructor, _ ids: IDAllocator, redraw: Int, _ call: MongoCall
  ) throws(StoreError) -> InstructorID {
    let id: InstructorID
    if let given = new.id {
      id = given
    } else {
      id = InstructorID(try ids.draw(.instructor, count: 1, redraw: redraw, self, call)[0])
    }
    call.noteEntity(id.rawValue)
    return id
  }

  /// Which rule an insert broke: the id comes before the course's primary, whichever index the server looked at first.
  func taken(_ failure: CommandFailure, _ instructor: Instructor, _ call: MongoCall) throws(StoreError)
    -> Constraint
  {
    guard let duplicate = failure.duplicate else {
      throw call.context.error(.schemaMismatch, "a unique index that this code doesn't know was violated")
    }
    guard duplicate == .primaryOfCourse else { return duplicate }
    let present = try attempt(call) { () throws(CommandFailure) in try read(.instructor(instructor.id), call)
    }
    return present == nil ? .primaryOfCourse : .instructorID
  }

  /// Whether the id is taken by exactly this instructor, as a majority knows it.
  ///
  /// The server has just said that the id is taken, so a majority that does not know it yet soon will: until then
  /// this waits, under the deadline.
  private func holds(_ instructor: Instructor, _ call: MongoCall) throws(StoreError) -> Bool {
    var backoff = Backoff(firstMilliseconds: 2, maximumMilliseconds: 50)
    var generator = SystemRandomNumberGenerator()
    while true {
      let stored = try attempt(call, entityID: instructor.id.rawValue) { () throws(CommandFailure) in
        try read(.instructor(instructor.id), call)
      }
      if let stored { return stored == instructor }
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      signal.clear()
    }
  }
}
