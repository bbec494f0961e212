import InstructorStore

extension StoreConformance {
  static let reviewBulkLoadCases: [ConformanceCase] = [
    ConformanceCase(
      "bulkLoad/all-entities", "All four kinds of records are stored as given and found by every read."
    ) { context in
      let place = try await context.makeStore()
      let records = ReviewRecords(reviewerCount: 11, courseCount: 5, count: 4_300)
      let instructors = BulkRecords(count: 50)
      var load = records.load
      load.instructors = instructors.source
      let phases = BulkLoadProgress.Phase.ofRecords
      let furthest = phases.map { _ in Highest() }
      load.onProgress = { progress in
        guard let number = phases.firstIndex(of: progress.phase) else { return }
        furthest[number].raise(to: Int64(progress.done))
      }
      var expected = records.expectedResult
      (expected.instructors, expected.assignments) = (50, instructors.assignments)
      try expectEqual(try await place.store.bulkLoad(load), expected, "the result")
      try expectEqual(furthest.map(\.value).max(), Int64(load.recordCount), "the furthest progress")
      try expect(furthest.allSatisfy { $0.value > 0 }, "progress of every source")
      try await place.store.expectStored(instructors.expected(7))
      for index in 0..<records.reviewerCount { try await place.store.expectStored(records.reviewer(index)) }
      for index in stride(from: 0, to: records.count, by: 613) {
        try await place.store.expectStored(records.review(index))
      }
      for course in 0..<records.courseCount {
        try expectEqual(
          try await place.store.ratings.get(records.course(course)), records.rating(course), "a rating")
        for order in ReviewOrder.allCases {
          try expectEqual(
            try await place.store.reviews.allPages(of: records.course(course), order: order, limit: 1_000)
              .flatMap(\.items), records.reviews(ofCourse: course).inOrder(order), "the pages, \(order)")
        }
      }
      try await place.store.expectExact(
        (0..<records.courseCount).map { records.course($0) },
        (0..<records.reviewerCount).map { records.reviewer($0).id })
    },
    ConformanceCase(
      "bulkLoad/works-on", "After a load reviews are written and counted, and ids drawn beyond those loaded."
    ) { context in
      let place = try await context.makeStore()
      let records = ReviewRecords(count: 100, firstID: 5_000_000)
      try await place.store.bulkLoad(records.load)
      let course = records.course(1)
      let author = records.reviewer(0).id
      let store = try await place.openStore()
      let review = try await store.reviews.create(.sample(of: course, by: author))
      try expect(review.id.rawValue > 5_000_099, "an id beyond those loaded, got \(review.id)")
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A"))
      try expect(reviewer.id.rawValue > 5_000_012, "an id beyond those loaded, got \(reviewer.id)")
      try await store.reviews.delete(records.review(0).id)
      _ = try await store.reviews.update(records.review(8).id, ReviewPatch(stars: Stars(5)))
      try await store.reviewers.delete(records.reviewer(3).id)
      try await store.expectExact(
        (0..<3).map { records.course($0) }, (0..<7).map { records.reviewer($0).id } + [reviewer.id])
      let rating = try await store.ratings.get(course)
      try expectEqual(rating.base, records.rating(1).base, "the base")
      try expectEqual(
        try await store.ratings.put(.zero, for: course, ifVersion: 1).version, 2, "the version after a put")
    },
    ConformanceCase(
      "bulkLoad/reviews-of-those-stored", "A load may add reviews of reviewers who were there before."
    ) { context in
      let place = try await context.makeStore()
      let author = try await place.store.reviewers.create(NewReviewer(name: "Zoë 0"))
      let kept = try await place.store.reviews.create(.sample(of: 1, by: author.id))
      var records = ReviewRecords(count: 20, firstID: 900_000)
      for index in 0..<20 where index % 7 == 0 {
        records.changedReviews[index] = { $0.reviewerID = author.id }
      }
      var load = records.load
      load.reviewers = BulkSource(count: 6) { [records] range in range.map { records.reviewer($0 + 1) } }
      let result = try await place.store.bulkLoad(load)
      try expectEqual(result.reviews, 20, "how many reviews were loaded")
      try await place.store.expectStored(kept)
      var expected = records.review(7)
      expected.reviewerID = author.id
      try await place.store.expectStored(expected)
    },
    ConformanceCase(
      "bulkLoad/unknown-reviewer", "A review of nobody is a reference violation; the store is empty again."
    ) { context in
      let place = try await context.makeStore()
      var records = ReviewRecords(count: 3_000)
      records.changedReviews[2_777] = { $0.reviewerID = 999 }
      try await expectLoadFails(.referenceViolation, .reviewerReference, records, place)
      try await expectNoReviews(records, place)
    },
    ConformanceCase(
      "bulkLoad/review-conflicts",
      "A taken id or course among the records is a conflict; the store is empty again."
    ) { context in
      let place = try await context.makeStore()
      let good = ReviewRecords(count: 3_000)
      var reviewer = good
      reviewer.changedReviewers[6] = { $0.id = good.reviewer(2).id }
      try await expectLoadFails(.conflict, .reviewerID, reviewer, place)
      try await expectNoReviews(good, place)
      var review = good
      review.changedReviews[2_900] = { $0.id = good.review(100).id }
      try await expectLoadFails(.conflict, .reviewID, review, place)
      try await expectNoReviews(good, place)
      var rating = good
      rating.changedRatings[2] = { $0.courseID = good.course(0) }
      try await expectLoadFails(.conflict, .courseRating, rating, place)
      try await expectNoReviews(good, place)
      try expectEqual(try await place.store.bulkLoad(good.load), good.expectedResult, "the good records")
      try await expectError(.conflict, constraint: .reviewID, of: "a taken id after a load") {
        try await place.store.reviews.create(
          .sample(id: good.review(9).id, of: good.course(0), by: good.reviewer(0).id))
      }
      try await place.store.expectExact(
        (0..<3).map { good.course($0) }, (0..<7).map { good.reviewer($0).id })
    },
    ConformanceCase(
      "bulkLoad/conflicts-with-what-is-there", "A conflict with what was there before leaves that as it was."
    ) { context in
      let place = try await context.makeStore()
      let records = ReviewRecords(count: 40)
      let author = try await place.store.reviewers.create(NewReviewer(id: records.reviewer(6).id, name: "A"))
      try await expectLoadFails(.conflict, .reviewerID, records, place)
      try await place.store.expectStored(author)
      let later = ReviewRecords(count: 40, firstID: 10_000)
      let review = try await place.store.reviews.create(
        .sample(id: later.review(11).id, of: 1, by: author.id))
      try await expectLoadFails(.conflict, .reviewID, later, place)
      try await place.store.expectStored(review)
      let last = ReviewRecords(count: 40, firstID: 20_000)
      let rating = try await place.store.ratings.put(StarCounts([Stars(3): 1]), for: last.course(1))
      try await expectLoadFails(.conflict, .courseRating, last, place)
      try expectEqual(try await place.store.ratings.get(last.course(1)).base, rating.base, "the base")
    },
    ConformanceCase(
      "bulkLoad/invalid-reviews", "A record outside the limits is named; the store is empty again."
    ) { context in
      let place = try await context.makeStore()
      let good = ReviewRecords(count: 2_500)
      var loads: [(String, Int, ReviewRecords)] = []
      let reviewers: [(String, @Sendable (inout Reviewer) -> Void)] = [
        ("an id of zero", { $0.id = 0 }), ("a version of 2", { $0.version = 2 }),
        ("no name", { $0.name = "" }),
        ("an empty picture", { $0.picture = "" }), ("a negative count", { $0.reviewCount = -1 }),
      ]
      for (what, change) in reviewers {
        var records = good
        records.changedReviewers[5] = change
        loads.append(("a reviewer with \(what)", 5, records))
      }
      let reviews: [(String, @Sendable (inout Review) -> Void)] = [
        ("stars off the step", { $0.stars = Stars(3.7) }), ("U+0000", { $0.comment = "\0" }),
        ("a version of 0", { $0.version = 0 }), ("negative votes", { $0.helpful = -1 }),
        ("too many reports", { $0.reported = 1_000_000_000_001 }), ("a course of zero", { $0.courseID = 0 }),
        ("a time too early", { $0.createdAt = Timestamp(milliseconds: .min) }),
      ]
      for (what, change) in reviews {
        var records = good
        records.changedReviews[2_345] = change
        loads.append(("a review with \(what)", 2_345, records))
      }
      let ratings: [(String, @Sendable (inout CourseRating) -> Void)] = [
        ("a negative count", { $0.reviews[Stars(1)] = -1 }), ("no course", { $0.courseID = 0 }),
        ("a version of 1 without a base", { ($0.version, $0.base) = (1, nil) }),
        ("a version of 0 with a base", { ($0.version, $0.base) = (0, .zero) }),
      ]
      for (what, change) in ratings {
        var records = good
        records.changedRatings[2] = change
        loads.append(("a rating with \(what)", 2, records))
      }
      for (what, index, records) in loads {
        try await expectError(.invalidArgument, index: index, of: what) {
          try await place.store.bulkLoad(records.load)
        }
        try await expectNoReviews(records, place)
      }
      let negative = [
        BulkLoad(reviewers: BulkSource(count: -1) { _ in [] }),
        BulkLoad(reviews: BulkSource(count: -1) { _ in [] }),
        BulkLoad(ratings: BulkSource(count: -1) { _ in [] }),
      ]
      for load in negative {
        try await expectError(.invalidArgument, of: "a negative number") {
          try await place.store.bulkLoad(load)
        }
      }
    },
  ]

