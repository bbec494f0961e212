import InstructorStore

extension ReviewProbes {
  func reviewer(_ kind: Kind, _ draw: inout Draw, on repository: any ReviewerRepository) async
    -> ReplayedOperation
  {
    switch kind {
    case .createReviewer, .createReviewerRetried:
      let new = draw.newReviewer()
      let isRetry = kind == .createReviewerRetried
      return await ReplayedOperation(
        "create reviewer(\(CanonicalText.content(Reviewer(new, id: new.id ?? 0))), isRetry: \(isRetry))"
      ) { () async throws(StoreError) in try await repository.create(new, isRetry: isRetry) }
    case .updateReviewer:
      let (id, version) = (draw.reviewer(), draw.version())
      let patch = ReviewerPatch(
        name: draw.random.below(2) == 0 ? draw.fullText() : nil,
        picture: draw.random.below(2) == 0 ? .clear : .set(draw.fullText()),
        coursesTaken: draw.random.below(2) == 0 ? Int64(draw.random.below(9)) : nil)
      return await ReplayedOperation(
        "update reviewer(\(id), name: \(CanonicalText.text(patch.name)), ifVersion: \(text(version)))"
      ) { () async throws(StoreError) in try await repository.update(id, patch, ifVersion: version) }
    case .deleteReviewer:
      let (id, version) = (draw.reviewer(), draw.version())
      return await ReplayedOperation("delete reviewer(\(id), ifVersion: \(text(version)))") {
        () async throws(StoreError) in
        try await repository.delete(id, ifVersion: version)
        return Done()
      }
    default:
      let id = draw.reviewer()
      return await ReplayedOperation("get reviewer(\(id))") { () async throws(StoreError) in
        try await repository.get(id)
      }
    }
  }

  func review(_ kind: Kind, _ draw: inout Draw, on repository: any ReviewRepository) async
    -> ReplayedOperation
  {
    let id = draw.review()
    switch kind {
    case .create, .createRetried:
      let new = draw.new(id)
      let isRetry = kind == .createRetried
      return await ReplayedOperation("create(\(CanonicalText.of(new)), isRetry: \(isRetry))") {
        () async throws(StoreError) in try await repository.create(new, isRetry: isRetry)
      }
    case .createDrawingID:
      let new = draw.new(nil)
      // Backends draw different ids; what is compared is the content, and that the id works.
      return await ReplayedOperation("create without an id, get, delete (\(CanonicalText.of(new)))") {
        () async throws(StoreError) in
        let created = try await repository.create(new, isRetry: false)
        let read = try await repository.get(created.id)
        try await repository.delete(created.id, ifVersion: read.version)
        return DrawnReviewAnswer(created: created, read: read)
      }
    case .update:
      let version = draw.version()
      let patch = ReviewPatch(
        stars: draw.random.below(3) > 0 ? draw.stars() : nil,
        comment: draw.random.below(2) == 0 ? draw.text() : nil)
      return await ReplayedOperation(
        "update(\(id), stars: \(patch.stars?.description ?? "keep"), comment: \(CanonicalText.text(patch.comment)), "
          + "ifVersion: \(text(version)))"
      ) { () async throws(StoreError) in try await repository.update(id, patch, ifVersion: version) }
    case .delete:
      let version = draw.version()
      return await ReplayedOperation("delete(\(id), ifVersion: \(text(version)))") {
        () async throws(StoreError) in
        try await repository.delete(id, ifVersion: version)
        return Done()
      }
    case .markHelpful:
      return await ReplayedOperation("markHelpful(\(id))") { () async throws(StoreError) in
        try await repository.markHelpful(id)
      }
    case .report:
      return await ReplayedOperation("report(\(id))") { () async throws(StoreError) in
        try await repository.report(id)
      }
    default:
      return await ReplayedOperation("get(\(id))") { () async throws(StoreError) in
        try await repository.get(id)
      }
    }
  }

  /// Calls that must be refused before anything is sent.
  func refused(_ draw: inout Draw, on store: any StorageBackend) async -> ReplayedOperation {
    var new = draw.new(draw.review())
    switch draw.random.below(7) {
    case 0: new.stars = Stars(3.7)
    case 1: new.comment = String(repeating: "x", count: Limits.commentBytes.upperBound + 1)
    case 2: new.comment = "nul\u{0}"
    case 3: new.courseID = 0
    case 4:
      let course = draw.course()
      return await ReplayedOperation("put(-1 of 5 stars, for: \(course))") { () async throws(StoreError) in
        try await store.ratings.put(StarCounts([Stars(5): -1]), for: course, ifVersion: nil)
      }
    case 5:
      let course = draw.course()
      return await ReplayedOperation("search(in: \(course), for: \"\")") { () async throws(StoreError) in
        try await store.reviews.search(in: course, for: "", after: nil, limit: 5)
      }
    default:
      let course = draw.course()
      return await ReplayedOperation("summary(of: \(course), limit: 0)") { () async throws(StoreError) in
        try await store.reviews.summary(of: course, limit: 0)
      }
    }
    let invalid = new
    return await ReplayedOperation("create(invalid: \(CanonicalText.of(invalid)))") {
      () async throws(StoreError) in try await store.reviews.create(invalid, isRetry: false)
    }
  }

  func text(_ version: Int64?) -> String { version.map(String.init) ?? "none" }
}

/// A review under an id that the backend drew: everything but that id.
struct DrawnReviewAnswer: CanonicalAnswer {
  let created: Review
  let read: Review
  var canonicalText: String {
    "v\(created.version) \(CanonicalText.content(created)), "
      + (created == read ? "read back the same" : "read back as \(CanonicalText.content(read))")
  }
}
