import DriverKit
import InstructorStore

extension MongoInstructors {
  func create(_ new: NewInstructor, isRetry: Bool) async throws(StoreError) -> Instructor {
    let context = core.call("instructors.create")
    return try await core.run(context, .write) { (validation) throws(StoreError) in
      try validation.instructor(new)
      if isRetry, new.id == nil { throw context.invalid("isRetry needs the id of the earlier create") }
    } _: { [ids = core.ids] connection, call throws(StoreError) in
      var redraw = 0
      while true {
        let id: Int64
        if let given = new.id {
          id = given.rawValue
        } else {
          id = try ids.draw(count: 1, redraw: redraw, connection, call)[0]
        }
        call.noteEntity(id)
        let instructor = Instructor(new, id: InstructorID(id))
        let failure: CommandFailure
        do throws(CommandFailure) {
          try connection.insert(instructor, call)
          return instructor
        } catch {
          failure = error
        }
        guard failure.isDuplicateKey else { throw failure.storeError(context, .write, entityID: id) }
        let taken = try connection.taken(failure, instructor, call)
        guard taken == .instructorID else { throw context.conflict(taken, entityID: id) }
        if isRetry, try connection.holds(instructor, call) { return instructor }
        guard new.id == nil, redraw < IDAllocator.maximumRedraws else {
          throw context.conflict(.instructorID, entityID: id)
        }
        redraw += 1
      }
    }
  }
}

extension MongoConnection {
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
  func holds(_ instructor: Instructor, _ call: MongoCall) throws(StoreError) -> Bool {
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
