import DriverKit
import InstructorStore

/// The reviewers of a ``MongoStore``: what each method promises stands at ``ReviewerRepository``.
///
/// Every create of a review writes its reviewer's document. So a transaction that renames or deletes a reviewer, and
/// writes that document first, meets every review there is or will be: one that comes at the same time makes one of the
/// two begin again.
struct MongoReviewers: ReviewerRepository {
  let core: MongoCore

  func create(_ new: NewReviewer, isRetry: Bool) async throws(StoreError) -> Reviewer {
    let context = core.call("reviewers.create")
    return try await core.run(context, .write) { (validation) throws(StoreError) in
      try validation.reviewer(new)
      try validation.isRetry(isRetry, hasID: new.id != nil)
    } _: { [ids = core.reviewerIDs] connection, call throws(StoreError) in
      var redraw = 0
      while true {
        let id: Int64
        if let given = new.id {
          id = given.rawValue
        } else {
          id = try ids.draw(.reviewer, count: 1, redraw: redraw, connection, call)[0]
        }
        call.noteEntity(id)
        let reviewer = Reviewer(new, id: ReviewerID(id))
        let failure: CommandFailure
        do throws(CommandFailure) {
          try connection.insert(reviewer, call)
          return reviewer
        } catch {
          failure = error
        }
        guard failure.isDuplicateKey else { throw failure.storeError(context, .write, entityID: id) }
        if isRetry, let stored = try connection.settled(reviewer.id, call), stored.isUnchanged(new) {
          return stored
        }
        guard new.id == nil, redraw < IDAllocator.maximumRedraws else {
          throw context.conflict(.reviewerID, entityID: id)
        }
        redraw += 1
      }
    }
  }

  func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer {
    let context = core.call("reviewers.get")
    let found: Reviewer? = try await core.share(context) { (validation) throws(StoreError) in
      try validation.identifier(id)
    } _: { answer in
      .reviewer(id, answer)
    }
    return try context.require(found, id)
  }

  func update(_ id: ReviewerID, _ patch: ReviewerPatch, ifVersion: Int64?) async throws(StoreError)
    -> Reviewer
  {
    try await core.run(core.call("reviewers.update"), patch.isEmpty ? .read : .write) {
      (validation) throws(StoreError) in
      try validation.change(of: id, ifVersion: ifVersion)
      try validation.patch(patch)
    } _: { connection, call throws(StoreError) in
      if patch.isEmpty { return try connection.reviewer(id, ifVersion, call) }
      guard patch.namesAuthor else {
        return try connection.changeAgain(id, call) { () throws(CommandFailure) in
          try connection.modifyReviewer(id, ifVersion, call) { writer in
            writer.document("update") { $0.append(patch) }
            writer.append("new", true)
          }
        } refusal: { () throws(StoreError) in
          _ = try connection.reviewer(id, ifVersion, call)
        }
      }
      return try connection.cascade(id, ifVersion, call) { (transaction) throws(CommandFailure) in
        try transaction.rename(id, ifVersion, patch)
      }
    }
  }

  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) {
    try await core.run(core.call("reviewers.delete"), .write) { (validation) throws(StoreError) in
      try validation.change(of: id, ifVersion: ifVersion)
    } _: { connection, call throws(StoreError) in
      _ = try connection.cascade(id, ifVersion, call) { (transaction) throws(CommandFailure) in
        try transaction.delete(id, ifVersion)
      }
    }
  }
}

/// What came of a change of a reviewer and all of their reviews.
private enum Cascade {
  case done(Reviewer)
  /// There is no such reviewer, or not of this version.
  case unmatched
  case tooManyReviews
}

extension MongoConnection {
  fileprivate func insert(_ reviewer: Reviewer, _ call: MongoCall) throws(CommandFailure) {
    _ = try write(.write, call) { writer in
      writer.append("insert", Collections.reviewers)
      writer.array("documents") { writer in
        writer.document(at: 0) { $0.appendReviewer(reviewer) }
      }
    }
  }

  /// The reviewer as a majority knows it; throws `notFound`, or `conflict` for another version.
  fileprivate func reviewer(_ id: ReviewerID, _ ifVersion: Int64?, _ call: MongoCall) throws(StoreError)
    -> Reviewer
  {
    try call.context.require(try stored(id, call), id, ifVersion: ifVersion)
  }

  private func stored(_ id: ReviewerID, _ call: MongoCall) throws(StoreError) -> Reviewer? {
    var found: Reviewer?
    do throws(CommandFailure) {
      try find(Collections.reviewers, .majorityRead, call, limit: 1) { writer in
        writer.document("filter") { $0.append("_id", id.rawValue) }
      } each: { (document) throws(CorruptDocument) in
        found = try ReviewerDocument.decode(document)
      }
    } catch {
      // Nothing was changed so far, whatever the effect of the call.
      throw error.storeError(call.context, .read, entityID: id.rawValue)
    }
    return found
  }

  /// The reviewer whose id the server has just said is taken: a majority that does not know it yet soon will.
  fileprivate func settled(_ id: ReviewerID, _ call: MongoCall) throws(StoreError) -> Reviewer? {
    var backoff = Backoff(firstMilliseconds: 2, maximumMilliseconds: 50)
    var generator = SystemRandomNumberGenerator()
    // Somebody may have deleted it since.
    for _ in 0..<20 {
      if let stored = try stored(id, call) { return stored }
      signal.wait(milliseconds: backoff.nextMilliseconds(using: &generator))
      signal.clear()
    }
    return nil
  }