  /// What was applied of a failed load, and whether it can name the record, is not looked at.
  private static func expectLoadFails(
    _ code: StoreError.Code, _ constraint: Constraint, _ records: ReviewRecords, _ place: PrivatePlace,
    file: String = #fileID, line: Int = #line
  ) async throws {
    let result: BulkLoadResult
    do throws(StoreError) {
      result = try await place.store.bulkLoad(records.load)
    } catch {
      try expectEqual(error.code, code, "the code of \(error)", file: file, line: line)
      try expectEqual(error.constraint, constraint, "the constraint of \(error)", file: file, line: line)
      return
    }
    throw ConformanceFailure(
      "expected \(code) [\(constraint.rawValue)], got \(result)", file: file, line: line)
  }

  /// Checks that a failed load left nothing, and that the store works; leaves it empty. Nothing is rated here, which a
  /// store may remember.
  private static func expectNoReviews(_ records: ReviewRecords, _ place: PrivatePlace) async throws {
    let store = place.store
    for index in 0..<records.reviewerCount {
      try await store.expectAbsent(ReviewerID(records.firstID + Int64(index) * 2))
    }
    for course in (0..<records.courseCount).map({ records.course($0) }) {
      let summary = try await store.reviews.summary(of: course, limit: 5)
      try expectEqual(
        summary, CourseSummary(rating: .zero(course), reviews: Page(items: [], next: nil)), "a summary")
    }
    let author = try await store.reviewers.create(NewReviewer(name: "A"))
    try await expectError(.conflict, constraint: .reviewerID, of: "a taken id after a failed load") {
      try await store.reviewers.create(NewReviewer(id: author.id, name: "A"))
    }
    try await store.reviewers.delete(author.id)
  }
}
