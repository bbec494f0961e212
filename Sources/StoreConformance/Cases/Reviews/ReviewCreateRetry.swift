import InstructorStore

extension StoreConformance {
  static let reviewCreateRetryCases: [ConformanceCase] = [
    ConformanceCase(
      "reviews.create-retry/needs-an-id", "isRetry without an id is an invalid argument, of reviewers too."
    ) { context in
      try await expectError(.invalidArgument) {
        try await context.reviews.create(.sample(of: 1, by: 1), isRetry: true)
      }
      try await expectError(.invalidArgument) {
        try await context.reviewers.create(NewReviewer(name: "A"), isRetry: true)
      }
    },
    ConformanceCase(
      "reviews.create-retry/counted-once",
      "A retry creates what was not applied and returns what was; the review is counted once."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let new = NewReview.sample(id: context.freshReviewID(), of: course, by: author.id)
      let created = try await context.reviews.create(new, isRetry: true)
      for _ in 0..<3 {
        try expectEqual(try await context.reviews.create(new, isRetry: true), created, "the retry")
      }
      try await context.store.expectExact([course], [author.id])
      try expectEqual(try await context.ratings.get(course).totalRatings, 1, "how many ratings")
    },
    ConformanceCase(
      "reviews.create-retry/votes-and-names",
      "Votes and a new name of the author since the first attempt are no other content; the answer shows them."
    ) { context in
      let author = try await context.makeReviewer()
      let new = NewReview.sample(id: context.freshReviewID(), of: context.freshCourse(), by: author.id)
      var expected = try await context.reviews.create(new)
      expected.helpful = try await context.reviews.markHelpful(expected.id)
      expected.reported = try await context.reviews.report(expected.id)
      expected.reviewerName = try await context.reviewers.update(author.id, ReviewerPatch(name: "Other")).name
      try expectEqual(try await context.reviews.create(new, isRetry: true), expected, "the retry")
    },
    ConformanceCase(
      "reviews.create-retry/other-content",
      "A retry that differs in any field, or in the normal form of a text, is a conflict on the id."
    ) { context in
      let (author, other) = (try await context.makeReviewer(), try await context.makeReviewer())
      let courses = context.freshCourses(2)
      let new = NewReview.sample(
        id: context.freshReviewID(), of: courses[0], by: author.id, comment: Samples.composed)
      let created = try await context.reviews.create(new)
      let changes: [(String, (inout NewReview) -> Void)] = [
        ("the course", { $0.courseID = courses[1] }), ("the author", { $0.reviewerID = other.id }),
        ("the stars", { $0.stars = Stars(5) }), ("the comment", { $0.comment += " " }),
        ("the normal form", { $0.comment = Samples.decomposed }),
        ("the time", { $0.createdAt = Timestamp(milliseconds: $0.createdAt.milliseconds + 1) }),
      ]
      for (what, change) in changes {
        var changed = new
        change(&changed)
        try await expectError(.conflict, constraint: .reviewID, of: what) { [changed] in
          try await context.reviews.create(changed, isRetry: true)
        }
      }
      try await context.store.expectStored(created)
      try await context.store.expectExact(courses, [author.id, other.id])
    },
    ConformanceCase(
      "reviews.create-retry/changed-since",
      "A review that was edited since, even back to the same content, is a conflict on the id."
    ) { context in
      let author = try await context.makeReviewer()
      let new = NewReview.sample(id: context.freshReviewID(), of: context.freshCourse(), by: author.id)
      let created = try await context.reviews.create(new)
      _ = try await context.reviews.update(created.id, ReviewPatch(stars: new.stars))
      try await expectError(.conflict, constraint: .reviewID) {
        try await context.reviews.create(new, isRetry: true)
      }
    },
    ConformanceCase(
      "reviews.create-retry/racing", "16 retries of one create at once all succeed and count one review."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let new = NewReview.sample(id: context.freshReviewID(), of: course, by: author.id)
      let answers = try await concurrently(16) { index in
        let store = index % 2 == 0 ? context.store : context.secondHandle
        return try await store.reviews.create(new, isRetry: true)
      }
      for answer in answers { try expectEqual(answer, answers[0], "an answer") }
      try await context.store.expectExact([course], [author.id])
      try expectEqual(try await context.ratings.get(course).totalRatings, 1, "how many ratings")
    },
    ConformanceCase(
      "reviewers.create-retry/content",
      "A retried reviewer is compared in its own fields; reviews written meanwhile don't matter."
    ) { context in
      let id = context.freshReviewerID()
      let new = NewReviewer(id: id, name: Samples.composed, picture: "p", coursesTaken: 3)
      var expected = try await context.reviewers.create(new, isRetry: true)
      _ = try await context.reviews.create(.sample(of: context.freshCourse(), by: id))
      expected.reviewCount = 1
      try expectEqual(try await context.reviewers.create(new, isRetry: true), expected, "the retry")
      let changes: [(inout NewReviewer) -> Void] = [
        { $0.name = Samples.decomposed }, { $0.picture = nil }, { $0.coursesTaken = 4 },
      ]
      for change in changes {
        var other = new
        change(&other)
        try await expectError(.conflict, constraint: .reviewerID) { [other] in
          try await context.reviewers.create(other, isRetry: true)
        }
      }
      _ = try await context.reviewers.update(id, ReviewerPatch(coursesTaken: 3))
      try await expectError(.conflict, constraint: .reviewerID, of: "one changed since") {
        try await context.reviewers.create(new, isRetry: true)
      }
    },
  ]
}
