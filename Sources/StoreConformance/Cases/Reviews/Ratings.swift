import InstructorStore

extension StoreConformance {
  static let ratingCases: [ConformanceCase] = [
    ConformanceCase("ratings.get/zero", "A course nobody has rated has the zero rating, never notFound.") {
      context in
      let course = context.freshCourse()
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating")
      try expectEqual(try await context.ratings.recompute(course), .zero(course), "the recomputed rating")
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating afterwards")
      for invalid in Samples.invalidIDs.map({ CourseID($0) }) {
        try await expectError(.invalidArgument) { try await context.ratings.get(invalid) }
        try await expectError(.invalidArgument) { try await context.ratings.put(.zero, for: invalid) }
        try await expectError(.invalidArgument) { try await context.ratings.delete(invalid) }
        try await expectError(.invalidArgument) { try await context.ratings.recompute(invalid) }
      }
    },
    ConformanceCase(
      "ratings.put/base", "Imported counts are kept exactly and apart from those of the reviews."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      var expected = CourseRating.zero(course)
      let largest = StarCounts(
        Dictionary(uniqueKeysWithValues: Stars.allSteps.map { ($0, 1_000_000_000_000) }))
      let each = StarCounts(
        Dictionary(uniqueKeysWithValues: Stars.allSteps.map { ($0, Int64(1) << ($0.halves * 3)) }))
      for base in [StarCounts.zero, each, largest, StarCounts([Stars(4.5): 1])] {
        let review = try await context.reviews.create(.sample(of: course, by: author.id, stars: 2.5))
        expected.reviews[review.stars] += 1
        expected.base = base
        expected.version += 1
        try expectEqual(try await context.ratings.put(base, for: course), expected, "as returned")
        try expectEqual(try await context.secondHandle.ratings.get(course), expected, "as stored")
      }
      try expectEqual(expected.totalRatings, 5, "the sum shown")
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase("ratings.put/invalid", "Negative counts and those over 10¹² are invalid arguments.") {
      context in
      let course = context.freshCourse()
      for stars in Stars.allSteps {
        for count: Int64 in [-1, 1_000_000_000_001, .min, .max] {
          try await expectError(.invalidArgument, of: "\(count) for \(stars)") {
            try await context.ratings.put(StarCounts([stars: count]), for: course)
          }
        }
      }
      try await expectError(.invalidArgument) {
        try await context.ratings.put(.zero, for: course, ifVersion: -1)
      }
      try await expectError(.invalidArgument) { try await context.ratings.delete(course, ifVersion: -1) }
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating")
    },
    ConformanceCase(
      "ratings.delete/base",
      "Without its base a rating is that of the reviews; a course without one is notFound, before the version."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      for version: Int64? in [nil, 0, 3] {
        try await expectError(.notFound) { try await context.ratings.delete(course, ifVersion: version) }
      }
      _ = try await context.reviews.create(.sample(of: course, by: author.id, stars: 1))
      try await expectError(.notFound) { try await context.ratings.delete(course) }
      _ = try await context.ratings.put(StarCounts([Stars(5): 9]), for: course)
      let deleted = try await context.ratings.delete(course)
      let expected = CourseRating(
        courseID: course, version: 2, base: nil, reviews: StarCounts([Stars(1): 1]))
      try expectEqual(deleted, expected, "as returned")
      try expectEqual(try await context.secondHandle.ratings.get(course), expected, "as stored")
      try await expectError(.notFound) { try await context.ratings.delete(course, ifVersion: 2) }
      try expectEqual(
        try await context.ratings.put(.zero, for: course, ifVersion: 2).version, 3, "the version after a put")
    },
    ConformanceCase(
      "ratings.put/versions",
      "put and delete of the base count the version from 0 and obey ifVersion; reviews leave it alone."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let base = StarCounts([Stars(3): 1])
      for wrong: Int64 in [1, 2, .max] {
        try await expectError(.conflict, constraint: .version) {
          try await context.ratings.put(base, for: course, ifVersion: wrong)
        }
      }
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating after conflicts")
      let review = try await context.reviews.create(.sample(of: course, by: author.id))
      try expectEqual(
        try await context.ratings.put(base, for: course, ifVersion: 0).version, 1, "the first version")
      _ = try await context.reviews.update(review.id, ReviewPatch(stars: Stars(1)))
      try expectEqual(try await context.ratings.recompute(course).version, 1, "the version after a review")
      for wrong: Int64 in [0, 2] {
        try await expectError(.conflict, constraint: .version) {
          try await context.ratings.put(.zero, for: course, ifVersion: wrong)
        }
        try await expectError(.conflict, constraint: .version) {
          try await context.ratings.delete(course, ifVersion: wrong)
        }
      }
      try expectEqual(try await context.ratings.get(course).base, base, "the base after conflicts")
      try expectEqual(try await context.ratings.delete(course, ifVersion: 1).version, 2, "after a delete")
      try await context.reviews.delete(review.id)
      try expectEqual(
        try await context.ratings.get(course),
        CourseRating(courseID: course, version: 2, base: nil, reviews: .zero), "the rating with nothing left")
    },
    ConformanceCase(
      "ratings.put/first-of-16", "Of 16 puts that expect no base yet, one wins."
    ) { context in
      let course = context.freshCourse()
      let winners = try await concurrently(16) { task -> Int64? in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        do {
          return try await store.ratings.put(StarCounts([Stars(3): Int64(task)]), for: course, ifVersion: 0)
            .version
        } catch let error as StoreError {
          try expectEqual(error.code, .conflict, "how a loser ends, \(error)")
          return nil
        }
      }
      try expectEqual(winners.compactMap { $0 }, [1], "the winners' versions")
    },
    ConformanceCase(
      "ratings.recompute/mends", "recompute replaces counts that were loaded wrong and keeps the base."
    ) { context in
      let place = try await context.makeStore()
      var records = ReviewRecords(count: 60)
      records.changedRatings[1] = { $0.reviews = StarCounts([Stars(5): 1_000]) }
      records.changedRatings[2] = { $0.reviews = .zero }
      try await place.store.bulkLoad(records.load)
      try expectEqual(
        try await place.store.ratings.get(records.course(1)).reviews, StarCounts([Stars(5): 1_000]),
        "the counts as loaded")
      for course in 0..<3 {
        try expectEqual(
          try await place.store.ratings.recompute(records.course(course)), records.rating(course),
          "as returned")
        try expectEqual(
          try await place.store.ratings.get(records.course(course)), records.rating(course), "as stored")
      }
    },
    ConformanceCase(
      "ratings.histogram/sum", "A histogram adds up the counts shown; a course named twice counts once."
    ) { context in
      let courses = context.freshCourses(4)
      let author = try await context.makeReviewer()
      for stars in [1, 2.5, 5] {
        _ = try await context.reviews.create(.sample(of: courses[0], by: author.id, stars: stars))
        _ = try await context.reviews.create(.sample(of: courses[1], by: author.id, stars: 5))
      }
      _ = try await context.ratings.put(StarCounts([Stars(1): 10, Stars(4.5): 2]), for: courses[1])
      _ = try await context.ratings.put(StarCounts([Stars(3): 4]), for: courses[2])
      let counts: [([CourseID], StarCounts)] = [
        ([], .zero), ([courses[3]], .zero),
        ([courses[0]], StarCounts([Stars(1): 1, Stars(2.5): 1, Stars(5): 1])),
        (courses, StarCounts([Stars(1): 11, Stars(2.5): 1, Stars(3): 4, Stars(4.5): 2, Stars(5): 4])),
        ([courses[2], courses[2], courses[3], courses[2]], StarCounts([Stars(3): 4])),
        (
          context.freshCourses(998) + courses[1...2],
          StarCounts([Stars(1): 10, Stars(3): 4, Stars(4.5): 2, Stars(5): 3])
        ),
      ]
      for (asked, expected) in counts {
        try expectEqual(
          try await context.secondHandle.ratings.histogram(of: asked), expected,
          "the histogram of \(asked.count)")
      }
      try await expectError(.invalidArgument, of: "1,001 courses") {
        try await context.ratings.histogram(of: Array(repeating: courses[0], count: 1_001))
      }
      for invalid in Samples.invalidIDs {
        try await expectError(.invalidArgument, of: "course \(invalid)") {
          try await context.ratings.histogram(of: [courses[0], CourseID(invalid)])
        }
      }
    },
    ConformanceCase(
      "ratings.histogram/one-consistent-read",
      "A histogram is one moment: while authors with a review of each course go, it has all of an author's or none."
    ) { context in
      let courses = context.freshCourses(10)
      var authors: [ReviewerID] = []
      for _ in 0..<8 {
        let author = try await context.makeReviewer()
        for course in courses { _ = try await context.reviews.create(.sample(of: course, by: author.id)) }
        authors.append(author.id)
      }
      try await whileReading { [authors] in
        for author in authors { try await context.reviewers.delete(author) }
      } read: {
        let total = try await context.secondHandle.ratings.histogram(of: courses).total
        try expect(total % 10 == 0, "all ten reviews of each author or none, got \(total) in all")
      }
      try expectEqual(try await context.ratings.histogram(of: courses), .zero, "the histogram afterwards")
    },
  ]
}
