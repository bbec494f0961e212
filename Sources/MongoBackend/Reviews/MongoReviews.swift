import DriverKit
import InstructorStore

/// The reviews of a ``MongoStore``: what each method promises stands at ``ReviewRepository``.
struct MongoReviews: ReviewRepository {
  let core: MongoCore

  /// How often a call follows a review that was deleted and made again for another course.
  private static let maximumMoves = 10

  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review {
    let context = core.call("reviews.create")
    let deadline = core.deadline()
    try core.pool.admit(context)
    let validation = Validation(context)
    try validation.review(new)
    try validation.isRetry(isRetry, hasID: new.id != nil)
    let outcome = try await core.reviewQueue.run(
      .create(new, isRetry: isRetry), of: new.courseID, context, deadline: deadline, core)
    guard case .review(let review) = outcome else { throw context.unexpectedOutcome }
    return review
  }

  func get(_ id: ReviewID) async throws(StoreError) -> Review {
    try await seen(core.call("reviews.get"), id, ifVersion: nil, by: nil) { (_) throws(StoreError) in }
  }

  func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?) async throws(StoreError) -> Review {
    guard patch.stars != nil else { return try await updateComment(id, patch, ifVersion) }
    let operation: StaticString = "reviews.update"
    let outcome = try await write(operation, id, ifVersion: ifVersion) { (validation) throws(StoreError) in
      try validation.patch(patch)
    } change: {
      .update(patch, ifVersion: ifVersion, seen: $0)
    }
    guard case .review(let review) = outcome else { throw core.call(operation).unexpectedOutcome }
    return review
  }

  func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError) {
    _ = try await write("reviews.delete", id, ifVersion: ifVersion) { (_) throws(StoreError) in
    } change: {
      .delete(ifVersion: ifVersion, seen: $0)
    }
  }

  /// A write that moves the rating: finds out of which course the review is, and waits there for its turn.
  private func write(
    _ operation: StaticString, _ id: ReviewID, ifVersion: Int64?,
    validate: (Validation) throws(StoreError) -> Void, change: (Review) -> ReviewChange
  ) async throws(StoreError) -> ReviewOutcome {
    let context = core.call(operation)
    let deadline = core.deadline()
    for _ in 0..<Self.maximumMoves {
      let seen = try await seen(context, id, ifVersion: ifVersion, by: deadline, validate: validate)
      let outcome = try await core.reviewQueue.run(
        change(seen), of: seen.courseID, context, deadline: deadline, core)
      if case .isElsewhere = outcome { continue }
      return outcome
    }
    throw context.error(.contended, "the review kept being made again", entityID: id.rawValue)
  }

  /// The review as a majority knows it; throws `notFound`, or `conflict` for another version.
  private func seen(
    _ context: CallContext, _ id: ReviewID, ifVersion: Int64?, by deadline: Deadline?,
    validate: (Validation) throws(StoreError) -> Void
  ) async throws(StoreError) -> Review {
    let found: Review? = try await core.share(context, by: deadline) { (validation) throws(StoreError) in
      try validation.change(of: id, ifVersion: ifVersion)
      try validate(validation)
    } _: { answer in
      .review(id, answer)
    }
    return try context.require(found, id, ifVersion: ifVersion)
  }

  // MARK: Changes of the review alone

  /// Neither the rating nor the reviewer depends on the comment: one command.
  private func updateComment(_ id: ReviewID, _ patch: ReviewPatch, _ ifVersion: Int64?)
    async throws(StoreError) -> Review
  {
    try await core.run(core.call("reviews.update"), patch.isEmpty ? .read : .write) {
      (validation) throws(StoreError) in
      try validation.change(of: id, ifVersion: ifVersion)
      try validation.patch(patch)
    } _: { connection, call throws(StoreError) in
      if patch.isEmpty { return try connection.review(id, ifVersion, call) }
      return try connection.changeAgain(id, call) { () throws(CommandFailure) in
        try connection.modify(.write, call) { writer in
          writer.append("findAndModify", Collections.reviews)
          writer.document("query") { writer in
            writer.append("_id", id.rawValue)
            if let ifVersion { writer.append("version", ifVersion) }
          }
          writer.document("update") { $0.append(patch) }
          writer.append("new", true)
        } decode: { (document) throws(CorruptDocument) in
          try ReviewDocument.decode(document)
        }
      } refusal: { () throws(StoreError) in
        _ = try connection.review(id, ifVersion, call)
      }
    }
  }

  func markHelpful(_ id: ReviewID) async throws(StoreError) -> Int64 {
    try await vote("reviews.markHelpful", id, "helpful") { $0.helpful }
  }

  func report(_ id: ReviewID) async throws(StoreError) -> Int64 {
    try await vote("reviews.report", id, "reported") { $0.reported }
  }

  private func vote(
    _ operation: StaticString, _ id: ReviewID, _ counter: StaticString,
    count: @escaping @Sendable (Review) -> Int64
  ) async throws(StoreError) -> Int64 {
    try await core.run(core.call(operation), .write) { (validation) throws(StoreError) in
      try validation.identifier(id)
    } _: { connection, call throws(StoreError) in
      try connection.changeAgain(id, call) { () throws(CommandFailure) in
        try connection.modify(.write, call) { writer in
          writer.append("findAndModify", Collections.reviews)
          writer.document("query") { writer in
            writer.append("_id", id.rawValue)
            writer.document(counter) { $0.append("$lt", Limits.counters.upperBound) }
          }
          writer.document("update") { writer in
            writer.document("$inc") { $0.append(counter, Int64(1)) }
          }
          writer.append("new", true)
          writer.document("fields") { $0.append(counter, Int32(1)) }
          writer.append("hint", "_id_" as StaticString)
        } decode: { (document) throws(CorruptDocument) in
          try BSONReader.int64(counter, in: document)
        }
      } refusal: { () throws(StoreError) in
        guard count(try connection.review(id, nil, call)) >= Limits.counters.upperBound else { return }
        throw call.context.error(.resourceExhausted, "the counter is at its limit", entityID: id.rawValue)
      }
    }
  }
}

