import InstructorStore

/// What the writes of one group make of the reviews they are about, worked out in memory, in order, from one snapshot.
struct ReviewLedger {
  private let before: [ReviewID: Review]
  private let authors: [ReviewerID: Reviewer]
  private var after: [ReviewID: Review]
  /// What is added to the ratings' counts.
  private(set) var ratingChanges: [CourseID: StarCounts] = [:]
  /// Reviews added and taken away, by reviewer. Kept apart: a sum of 0 would not be written, and it is by writing the
  /// reviewer that a transaction notices another that deletes or renames them.
  private(set) var added: [ReviewerID: Int64] = [:]
  private(set) var removed: [ReviewerID: Int64] = [:]
  /// The writes whose drawn id is taken.
  private(set) var needingAnotherID: [ReviewWrite] = []

  init(reviews: [ReviewID: Review], authors: [ReviewerID: Reviewer]) {
    before = reviews
    after = reviews
    self.authors = authors
  }

  var inserted: [Review] { after.values.filter { before[$0.id] == nil }.sorted { $0.id < $1.id } }
  var replaced: [Review] {
    after.values.filter { review in before[review.id].map { $0 != review } ?? false }.sorted { $0.id < $1.id }
  }
  var deleted: [ReviewID] { before.keys.filter { after[$0] == nil }.sorted() }
  var changesNothing: Bool { added.isEmpty && removed.isEmpty && replaced.isEmpty }

  /// Applies one write to what those before it left.
  mutating func apply(_ write: ReviewWrite) -> Result<ReviewOutcome, StoreError> {
    do throws(StoreError) {
      switch write.change {
      case .create(let new, let isRetry): return .success(.review(try create(new, isRetry, write)))
      case .update(let patch, let ifVersion, let seen):
        guard let review = try existing(seen.id, ifVersion, write) else {
          return .success(.isElsewhere)
        }
        let changed = patch.applied(to: review)
        after[review.id] = changed
        ratingChanges[write.course, default: .zero][review.stars] -= 1
        ratingChanges[write.course, default: .zero][changed.stars] += 1
        return .success(.review(changed))
      case .delete(let ifVersion, let seen):
        guard let review = try existing(seen.id, ifVersion, write) else {
          return .success(.isElsewhere)
        }
        after[review.id] = nil
        ratingChanges[write.course, default: .zero][review.stars] -= 1
        removed[review.reviewerID, default: 0] += 1
        return .success(.deleted)
      case .recount:
        return .failure(write.context.error(.internalError, "a recount came into a group"))
      }
    } catch {
      return .failure(error)
    }
  }

  private mutating func create(_ new: NewReview, _ isRetry: Bool, _ write: ReviewWrite) throws(StoreError)
    -> Review
  {
    guard let id = write.id.map({ ReviewID($0) }) else {
      throw write.context.error(.internalError, "a review has no id")
    }
    if let stored = after[id] {
      if isRetry, stored.isUnchanged(new) { return stored }
      if new.id == nil { needingAnotherID.append(write) }
      throw write.context.conflict(.reviewID, entityID: id.rawValue)
    }
    guard let author = authors[new.reviewerID] else {
      throw write.context.missingReviewer(new.reviewerID)
    }
    let review = Review(new, id: id, reviewerName: author.name, reviewerPicture: author.picture)
    after[id] = review
    ratingChanges[write.course, default: .zero][review.stars] += 1
    added[review.reviewerID, default: 0] += 1
    return review
  }

  /// `nil` for a review of another course.
  private func existing(_ id: ReviewID, _ ifVersion: Int64?, _ write: ReviewWrite) throws(StoreError) -> Review? {
    guard let review = after[id] else { throw write.context.notFound(id) }
    guard review.courseID == write.course else { return nil }
    if let ifVersion, review.version != ifVersion {
      throw write.context.conflict(.version, entityID: id.rawValue)
    }
    return review
  }
}

extension CallContext {
  func missingReviewer(_ id: ReviewerID) -> StoreError {
    error(
      .referenceViolation, "the reviewer does not exist", constraint: .reviewerReference,
      entityID: id.rawValue)
  }
}
