import DriverKit
import InstructorStore

/// The commands that transactions over reviews are made of.
extension OpenTransaction {
  // MARK: Ratings

  /// Adds to the counts of the reviews; makes the rating where there is none.
  func changeRating(of course: CourseID, by change: StarCounts) throws(CommandFailure) {
    try changeRatings([(course, change)])
  }

  func changeRatings(_ changes: [(CourseID, StarCounts)]) throws(CommandFailure) {
    let changes = changes.filter { $0.1 != .zero }
    guard !changes.isEmpty else { return }
    do throws(CommandFailure) {
      try write { writer in
        writer.append("update", Collections.courseRatings)
        writer.array("updates") { writer in
          for (index, (course, change)) in changes.enumerated() {
            writer.document(at: index) { writer in
              writer.document("q") { $0.append("_id", course.rawValue) }
              writer.document("u") { $0.appendRatingChange(change) }
              writer.append("upsert", true)
            }
          }
        }
      }
    } catch {
      // Somebody else has just made it.
      var failure = error
      if failure.isDuplicateKey {
        failure.isTransient = true
        failure.code = ServerCode.writeConflict
      }
      throw failure
    }
  }

  /// Counts the course's reviews and stores the counts.
  ///
  /// The rating is written first, so that others of its writers have to wait and not this one, which takes longer.
  func recount(_ course: CourseID) throws(CommandFailure) -> CourseRating {
    func set(_ change: (inout BSONWriter) -> Void) throws(CommandFailure) -> CourseRating {
      let rating = try modify { writer in
        writer.append("findAndModify", Collections.courseRatings)
        writer.document("query") { $0.append("_id", course.rawValue) }
        writer.document("update") { writer in
          change(&writer)
          writer.document("$setOnInsert") { $0.append("version", Int64(0)) }
        }
        writer.append("upsert", true)
        writer.append("new", true)
      } decode: { (document) throws(CorruptDocument) in
        try RatingDocument.decode(document)
      }
      guard let rating else { throw CommandFailure(.corrupt, message: "an upsert returned nothing") }
      return rating
    }
    do throws(CommandFailure) {
      // An update that changes nothing is no write.
      _ = try set { writer in
        writer.document("$set") { $0.append("recount", Int64.random(in: 1...Int64.max)) }
      }
    } catch {
      var failure = error
      if failure.isDuplicateKey { failure.isTransient = true }
      throw failure
    }
    var counts = StarCounts.zero
    try aggregate(Collections.reviews, limit: Limits.starHalves.count) { writer in
      writer.array("pipeline") { writer in
        writer.document(at: 0) { writer in
          writer.document("$match") { $0.append("courseId", course.rawValue) }
        }
        writer.document(at: 1) { writer in
          writer.document("$group") { writer in
            writer.append("_id", "$starHalves" as StaticString)
            writer.document("count") { $0.append("$sum", Int64(1)) }
          }
        }
      }
      writer.append("hint", IndexDefinition.byStarsAndNewest)
    } each: { (document) throws(CorruptDocument) in
      var stars: Int32?
      var count: Int64?
      var reader = BSONReader(document)
      while let field = try reader.next() {
        if field.isNamed("_id") { stars = try field.int32() }
        if field.isNamed("count") { count = try field.int64() }
      }
      guard let stars, let count, Limits.starHalves.contains(Int(stars)) else {
        throw CorruptDocument(reason: "a review has no stars")
      }
      counts[Stars(halves: Int(stars))] = count
    }
    return try set { writer in
      writer.document("$set") { $0.document("reviews") { $0.appendCounts(counts) } }
      writer.document("$unset") { $0.append("recount", true) }
    }
  }

  // MARK: Reviewers

  /// Adds one to the reviewer's count; `nil` where there is no such reviewer.
  func countReview(of reviewer: ReviewerID) throws(CommandFailure) -> Reviewer? {
    try modify { writer in
      writer.append("findAndModify", Collections.reviewers)
      writer.document("query") { $0.append("_id", reviewer.rawValue) }
      writer.document("update") { $0.appendReviewCount(1) }
    } decode: { (document) throws(CorruptDocument) in
      try ReviewerDocument.decode(document)
    }
  }

  /// Changes several reviewers' counts, all of which exist.
  func countReviews(added: [ReviewerID: Int64], removed: [ReviewerID: Int64]) throws(CommandFailure) {
    let changes =
      (added.map { ($0, $1) } + removed.map { ($0, -$1) }).sorted { $0.0 < $1.0 }
    guard !changes.isEmpty else { return }
    let count = try write { writer in
      writer.append("update", Collections.reviewers)
      writer.array("updates") { writer in
        for (index, (reviewer, change)) in changes.enumerated() {
          writer.document(at: index) { writer in
            writer.document("q") { $0.append("_id", reviewer.rawValue) }
            writer.document("u") { $0.appendReviewCount(change) }
          }
        }
      }
    }
    guard count == changes.count else {
      throw CommandFailure(.corrupt, message: "a review's reviewer is not there")
    }
  }

