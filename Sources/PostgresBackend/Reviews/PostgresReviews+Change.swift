import DriverKit
import InstructorStore

extension PostgresReviews {
  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review {
    let context = try context("reviews.create")
    let validation = Validation(context)
    try validation.review(new)
    try validation.isRetry(isRetry, hasID: new.id != nil)
    let ids = ids
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      try DrawnIDs.create(
        .review, under: new.id?.rawValue, isRetry: isRetry, ids, ifTaken: .reviewID, connection, call
      ) { (id) throws(StoreError) in
        try Self.insert(new, ReviewID(id), connection, call)
      } earlier: { (id) throws(StoreError) in
        let stored = try Self.find(ReviewID(id), connection, call)
        return stored.flatMap { $0.isUnchanged(new) ? $0 : nil }
      }
    }
  }

  private static func insert(
    _ new: NewReview, _ id: ReviewID, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Review {
    let stored = try connection.query(call, ReviewWrites.create) { parameters in
      ReviewWrites.bindCreate(new, id, parameters)
    } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) -> Review? in
      guard result.rowCount > 0 else { return nil }
      return Review(
        new, id: id, reviewerName: try result.text(0, 0), reviewerPicture: try result.optionalText(0, 1))
    }
    if let stored { return stored }
    // There is no such reviewer, so nothing was inserted. If the id is taken too, that comes first.
    if try find(id, connection, call) != nil { throw call.context.conflict(.reviewID, entityID: id.rawValue) }
    throw call.context.error(
      .referenceViolation, "the reviewer does not exist", constraint: .reviewerReference,
      entityID: new.reviewerID.rawValue)
  }

  func update(
    _ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?
  ) async throws(StoreError) -> Review {
    let context = try context("reviews.update")
    let validation = Validation(context)
    try validation.change(of: id, ifVersion: ifVersion)
    try validation.patch(patch)
    return try await lease(context, patch.isEmpty ? .read : .write) { (connection, call) throws(StoreError) in
      if patch.isEmpty { return try Self.require(id, ifVersion, connection, call) }
      return try Self.attempt(on: id, call) { () throws(StoreError) in
        try connection.query(call, ReviewWrites.update) { parameters in
          ReviewWrites.bindUpdate(id, patch, ifVersion, parameters)
        } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) in
          try ReviewRow.decodeFirst(result)
        }
      } elseFail: { () throws(StoreError) in
        _ = try Self.require(id, ifVersion, connection, call)
      }
    }
  }

  func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError) {
    let context = try context("reviews.delete")
    try Validation(context).change(of: id, ifVersion: ifVersion)
    try await lease(context, .write) { (connection, call) throws(StoreError) in
      _ = try Self.attempt(on: id, call) { () throws(StoreError) in
        try connection.query(call, ReviewWrites.delete) { parameters in
          parameters.append(id.rawValue)
          parameters.append(ifVersion)
        } decode: { (result: borrowing PostgresResult) in
          result.affectedRows == 1 ? true : nil
        }
      } elseFail: { () throws(StoreError) in
        _ = try Self.require(id, ifVersion, connection, call)
      }
    }
  }

  func markHelpful(_ id: ReviewID) async throws(StoreError) -> Int64 {
    try await vote(ReviewWrites.markHelpful, id, context("reviews.markHelpful"))
  }

  func report(_ id: ReviewID) async throws(StoreError) -> Int64 {
    try await vote(ReviewWrites.report, id, context("reviews.report"))
  }

  private func vote(
    _ statement: Statement, _ id: ReviewID, _ context: CallContext
  ) async throws(StoreError) -> Int64 {
    try Validation(context).identifier(id)
    return try await lease(context, .write) { (connection, call) throws(StoreError) in
      call.noteEntity(id.rawValue)
      let count = try connection.query(call, statement) { parameters in
        parameters.append(id.rawValue)
      } decode: { (result: borrowing PostgresResult) throws(DecodingFailure) -> Int64? in
        result.rowCount == 0 ? nil : try result.integer(0, 0)
      }
      if let count { return count }
      _ = try Self.require(id, nil, connection, call)
      throw context.error(
        .resourceExhausted, "no count goes beyond \(Limits.counters.upperBound)", entityID: id.rawValue)
    }
  }

  private static func find(
    _ id: ReviewID, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Review? {
    try connection.find(call, ReviewReads.get, id.rawValue)
  }

  private static func require(
    _ id: ReviewID, _ ifVersion: Int64?, _ connection: Connection, _ call: Call
  ) throws(StoreError) -> Review {
    try call.context.require(try find(id, connection, call), id, ifVersion: ifVersion)
  }
}