extension MongoConnection {
  /// The review as a majority knows it; throws `notFound`, or `conflict` for another version.
  fileprivate func review(_ id: ReviewID, _ ifVersion: Int64?, _ call: MongoCall) throws(StoreError) -> Review
  {
    var found: Review?
    do throws(CommandFailure) {
      try find(Collections.reviews, .majorityRead, call, limit: 1) { writer in
        writer.document("filter") { $0.append("_id", id.rawValue) }
      } each: { (document) throws(CorruptDocument) in
        found = try ReviewDocument.decode(document)
      }
    } catch {
      // Nothing was changed so far, whatever the effect of the call.
      throw error.storeError(call.context, .read, entityID: id.rawValue)
    }
    return try call.context.require(found, id, ifVersion: ifVersion)
  }

  /// Makes a change in one command whose filter holds all its conditions, and, where that matched nothing, looks once more
  /// to say which condition failed.
  ///
  /// - Parameters:
  ///   - attempt: The command; `nil` where nothing matched.
  ///   - refusal: Throws for the condition that is not met, if that can still be seen.
  func changeAgain<Value>(
    _ id: some EntityIdentifier, _ call: MongoCall, _ attempt: () throws(CommandFailure) -> Value?,
    refusal: () throws(StoreError) -> Void
  ) throws(StoreError) -> Value {
    call.noteEntity(id.rawValue)
    var backoff = Backoff(firstMilliseconds: 1, maximumMilliseconds: 20)
    var generator = SystemRandomNumberGenerator()
    while !call.deadline.hasPassed, !call.isAbandoned {
      do throws(CommandFailure) {
        if let value = try attempt() { return value }
      } catch {
        throw error.storeError(call.context, .write, entityID: id.rawValue)
      }
      try refusal()
      // Changed in between, or not known to a majority yet.
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      signal.clear()
    }
    throw call.context.error(.contended, "other writers kept winning", entityID: id.rawValue)
  }
}

extension BSONReader {
  /// The 64-bit integer in a field that must be there.
  static func int64(_ name: StaticString, in document: UnsafeRawBufferPointer) throws(CorruptDocument)
    -> Int64
  {
    var reader = BSONReader(document)
    while let field = try reader.next() {
      if field.isNamed(name) { return try field.int64() }
    }
    throw CorruptDocument(reason: "a counter is missing")
  }
}

extension CallContext {
  var unexpectedOutcome: StoreError {
    error(.internalError, "a write came back as another", outcome: .unknown)
  }
}