  func reviewers(_ ids: [ReviewerID]) throws(CommandFailure) -> [ReviewerID: Reviewer] {
    var found: [ReviewerID: Reviewer] = [:]
    guard !ids.isEmpty else { return found }
    try find(Collections.reviewers, limit: ids.count) { writer in
      writer.document("filter") { $0.appendIdentities(ids.map(\.rawValue)) }
    } each: { (document) throws(CorruptDocument) in
      let reviewer = try ReviewerDocument.decode(document)
      found[reviewer.id] = reviewer
    }
    return found
  }

  // MARK: Reviews

  func reviews(_ ids: [Int64]) throws(CommandFailure) -> [ReviewID: Review] {
    var found: [ReviewID: Review] = [:]
    guard !ids.isEmpty else { return found }
    try find(Collections.reviews, limit: ids.count) { writer in
      writer.document("filter") { $0.appendIdentities(ids) }
    } each: { (document) throws(CorruptDocument) in
      let review = try ReviewDocument.decode(document)
      found[review.id] = review
    }
    return found
  }

  func insert(_ reviews: [Review]) throws(CommandFailure) {
    guard !reviews.isEmpty else { return }
    try write { writer in
      writer.append("insert", Collections.reviews)
      writer.array("documents") { writer in
        for (index, review) in reviews.enumerated() { writer.document(at: index) { $0.appendReview(review) } }
      }
    }
  }

  /// Changes a review that is still the one that was seen, and returns it as it is then.
  func update(_ seen: Review, _ patch: ReviewPatch) throws(CommandFailure) -> Review? {
    try modify { writer in
      writer.append("findAndModify", Collections.reviews)
      writer.document("query") { $0.appendIdentity(of: seen) }
      writer.document("update") { $0.append(patch) }
      writer.append("new", true)
      writer.append("hint", "_id_" as StaticString)
    } decode: { (document) throws(CorruptDocument) in
      try ReviewDocument.decode(document)
    }
  }

  /// Deletes a review that is still the one that was seen.
  func delete(_ seen: Review) throws(CommandFailure) -> Bool {
    try write { writer in
      writer.append("delete", Collections.reviews)
      writer.array("deletes") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { $0.appendIdentity(of: seen) }
          writer.append("limit", Int32(1))
          writer.append("hint", "_id_" as StaticString)
        }
      }
    } == 1
  }

  /// Puts whole reviews in the place of those with the same id, which this transaction has read.
  func replace(_ reviews: [Review]) throws(CommandFailure) {
    guard !reviews.isEmpty else { return }
    let count = try write { writer in
      writer.append("update", Collections.reviews)
      writer.array("updates") { writer in
        for (index, review) in reviews.enumerated() {
          writer.document(at: index) { writer in
            writer.document("q") { $0.append("_id", review.id.rawValue) }
            writer.document("u") { $0.appendReview(review) }
          }
        }
      }
    }
    try verify(count, reviews.count)
  }

  func delete(_ ids: [ReviewID]) throws(CommandFailure) {
    guard !ids.isEmpty else { return }
    let count = try write { writer in
      writer.append("delete", Collections.reviews)
      writer.array("deletes") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { $0.appendIdentities(ids.map(\.rawValue)) }
          writer.append("limit", Int32(0))
        }
      }
    }
    try verify(count, ids.count)
  }

  private func verify(_ count: Int64, _ expected: Int) throws(CommandFailure) {
    guard count == expected else {
      throw CommandFailure(.corrupt, message: "a document vanished from a snapshot")
    }
  }
}

extension BSONWriter {
  mutating func appendIdentities(_ ids: [Int64]) {
    document("_id") { writer in
      writer.array("$in") { writer in
        for (index, id) in ids.enumerated() { writer.append(at: index, id) }
      }
    }
  }

  /// A query for a review as it was seen. The version alone would also fit one that was deleted and made again.
  fileprivate mutating func appendIdentity(of seen: Review) {
    append("_id", seen.id.rawValue)
    append("version", seen.version)
    append("courseId", seen.courseID.rawValue)
    append("reviewerId", seen.reviewerID.rawValue)
    append("starHalves", Int32(truncatingIfNeeded: seen.stars.halves))
  }

  fileprivate mutating func appendReviewCount(_ change: Int64) {
    document("$inc") { $0.append("reviewCount", change) }
  }

  /// The operators of an update with a patch that is not empty.
  mutating func append(_ patch: ReviewPatch) {
    document("$inc") { $0.append("version", Int64(1)) }
    document("$set") { writer in
      if let stars = patch.stars { writer.append("starHalves", Int32(truncatingIfNeeded: stars.halves)) }
      if let comment = patch.comment { writer.append("comment", comment) }
    }
  }
}
