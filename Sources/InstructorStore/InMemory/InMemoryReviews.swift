/// The review repository of an ``InMemoryStore``: what each method promises stands at ``ReviewRepository``.
struct InMemoryReviews: ReviewRepository {
  let store: InMemoryStore

  func create(_ new: NewReview, isRetry: Bool) async throws(StoreError) -> Review {
    try store.perform("reviews.create") { (check) throws(StoreError) in
      try check.review(new)
      try check.isRetry(isRetry, hasID: new.id != nil)
    } body: { (state, call) throws(StoreError) in
      if let id = new.id, let stored = state.reviewTables.reviews[id] {
        // The first attempt was applied and nobody has changed the review since.
        if isRetry, stored.isUnchanged(new) { return stored }
        throw call.conflict(.reviewID, entityID: id.rawValue)
      }
      guard let reviewer = state.reviewTables.reviewers[new.reviewerID]?.reviewer else {
        throw call.missingReviewer(new.reviewerID)
      }
      let id = if let id = new.id { id } else { try state.drawReviewID(call) }
      let review = Review(new, id: id, reviewerName: reviewer.name, reviewerPicture: reviewer.picture)
      state.reviewTables.insert(review)
      return review
    }
  }

  func get(_ id: ReviewID) async throws(StoreError) -> Review {
    try store.perform("reviews.get") { (check) throws(StoreError) in
      try check.identifier(id)
    } body: { (state, call) throws(StoreError) in
      try state.review(id, call)
    }
  }

  func update(_ id: ReviewID, _ patch: ReviewPatch, ifVersion: Int64?) async throws(StoreError) -> Review {
    try store.perform("reviews.update") { (check) throws(StoreError) in
      try check.change(of: id, ifVersion: ifVersion)
      try check.patch(patch)
    } body: { (state, call) throws(StoreError) in
      let review = try state.review(id, ifVersion: ifVersion, call)
      let changed = patch.applied(to: review)
      state.reviewTables.replace(review, with: changed)
      return changed
    }
  }

  func delete(_ id: ReviewID, ifVersion: Int64?) async throws(StoreError) {
    try store.perform("reviews.delete") { (check) throws(StoreError) in
      try check.change(of: id, ifVersion: ifVersion)
    } body: { (state, call) throws(StoreError) in
      state.reviewTables.remove(try state.review(id, ifVersion: ifVersion, call))
    }
  }

  func markHelpful(_ id: ReviewID) async throws(StoreError) -> Int64 {
    try vote("reviews.markHelpful", id, \.helpful)
  }

  func report(_ id: ReviewID) async throws(StoreError) -> Int64 {
    try vote("reviews.report", id, \.reported)
  }

  private func vote(_ operation: StaticString, _ id: ReviewID, _ counter: WritableKeyPath<Review, Int64>)
    throws(StoreError) -> Int64
  {
    try store.perform(operation) { (check) throws(StoreError) in
      try check.identifier(id)
    } body: { (state, call) throws(StoreError) in
      let review = try state.review(id, call)
      guard review[keyPath: counter] < Limits.counters.upperBound else {
        throw call.error(.resourceExhausted, "the counter is at its limit", entityID: id.rawValue)
      }
      var changed = review
      changed[keyPath: counter] += 1
      state.reviewTables.replace(review, with: changed)
      return changed[keyPath: counter]
    }
  }
}

extension InMemoryState {
  func review(_ id: ReviewID, ifVersion: Int64? = nil, _ call: CallContext) throws(StoreError) -> Review {
    try call.require(reviewTables.reviews[id], id, ifVersion: ifVersion)
  }

  fileprivate mutating func drawReviewID(_ call: CallContext) throws(StoreError) -> ReviewID {
    let reviews = reviewTables.reviews
    return try reviewIDs.draw(call) { reviews[$0] != nil }
  }
}

extension CallContext {
  func missingReviewer(_ id: ReviewerID) -> StoreError {
    error(
      .referenceViolation, "the reviewer does not exist", constraint: .reviewerReference,
      entityID: id.rawValue)
  }
}
