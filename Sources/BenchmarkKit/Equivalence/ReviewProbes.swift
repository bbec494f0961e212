import InstructorStore

/// A seeded sequence of calls of every kind, wrong ones included, on a small crowd of reviewers, reviews and courses: the
/// counterpart of ``ProbeSequence`` for the reviews.
struct ReviewProbes: Sendable {
  private static let reviewers = 6
  private static let reviews = 24
  private static let courses = 4
  private static let mostForLeaderboards = 1_000_000
  private static let stream = TraceRandom.stream("equivalence probe of reviews")

  let catalog: BenchmarkCatalog
  let seed: UInt64

  enum Kind: CaseIterable {
    case createReviewer, createReviewerRetried, getReviewer, updateReviewer, deleteReviewer
    case create, createRetried, createDrawingID, get, update, delete, markHelpful, report
    case page, nextPage, foreignCursor, search, nextFound, summary, catalogPage, catalogSummary
    case rating, putBase, deleteBase, recompute, histogram, leaderboard
    case invalidArgument
  }

  /// Step number `index`: calls the store and says what was asked and answered.
  func step(_ index: Int, on store: any StorageBackend, _ cursors: inout ReviewProbeCursors) async
    -> ReplayedOperation
  {
    var draw = Draw(random: TraceRandom(seed: seed, stream: Self.stream, index: index))
    // Every kind once, in order, then at random.
    let kinds = Kind.allCases
    var kind = index < kinds.count ? kinds[index] : kinds[draw.random.below(kinds.count)]
    // Once is enough where it takes seconds.
    if index >= kinds.count, kind == .leaderboard, catalog.instructors > Self.mostForLeaderboards {
      kind = .histogram
    }
    switch kind {
    case .createReviewer, .createReviewerRetried, .getReviewer, .updateReviewer, .deleteReviewer:
      return await reviewer(kind, &draw, on: store.reviewers)
    case .create, .createRetried, .createDrawingID, .get, .update, .delete, .markHelpful, .report:
      return await review(kind, &draw, on: store.reviews)
    case .page, .nextPage, .foreignCursor, .search, .nextFound, .summary, .catalogPage, .catalogSummary:
      return await listing(kind, &draw, on: store.reviews, &cursors)
    case .rating, .putBase, .deleteBase, .recompute, .histogram, .leaderboard:
      return await rating(kind, &draw, on: store)
    case .invalidArgument: return await refused(&draw, on: store)
    }
  }

  /// Removes what the sequence may have left: reviewers with their reviews, and imported counts.
  static func remove(from store: any StorageBackend) async throws(StoreError) {
    for number in 0..<reviewers {
      try await ignoringAbsence { () async throws(StoreError) in
        try await store.reviewers.delete(
          ReviewerID(IdentifierSpace.probeReviewers + Int64(number)), ifVersion: nil)
      }
    }
    for number in 0..<courses {
      try await ignoringAbsence { () async throws(StoreError) in
        _ = try await store.ratings.delete(
          CourseID(IdentifierSpace.probeCourses + Int64(number)), ifVersion: nil)
      }
    }
  }

  private static func ignoringAbsence(_ body: () async throws(StoreError) -> Void) async throws(StoreError) {
    do throws(StoreError) {
      try await body()
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }

  /// The arguments of one step.
  struct Draw {
    var random: TraceRandom

    private static let texts = [
      "Great", "great", "100% useful_", "$where: 1", "Mu\u{308}ller", "M\u{FC}ller",
      "\u{1F469}\u{200D}\u{1F52C}",
      "a\\b", ".*", "\u{130}stanbul", "ſtraße", "", "ÉLAN", "élan",
    ]

    mutating func text() -> String { Self.texts[random.below(Self.texts.count)] }
    mutating func fullText() -> String {
      let text = text()
      return text.isEmpty ? "x" : text
    }
    mutating func reviewer() -> ReviewerID {
      ReviewerID(IdentifierSpace.probeReviewers + Int64(random.below(ReviewProbes.reviewers)))
    }
    mutating func review() -> ReviewID {
      ReviewID(IdentifierSpace.probeReviews + Int64(random.below(ReviewProbes.reviews)))
    }
    mutating func course() -> CourseID {
      CourseID(IdentifierSpace.probeCourses + Int64(random.below(ReviewProbes.courses)))
    }
    mutating func stars() -> Stars { Stars.allSteps[random.below(Stars.allSteps.count)] }
    mutating func version() -> Int64? { random.below(3) == 0 ? Int64(1 + random.below(3)) : nil }

    mutating func new(_ id: ReviewID?) -> NewReview {
      NewReview(
        id: id, courseID: course(), reviewerID: reviewer(), stars: stars(), comment: "\(text()) \(text())",
        // Few moments, so that the id often decides the order.
        createdAt: Timestamp(milliseconds: Int64(random.below(5))))
    }

    mutating func newReviewer() -> NewReviewer {
      NewReviewer(
        id: reviewer(), name: fullText(), picture: random.below(2) == 0 ? fullText() : nil,
        coursesTaken: Int64(random.below(50)))
    }

    mutating func counts() -> StarCounts {
      var counts = StarCounts.zero
      for _ in 0..<3 { counts[stars()] = Int64(random.below(1_000)) }
      return counts
    }
  }
}

/// The last cursors a backend handed out, with what they belong to.
struct ReviewProbeCursors: Sendable {
  var page: (cursor: PageCursor, course: CourseID, order: ReviewOrder, stars: Stars?)?
  var found: (cursor: PageCursor, course: CourseID, text: String)?
}