  fileprivate func modifyReviewer(
    _ id: ReviewerID, _ ifVersion: Int64?, _ call: MongoCall, _ build: (inout BSONWriter) -> Void
  ) throws(CommandFailure) -> Reviewer? {
    try modify(.write, call) { writer in
      writer.appendReviewerQuery(id, ifVersion)
      build(&writer)
    } decode: { (document) throws(CorruptDocument) in
      try ReviewerDocument.decode(document)
    }
  }

  /// Runs a change of a reviewer and their reviews in a transaction, and says why it could not be made.
  fileprivate func cascade(
    _ id: ReviewerID, _ ifVersion: Int64?, _ call: MongoCall,
    _ body: (OpenTransaction) throws(CommandFailure) -> TransactionEnd<Cascade>
  ) throws(StoreError) -> Reviewer {
    try changeAgain(id, call) { () throws(CommandFailure) -> Result<Reviewer, StoreError>? in
      switch try inTransaction(call, body) {
      case .done(let reviewer): return .success(reviewer)
      case .unmatched: return nil
      case .tooManyReviews:
        return .failure(
          call.context.error(
            .resourceExhausted, "the reviewer has more than \(Limits.reviewsPerCascade) reviews",
            entityID: id.rawValue))
      }
    } refusal: { () throws(StoreError) in
      _ = try reviewer(id, ifVersion, call)
    }.get()
  }
}

extension OpenTransaction {
  fileprivate func rename(_ id: ReviewerID, _ ifVersion: Int64?, _ patch: ReviewerPatch)
    throws(CommandFailure) -> TransactionEnd<Cascade>
  {
    let before = try modify { writer in
      writer.appendReviewerQuery(id, ifVersion)
      writer.document("update") { $0.append(patch) }
    } decode: { (document) throws(CorruptDocument) in
      try ReviewerDocument.decode(document)
    }
    guard let before else { return .rollBack(.unmatched) }
    let after = patch.applied(to: before)
    guard patch.changesAuthor(of: before) else { return .commit(.done(after)) }
    guard before.reviewCount <= Limits.reviewsPerCascade else { return .rollBack(.tooManyReviews) }
    let count = try write { writer in
      writer.append("update", Collections.reviews)
      writer.array("updates") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { $0.append("reviewerId", id.rawValue) }
          writer.document("u") { writer in
            writer.document("$set") { writer in
              writer.append("reviewerName", after.name)
              if let picture = after.picture { writer.append("reviewerPicture", picture) }
            }
            if after.picture == nil {
              writer.document("$unset") { $0.append("reviewerPicture", true) }
            }
          }
          writer.append("multi", true)
        }
      }
    }
    // Unless the reviewer's count was loaded wrong, it is the same number.
    return count > Limits.reviewsPerCascade ? .rollBack(.tooManyReviews) : .commit(.done(after))
  }

  fileprivate func delete(_ id: ReviewerID, _ ifVersion: Int64?) throws(CommandFailure)
    -> TransactionEnd<Cascade>
  {
    let reviewer = try modify { writer in
      writer.appendReviewerQuery(id, ifVersion)
      writer.append("remove", true)
    } decode: { (document) throws(CorruptDocument) in
      try ReviewerDocument.decode(document)
    }
    guard let reviewer else { return .rollBack(.unmatched) }
    var changes: [CourseID: StarCounts] = [:]
    let count = try find(Collections.reviews, limit: Limits.reviewsPerCascade + 1) { writer in
      writer.document("filter") { $0.append("reviewerId", id.rawValue) }
      writer.document("projection") { writer in
        writer.append("courseId", Int32(1))
        writer.append("starHalves", Int32(1))
      }
    } each: { (document) throws(CorruptDocument) in
      var reader = BSONReader(document)
      var course: Int64?
      var halves: Int32?
      while let field = try reader.next() {
        if field.isNamed("courseId") { course = try field.int64() }
        if field.isNamed("starHalves") { halves = try field.int32() }
      }
      guard let course, let halves else { throw CorruptDocument(reason: "a review has no course or stars") }
      changes[CourseID(course), default: .zero][Stars(halves: Int(halves))] -= 1
    }
    guard count <= Limits.reviewsPerCascade else { return .rollBack(.tooManyReviews) }
    guard count > 0 else { return .commit(.done(reviewer)) }
    // The ratings are what others want too: they are known first, and written in one order.
    try changeRatings(changes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    try write { writer in
      writer.append("delete", Collections.reviews)
      writer.array("deletes") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { $0.append("reviewerId", id.rawValue) }
          writer.append("limit", Int32(0))
        }
      }
    }
    return .commit(.done(reviewer))
  }
}

extension BSONWriter {
  /// The first elements of a `findAndModify` of a reviewer.
  fileprivate mutating func appendReviewerQuery(_ id: ReviewerID, _ ifVersion: Int64?) {
    append("findAndModify", Collections.reviewers)
    document("query") { writer in
      writer.append("_id", id.rawValue)
      if let ifVersion { writer.append("version", ifVersion) }
    }
  }

  /// The operators of an update with a patch that is not empty.
  fileprivate mutating func append(_ patch: ReviewerPatch) {
    document("$inc") { $0.append("version", Int64(1)) }
    // The server refuses an operator without fields.
    var setsPicture = false
    if case .set = patch.picture { setsPicture = true }
    if patch.name != nil || patch.coursesTaken != nil || setsPicture {
      document("$set") { writer in
        if let name = patch.name { writer.append("name", name) }
        if case .set(let picture) = patch.picture { writer.append("picture", picture) }
        if let count = patch.coursesTaken { writer.append("coursesTaken", count) }
      }
    }
    if case .clear = patch.picture { document("$unset") { $0.append("picture", true) } }
  }
}

extension ReviewerPatch {
  /// Whether it names what the reviews show of their author.
  fileprivate var namesAuthor: Bool {
    if case .keep = picture { return name != nil }
    return true
  }
}
