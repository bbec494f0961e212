/// The reviewer repository of an ``InMemoryStore``: what each method promises stands at ``ReviewerRepository``.
struct InMemoryReviewers: ReviewerRepository {
  let store: InMemoryStore

  func create(_ new: NewReviewer, isRetry: Bool) async throws(StoreError) -> Reviewer {
    try store.perform("reviewers.create") { (check) throws(StoreError) in
      try check.reviewer(new)
      try check.isRetry(isRetry, hasID: new.id != nil)
    } body: { (state, call) throws(StoreError) in
      if let id = new.id, let stored = state.reviewTables.reviewers[id]?.reviewer {
        if isRetry, stored.isUnchanged(new) { return stored }
        throw call.conflict(.reviewerID, entityID: id.rawValue)
      }
      let id = if let id = new.id { id } else { try state.drawReviewerID(call) }
      let reviewer = Reviewer(new, id: id)
      state.reviewTables.insert(reviewer)
      return reviewer
    }
  }

  func get(_ id: ReviewerID) async throws(StoreError) -> Reviewer {
    try store.perform("reviewers.get") { (check) throws(StoreError) in
      try check.identifier(id)
    } body: { (state, call) throws(StoreError) in
      try state.reviewer(id, call).reviewer
    }
  }

  func update(_ id: ReviewerID, _ patch: ReviewerPatch, ifVersion: Int64?) async throws(StoreError)
    -> Reviewer
  {
    try store.perform("reviewers.update") { (check) throws(StoreError) in
      try check.change(of: id, ifVersion: ifVersion)
      try check.patch(patch)
    } body: { (state, call) throws(StoreError) in
      let stored = try state.reviewer(id, ifVersion: ifVersion, call)
      let changesAuthor = patch.changesAuthor(of: stored.reviewer)
      if changesAuthor { try stored.requireFewReviews(call) }
      let changed = patch.applied(to: stored.reviewer)
      state.reviewTables.replace(changed, withAuthorship: changesAuthor)
      return changed
    }
  }

  func delete(_ id: ReviewerID, ifVersion: Int64?) async throws(StoreError) {
    try store.perform("reviewers.delete") { (check) throws(StoreError) in
      try check.change(of: id, ifVersion: ifVersion)
    } body: { (state, call) throws(StoreError) in
      let stored = try state.reviewer(id, ifVersion: ifVersion, call)
      try stored.requireFewReviews(call)
      state.reviewTables.remove(stored)
    }
  }
}

extension InMemoryState {
  fileprivate func reviewer(_ id: ReviewerID, ifVersion: Int64? = nil, _ call: CallContext)
    throws(StoreError) -> InMemoryReviewer
  {
    guard let stored = reviewTables.reviewers[id] else { throw call.notFound(id) }
    _ = try call.require(stored.reviewer, id, ifVersion: ifVersion)
    return stored
  }

  fileprivate mutating func drawReviewerID(_ call: CallContext) throws(StoreError) -> ReviewerID {
    let reviewers = reviewTables.reviewers
    return try reviewerIDs.draw(call) { reviewers[$0] != nil }
  }
}

extension InMemoryReviewer {
  fileprivate func requireFewReviews(_ call: CallContext) throws(StoreError) {
    guard reviews.count <= Limits.reviewsPerCascade else {
      throw call.error(
        .resourceExhausted, "the reviewer has more than \(Limits.reviewsPerCascade) reviews",
        entityID: reviewer.id.rawValue)
    }
  }
}
