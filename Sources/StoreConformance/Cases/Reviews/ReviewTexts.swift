import InstructorStore

extension StoreConformance {
  static let reviewTextCases: [ConformanceCase] = [
    ConformanceCase(
      "reviews.text/round-trip", "Every text comes back byte by byte from names, pictures and comments."
    ) { context in
      try await expectKept(Texts.roundTrip, context)
    },
    ConformanceCase(
      "reviews.text/injection", "What means something to a query language is text like any other there."
    ) { context in
      try await expectKept(Texts.injections, context)
      try await context.store.ping()
    },
    ConformanceCase(
      "reviews.errors/show-no-value", "An error's description shows nothing of what was stored or given."
    ) { context in
      let secret = "hunter2secret"
      let course = context.freshCourse()
      let author = try await context.reviewers.create(
        NewReviewer(id: context.freshReviewerID(), name: secret, picture: secret))
      let new = NewReview.sample(id: context.freshReviewID(), of: course, by: author.id, comment: secret)
      let review = try await context.reviews.create(new)
      let absent = context.freshReviewID()
      let calls: [@Sendable () async throws -> Void] = [
        { _ = try await context.reviews.create(new) },
        { _ = try await context.reviews.create(.sample(of: course, by: 4_611, comment: secret)) },
        { _ = try await context.reviews.update(review.id, ReviewPatch(comment: secret), ifVersion: 7) },
        { _ = try await context.reviews.update(review.id, ReviewPatch(comment: secret + "\0")) },
        { try await context.reviews.delete(absent) },
        { _ = try await context.reviews.markHelpful(absent) },
        { _ = try await context.reviews.search(in: course, for: secret, limit: 0) },
        {
          _ = try await context.reviews.search(
            in: course, for: secret, after: PageCursor(token: secret), limit: 1)
        },
        {
          _ = try await context.reviewers.create(NewReviewer(id: author.id, name: secret))
        },
        { _ = try await context.reviewers.update(author.id, ReviewerPatch(name: secret), ifVersion: 7) },
        { _ = try await context.ratings.put(.zero, for: course, ifVersion: 7) },
        { _ = try await context.ratings.delete(course) },
      ]
      for (index, call) in calls.enumerated() {
        do {
          try await call()
        } catch let error as StoreError {
          for value in [secret, "\(review.id)", "\(author.id)", "\(course)", "\(absent)"] {
            try expect(!"\(error)".contains(value), "no value in the description of error \(index): \(error)")
          }
          try expect(!"\(error)".contains("\n"), "one line, got \(error)")
          try expectEqual(error.backend, context.store.name, "the backend of \(error)")
          continue
        }
        throw ConformanceFailure("call \(index): expected an error, got an answer")
      }
    },
    ConformanceCase("reviews.errors/where-from", "An error names the operation.") { context in
      let calls: [(String, @Sendable () async throws -> Void)] = [
        (
          "instructors.organizationLeaderboard",
          {
            _ = try await context.instructors.organizationLeaderboard(limit: 0)
          }
        ),
        ("reviews.create", { _ = try await context.reviews.create(.sample(id: 0, of: 1, by: 1)) }),
        ("reviews.get", { _ = try await context.reviews.get(0) }),
        ("reviews.update", { _ = try await context.reviews.update(0, ReviewPatch()) }),
        ("reviews.delete", { try await context.reviews.delete(0) }),
        ("reviews.markHelpful", { _ = try await context.reviews.markHelpful(0) }),
        ("reviews.report", { _ = try await context.reviews.report(0) }),
        ("reviews.page", { _ = try await context.reviews.page(of: 0, limit: 1) }),
        ("reviews.search", { _ = try await context.reviews.search(in: 0, for: "x", limit: 1) }),
        ("reviews.summary", { _ = try await context.reviews.summary(of: 0, limit: 1) }),
        ("reviewers.create", { _ = try await context.reviewers.create(NewReviewer(id: 0, name: "A")) }),
        ("reviewers.get", { _ = try await context.reviewers.get(0) }),
        ("reviewers.update", { _ = try await context.reviewers.update(0, ReviewerPatch()) }),
        ("reviewers.delete", { try await context.reviewers.delete(0) }),
        ("ratings.get", { _ = try await context.ratings.get(0) }),
        ("ratings.put", { _ = try await context.ratings.put(.zero, for: 0) }),
        ("ratings.delete", { _ = try await context.ratings.delete(0) }),
        ("ratings.recompute", { _ = try await context.ratings.recompute(0) }),
        ("ratings.histogram", { _ = try await context.ratings.histogram(of: [0]) }),
      ]
      for (operation, call) in calls {
        let error = try await expectError(.invalidArgument, of: operation) { try await call() }
        try expectEqual(error.operation, operation, "the operation of \(error)")
      }
    },
  ]

  /// Writes each text into every text field of the domain and reads it back, as created and as changed.
  private static func expectKept(_ texts: [String], _ context: ConformanceContext) async throws {
    let course = context.freshCourse()
    let author = try await context.makeReviewer()
    var review = try await context.reviews.create(.sample(of: course, by: author.id, comment: ""))
    for (index, text) in texts.enumerated() {
      let new = NewReviewer(name: text, picture: text)
      let created = try await context.reviewers.create(new)
      try expectEqual(created, Reviewer(new, id: created.id), "a reviewer given \(text.debugDescription)")
      try await context.secondHandle.expectStored(created)
      let other = try await context.reviews.create(
        .sample(of: course, by: created.id, comment: text, at: Int64(index)))
      try expectEqual(
        [other.comment, other.reviewerName, other.reviewerPicture ?? ""].map { Array($0.utf8) },
        Array(repeating: Array(text.utf8), count: 3), "a review given \(text.debugDescription)")
      try await context.secondHandle.expectStored(other)
      let renamed = try await context.reviewers.update(
        author.id, ReviewerPatch(name: text, picture: .set(text)))
      try expect(
        Bytewise.equal(renamed.name, text) && Bytewise.equal(renamed.picture, text),
        "the name as renamed to \(text.debugDescription)")
      review.reviewerName = text
      review.reviewerPicture = text
      review.comment = text
      review.version += 1
      try expectEqual(
        try await context.reviews.update(review.id, ReviewPatch(comment: text)), review,
        "a review changed to \(text.debugDescription)")
      try await context.secondHandle.expectStored(review)
    }
    try await context.store.expectExact([course], [author.id])
  }
}
