import InstructorStore

extension StoreConformance {
  static let reviewCreateCases: [ConformanceCase] = [
    ConformanceCase(
      "reviews.create/stored",
      "A review is stored at version 1 without votes, with its author's name and picture, and counted."
    ) { context in
      let course = context.freshCourse()
      for (name, picture) in [("Grace", nil), ("Zoë “Z” Ł", "https://example.org/z.png")]
        as [(String, String?)]
      {
        let author = try await context.makeReviewer(name, picture: picture)
        let before = try await context.ratings.get(course)
        let new = NewReview.sample(of: course, by: author.id, comment: "Très bien 🎓")
        let created = try await context.reviews.create(new)
        try expectEqual(
          created, Review(new, id: created.id, reviewerName: name, reviewerPicture: picture), "as returned")
        try await context.secondHandle.expectStored(created)
        let after = try await context.secondHandle.ratings.get(course)
        try expectEqual(after.totalRatings, before.totalRatings + 1, "the ratings of the course")
        var expected = author
        expected.reviewCount = 1
        try await context.secondHandle.expectStored(expected)
      }
    },
    ConformanceCase(
      "reviews.create/every-step", "All nine steps of stars are stored and counted exactly."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      var counts = StarCounts.zero
      for (index, stars) in Stars.allSteps.enumerated() {
        for _ in 0...index % 3 {
          let created = try await context.reviews.create(
            .sample(of: course, by: author.id, stars: stars.doubleValue))
          try expectEqual(created.stars, stars, "the stars as returned")
          try await context.store.expectStored(created)
          counts[stars] += 1
        }
        let rating = try await context.ratings.get(course)
        try expectEqual(
          rating, CourseRating(courseID: course, version: 0, base: nil, reviews: counts), "the rating")
      }
      try expectEqual(
        try await context.reviewers.get(author.id).reviewCount, counts.total, "the author's count")
    },
    ConformanceCase(
      "reviews.create/one-author-many-reviews",
      "An author may review many courses, and one course several times."
    ) { context in
      let courses = context.freshCourses(2)
      let author = try await context.makeReviewer()
      for course in courses + courses {
        _ = try await context.reviews.create(.sample(of: course, by: author.id))
      }
      try await context.store.expectExact(courses, [author.id])
      try expectEqual(try await context.reviewers.get(author.id).reviewCount, 4, "the author's count")
    },
    ConformanceCase(
      "reviews.create/explicit-id-taken", "A taken id is a conflict; nothing is counted or changed."
    ) { context in
      let courses = context.freshCourses(2)
      let author = try await context.makeReviewer()
      let first = try await context.reviews.create(
        .sample(id: context.freshReviewID(), of: courses[0], by: author.id))
      try await expectError(.conflict, constraint: .reviewID) {
        try await context.reviews.create(.sample(id: first.id, of: courses[1], by: author.id, stars: 1))
      }
      try await context.store.expectStored(first)
      try expectEqual(try await context.ratings.get(courses[1]), .zero(courses[1]), "the other rating")
      try await context.store.expectExact(courses, [author.id])
    },
    ConformanceCase(
      "reviews.create/unknown-reviewer", "An author who does not exist is a reference violation."
    ) { context in
      let course = context.freshCourse()
      let id = context.freshReviewID()
      for isRetry in [false, true] {
        try await expectError(.referenceViolation, constraint: .reviewerReference) {
          try await context.reviews.create(
            .sample(id: id, of: course, by: context.freshReviewerID()), isRetry: isRetry)
        }
      }
      try await context.store.expectAbsent(id)
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating")
      try expect(try await context.reviews.page(of: course, limit: 5).items.isEmpty, "an empty page")
    },
    ConformanceCase(
      "reviews.create/errors-in-order",
      "An invalid argument comes before a taken id, a taken id before an unknown author."
    ) { context in
      let author = try await context.makeReviewer()
      let taken = try await context.reviews.create(
        .sample(id: context.freshReviewID(), of: context.freshCourse(), by: author.id))
      let unknown = context.freshReviewerID()
      try await expectError(.invalidArgument) {
        try await context.reviews.create(.sample(id: taken.id, of: 1, by: unknown, stars: 3.7))
      }
      try await expectError(.conflict, constraint: .reviewID) {
        try await context.reviews.create(.sample(id: taken.id, of: 1, by: unknown))
      }
    },
    ConformanceCase(
      "reviews.create/invalid", "A value outside the limits is an invalid argument; nothing is written."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let id = context.freshReviewID()
      var changes: [(String, (inout NewReview) -> Void)] = [
        ("a comment too long", { $0.comment = String(repeating: "x", count: 8_193) }),
        ("a comment too long in bytes", { $0.comment = String(repeating: "é", count: 4_097) }),
        ("U+0000", { $0.comment = "a\0b" }),
      ]
      for stars in Samples.invalidStars { changes.append(("\(stars.halves) halves", { $0.stars = stars })) }
      for value in Samples.invalidIDs {
        changes.append(("id \(value)", { $0.id = ReviewID(value) }))
        changes.append(("course \(value)", { $0.courseID = CourseID(value) }))
        changes.append(("reviewer \(value)", { $0.reviewerID = ReviewerID(value) }))
      }
      for time in Samples.invalidTimes {
        changes.append(("time \(time)", { $0.createdAt = Timestamp(milliseconds: time) }))
      }
      for (what, change) in changes {
        var new = NewReview.sample(id: id, of: course, by: author.id)
        change(&new)
        try await expectError(.invalidArgument, of: what) { [new] in try await context.reviews.create(new) }
      }
      try await context.store.expectAbsent(id)
      try await context.store.expectStored(author)
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating")
    },
    ConformanceCase(
      "reviews.create/edges", "Ids, times and comments at the edges of the limits are stored exactly."
    ) { context in
      let place = try await context.makeStore()
      for id in Samples.edgeIDs {
        let author = try await place.store.reviewers.create(NewReviewer(id: ReviewerID(id), name: "A"))
        let created = try await place.store.reviews.create(
          .sample(id: ReviewID(id), of: CourseID(id), by: author.id))
        try expectEqual(
          [created.id.rawValue, created.courseID.rawValue, created.reviewerID.rawValue], [id, id, id],
          "the ids")
        try await place.store.expectStored(created)
        try expectEqual(
          try await place.store.reviews.page(of: CourseID(id), limit: 5).items, [created], "the page")
      }
      for time in Samples.edgeTimes {
        let created = try await place.store.reviews.create(.sample(of: 7, by: 1, at: time))
        try expectEqual(created.createdAt.milliseconds, time, "the time as returned")
        try await place.store.expectStored(created)
      }
      for comment in ["", "x", String(repeating: "x", count: 8_192), String(repeating: "🎓", count: 2_048)] {
        let created = try await place.store.reviews.create(.sample(of: 8, by: 1, comment: comment))
        try expectEqual(created.comment, comment, "the comment as returned")
        try await place.store.expectStored(created)
      }
    },
    ConformanceCase(
      "reviews.create/drawn-ids", "Drawn ids of reviews and reviewers are their own, and redrawn where taken."
    ) { context in
      let place = try await context.makeStore()
      let lastReviewer = try await place.store.reserveIDs(.reviewer, count: 1).upperBound
      for id in lastReviewer + 1...lastReviewer + 40 {
        _ = try await place.store.reviewers.create(NewReviewer(id: ReviewerID(id), name: "A"))
      }
      let author = try await place.store.reviewers.create(NewReviewer(name: "B"))
      try expect(Limits.identifiers.contains(author.id.rawValue), "an id within the limits")
      let last = try await place.store.reserveIDs(.review, count: 1).upperBound
      var ids = Set((last + 1...last + 40).map { ReviewID($0) })
      for id in ids { _ = try await place.store.reviews.create(.sample(id: id, of: 1, by: author.id)) }
      for store in [place.store, try await place.openStore()] {
        for _ in 0..<10 { ids.insert(try await store.reviews.create(.sample(of: 1, by: author.id)).id) }
      }
      try expectEqual(ids.count, 60, "how many different ids")
      try await place.store.expectExact([1], [author.id])
    },
  ]
}
