import InstructorStore

extension ConformanceContext {
  var reviews: any ReviewRepository { store.reviews }
  var reviewers: any ReviewerRepository { store.reviewers }
  var ratings: any RatingRepository { store.ratings }

  /// Explicit ids that no other case uses and that no allocator reaches.
  func freshReviewIDs(_ count: Int) -> [ReviewID] { session.numbers.draw(count).map { ReviewID($0) } }
  func freshReviewID() -> ReviewID { freshReviewIDs(1)[0] }
  func freshReviewerID() -> ReviewerID { ReviewerID(session.numbers.draw(1).lowerBound) }

  func makeReviewer(_ name: String = "Grace", picture: String? = nil) async throws -> Reviewer {
    try await reviewers.create(NewReviewer(name: name, picture: picture))
  }
}

extension NewReview {
  /// A valid review; give it what the case is about.
  static func sample(
    id: ReviewID? = nil, of course: CourseID, by reviewer: ReviewerID, stars: Double = 4.5,
    comment: String = "Worth it.", at milliseconds: Int64 = 1_600_000_000_000
  ) -> NewReview {
    NewReview(
      id: id, courseID: course, reviewerID: reviewer, stars: Stars(stars), comment: comment,
      createdAt: Timestamp(milliseconds: milliseconds))
  }
}

extension Samples {
  /// Stars that are none of the steps.
  static let invalidStars: [Stars] =
    [0, 1, -1, 11, 12, 100, .min, .max, Int(Int32.max) + 10, (1 << 32) + 4, (1 << 8) + 4].map {
      Stars(halves: $0)
    } + [0.5, 3.7, 5.5, 4.999, -4.5, .nan, .infinity, -.infinity, 1e300].map { Stars($0) }

  static let edgeTimes: [Int64] = [
    Limits.timestampMilliseconds.lowerBound, Limits.timestampMilliseconds.lowerBound + 1, -1_000, -999, -1, 0,
    1, 999,
    1_000, (1 << 31) - 1, 1 << 31, 4_102_444_800_001, Limits.timestampMilliseconds.upperBound,
  ]
  /// The years 0 and 10000 among them.
  static let invalidTimes: [Int64] = [
    Limits.timestampMilliseconds.lowerBound - 1, -62_167_219_200_000, 253_402_300_800_000, .min, .max,
    1 << 62,
  ]
}

extension StorageBackend {
  func expectStored(_ review: Review, file: String = #fileID, line: Int = #line) async throws {
    try expectEqual(try await reviews.get(review.id), review, "the review as stored", file: file, line: line)
  }

  func expectStored(_ reviewer: Reviewer, file: String = #fileID, line: Int = #line) async throws {
    try expectEqual(
      try await reviewers.get(reviewer.id), reviewer, "the reviewer as stored", file: file, line: line)
  }

  func expectAbsent(_ id: ReviewID, file: String = #fileID, line: Int = #line) async throws {
    try await expectError(.notFound, of: "a review that must not be there", file: file, line: line) {
      try await reviews.get(id)
    }
  }

  func expectAbsent(_ id: ReviewerID, file: String = #fileID, line: Int = #line) async throws {
    try await expectError(.notFound, of: "a reviewer that must not be there", file: file, line: line) {
      try await reviewers.get(id)
    }
  }

  /// Counts the reviews of the courses and compares with what is kept: the ratings, and the reviewers' counts where these
  /// have reviewed no other course.
  func expectExact(
    _ courses: [CourseID], _ authors: [ReviewerID] = [], file: String = #fileID, line: Int = #line
  ) async throws {
    var written: [ReviewerID: Int64] = [:]
    for course in courses {
      var counted = StarCounts.zero
      for review in try await reviews.allPages(of: course, limit: 1_000).flatMap(\.items) {
        counted[review.stars] += 1
        written[review.reviewerID, default: 0] += 1
      }
      try expectEqual(
        try await ratings.get(course).reviews, counted, "the rating, against a recount", file: file,
        line: line)
      try expectEqual(
        try await ratings.recompute(course).reviews, counted, "the recomputed rating", file: file, line: line)
    }
    for author in authors {
      let kept: Int64
      do throws(StoreError) {
        kept = try await reviewers.get(author).reviewCount
      } catch {
        guard error.code == .notFound else { throw error }
        try expectEqual(written[author], nil, "reviews of a reviewer who is gone", file: file, line: line)
        continue
      }
      try expectEqual(kept, written[author] ?? 0, "a reviewer's count", file: file, line: line)
    }
  }
}

extension ReviewRepository {
  /// Every page of a walk from the first to the last; stops with a failure where the walk doesn't end.
  func allPages(of course: CourseID, order: ReviewOrder = .newest, stars: Stars? = nil, limit: Int)
    async throws -> [Page<Review>]
  {
    try await pages(limit: limit) {
      try await page(of: course, order: order, stars: stars, after: $0, limit: limit)
    }
  }

  /// The same for a search.
  func allPages(in course: CourseID, for text: String, limit: Int) async throws -> [Page<Review>] {
    try await pages(limit: limit) { try await search(in: course, for: text, after: $0, limit: limit) }
  }

  private func pages(limit: Int, _ next: (PageCursor?) async throws -> Page<Review>) async throws
    -> [Page<Review>]
  {
    var pages = [try await next(nil)]
    while let cursor = pages.last?.next {
      try expect(pages.count < 10_000, "an end of the pages")
      let page = try await next(cursor)
      try expect(!page.items.isEmpty || page.next == nil, "an end at a page without items")
      try expect(page.items.count <= limit, "no more than \(limit) items, got \(page.items.count)")
      pages.append(page)
    }
    return pages
  }
}

extension [Review] {
  func inOrder(_ order: ReviewOrder) -> [Review] {
    sorted { left, right in
      switch order {
      case .newest: (left.createdAt, left.id) > (right.createdAt, right.id)
      case .mostHelpful: (left.helpful, left.id) > (right.helpful, right.id)
      }
    }
  }

  var starCounts: StarCounts {
    var counts = StarCounts.zero
    for review in self { counts[review.stars] += 1 }
    return counts
  }
}
