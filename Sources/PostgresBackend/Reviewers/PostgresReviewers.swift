import DriverKit
import InstructorStore

/// PostgreSQL's ``ReviewerRepository``.
struct PostgresReviewers: ReviewerRepository, PostgresRepository {
  let pool: ConnectionPool<PostgresDriver>
  let ids: IDAllocator
  let model: PostgresDataModel

  func create(_ new: NewReviewer, isRetry: Bool) async throws(StoreError) -> Reviewer {
    let context = try context("reviewers.create")
    let validation = Validation(context)
    try validation.reviewer(new)
    try validation.isRetry(isRetry, hasID: new.id != nil)
    let ids = ids
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      try DrawnIDs.create(
        .reviewer, under: new.id?.rawValue, isRetry: isRetry, ids, ifTaken: .reviewerID, connection, call
      ) { (id) throws(StoreError) in
        try Self.insert(new, ReviewerID(id), connection, call)
      } earlier: { (id) throws(StoreError) in
        let stored = try Self.find(ReviewerID(id), connection, call)
        return stored.flatMap { $0.isUnchanged(new) ? $0 : nil }
      }
    }
  }

  private static func insert(
    _ new: NewReviewer, _ id: ReviewerID, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Reviewer {
    try connection.exchange(call, [ReviewerStatements.insert]) { _, parameters in
      parameters.append(id.rawValue)
      parameters.append(new.name)
      parameters.append(new.picture)
      parameters.append(new.coursesTaken)
    }
    return Reviewer(new, id: id)
  }

  func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer {
    let context = try context("reviewers.get")
    try Validation(context).identifier(id)
    let stored = try await pool.read(context, ReviewerStatements.get, id.rawValue)
    return try context.require(stored, id)
  }

  private static func find(
    _ id: ReviewerID, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Reviewer? {
    try connection.find(call, ReviewerStatements.get, id.rawValue)
  }

  func update(
    _ id: ReviewerID, _ patch: ReviewerPatch, ifVersion: Int64?
  ) async throws(StoreError) -> Reviewer {
    let context = try context("reviewers.update")
    let validation = Validation(context)
    try validation.change(of: id, ifVersion: ifVersion)
    try validation.patch(patch)
    return try await lease(context, patch.isEmpty ? .read : .write) { (connection, call) throws(StoreError) in
      if patch.isEmpty { return try Self.require(id, ifVersion, connection, call) }
      return try Self.attempt(on: id, call) { () throws(StoreError) in
        try connection.query(call, ReviewerStatements.update) { parameters in
          ReviewerStatements.bindUpdate(id, patch, ifVersion, parameters)
        } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
          try ReviewerStatements.decodeFirst(result)
        }
      } elseFail: { () throws(StoreError) in
        let stored = try Self.require(id, ifVersion, connection, call)
        if stored.reviewCount > Limits.reviewsPerCascade, patch.changesAuthor(of: stored) {
          throw Self.tooManyReviews(id, context)
        }
      }
    }
  }

  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) {
    let context = try context("reviewers.delete")
    try Validation(context).change(of: id, ifVersion: ifVersion)
    try await lease(context, .write) { (connection, call) throws(StoreError) in
      _ = try Self.attempt(on: id, call) { () throws(StoreError) in
        try Self.delete(id, ifVersion, connection, call) ? true : nil
      } elseFail: { () throws(StoreError) in
        _ = try Self.require(id, ifVersion, connection, call)
        let hasTooMany = try connection.query(call, ReviewerStatements.hasTooMany, effect: .read) {
          parameters in
          parameters.append(id.rawValue)
        } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
          try result.boolean(0, 0)
        }
        if hasTooMany { throw Self.tooManyReviews(id, context) }
      }
    }
  }

  /// Removes the reviewer with all reviews, or changes nothing and returns `false`.
  private static func delete(
    _ id: ReviewerID, _ ifVersion: Int64?, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Bool {
    let steps = [ReviewerStatements.lock, ReviewerStatements.deleteReviews, ReviewerStatements.delete]
    var isGone = false
    do throws(StoreError) {
      try connection.exchange(call, steps) { index, parameters in
        parameters.append(id.rawValue)
        if index > 0 { parameters.append(ifVersion) }
      } receive: { (index, result: borrowing PostgresResult) in
        if index == 2 { isGone = result.affectedRows == 1 }
      }
    } catch {
      guard error.constraint == .reviewerReference else { throw error }
      // The reviewer came to be after the first step, which so locked nothing, and has a review already.
      throw call.context.error(.contended, "the reviewer was being created", entityID: id.rawValue)
    }
    return isGone
  }

  private static func require(
    _ id: ReviewerID, _ ifVersion: Int64?, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Reviewer {
    try call.context.require(try find(id, connection, call), id, ifVersion: ifVersion)
  }

  private static func tooManyReviews(_ id: ReviewerID, _ context: CallContext) -> StoreError {
    context.error(
      .resourceExhausted, "the reviewer has more than \(Limits.reviewsPerCascade) reviews",
      entityID: id.rawValue)
  }
}
