import InstructorStore

extension StoreConformance {
  static let reviewChangeCases: [ConformanceCase] = [
    ConformanceCase("reviews.update/stars", "The rating moves along with the stars, from any step to any.") {
      context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      _ = try await context.reviews.create(.sample(of: course, by: author.id, stars: 3))
      var expected = try await context.reviews.create(.sample(of: course, by: author.id, stars: 3))
      for step in 0..<18 {
        let stars = Stars.allSteps[step * 5 % 9]
        let updated = try await context.reviews.update(expected.id, ReviewPatch(stars: stars))
        expected.version += 1
        expected.stars = stars
        try expectEqual(updated, expected, "as returned")
        var counts = StarCounts([Stars(3): 1])
        counts[stars] += 1
        try expectEqual(try await context.ratings.get(course).reviews, counts, "the counts")
      }
      try await context.secondHandle.expectStored(expected)
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "reviews.update/comment", "A comment changes alone; the rating, the votes and the time stay."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer(picture: "p")
      var expected = try await context.reviews.create(.sample(of: course, by: author.id))
      expected.helpful = try await context.reviews.markHelpful(expected.id)
      for comment in ["", Samples.decomposed, String(repeating: "é", count: 4_096)] {
        expected.version += 1
        expected.comment = comment
        let updated = try await context.reviews.update(expected.id, ReviewPatch(comment: comment))
        try expectEqual(updated, expected, "as returned")
        try await context.secondHandle.expectStored(expected)
      }
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "reviews.update/same-values",
      "A patch that names a field counts as a change, one that names none doesn't."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let created = try await context.reviews.create(.sample(of: course, by: author.id))
      let same = ReviewPatch(stars: created.stars, comment: created.comment)
      try expectEqual(try await context.reviews.update(created.id, same).version, 2, "the version")
      let empty = try await context.reviews.update(created.id, ReviewPatch())
      try expectEqual(empty.version, 2, "the version after an empty patch")
      try await context.store.expectStored(empty)
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "reviews.update/errors",
      "Invalid arguments come first, then an absent review, then the version; nothing changes."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let created = try await context.reviews.create(.sample(of: course, by: author.id))
      let absent = context.freshReviewID()
      var bad = Samples.invalidStars.map { ReviewPatch(stars: $0) }
      bad += [ReviewPatch(comment: "\0"), ReviewPatch(comment: String(repeating: "x", count: 8_193))]
      for patch in bad {
        for id in [created.id, absent] {
          try await expectError(.invalidArgument) { try await context.reviews.update(id, patch) }
        }
      }
      for version: Int64 in [0, -1, .min] {
        try await expectError(.invalidArgument) {
          try await context.reviews.update(absent, ReviewPatch(), ifVersion: version)
        }
        try await expectError(.invalidArgument) {
          try await context.reviews.delete(absent, ifVersion: version)
        }
      }
      for patch in [ReviewPatch(), ReviewPatch(stars: Stars(1)), ReviewPatch(comment: "x")] {
        try await expectError(.notFound) {
          try await context.reviews.update(absent, patch, ifVersion: 9)
        }
        try await expectError(.conflict, constraint: .version) {
          try await context.reviews.update(created.id, patch, ifVersion: 2)
        }
      }
      try await expectError(.notFound) { try await context.reviews.delete(absent, ifVersion: 9) }
      try await expectError(.conflict, constraint: .version) {
        try await context.reviews.delete(created.id, ifVersion: 2)
      }
      try await context.store.expectStored(created)
      try await context.store.expectExact([course], [author.id])
      let updated = try await context.reviews.update(created.id, ReviewPatch(stars: Stars(1)), ifVersion: 1)
      try await context.reviews.delete(created.id, ifVersion: updated.version)
      try await context.store.expectAbsent(created.id)
    },
    ConformanceCase(
      "reviews.delete/uncounted", "A deleted review is gone from every read and from the counts."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let kept = try await context.reviews.create(.sample(of: course, by: author.id, stars: 2))
      let id = context.freshReviewID()
      _ = try await context.reviews.create(.sample(id: id, of: course, by: author.id))
      try await context.reviews.delete(id)
      try await context.secondHandle.expectAbsent(id)
      for order in ReviewOrder.allCases {
        try expectEqual(
          try await context.reviews.page(of: course, order: order, limit: 5).items, [kept], "the page")
      }
      try expectEqual(
        try await context.ratings.get(course).reviews, StarCounts([Stars(2): 1]), "the counts")
      try await context.store.expectExact([course], [author.id])
      try await expectError(.notFound, of: "deleting it again") { try await context.reviews.delete(id) }
      let again = try await context.reviews.create(.sample(id: id, of: course, by: author.id))
      try expectEqual(again.version, 1, "the version of one created under the same id")
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase("reviews.delete/last-one", "With its last review gone a course's rating is zero again.") {
      context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let created = try await context.reviews.create(.sample(of: course, by: author.id))
      try await context.reviews.delete(created.id)
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating")
      try await context.store.expectStored(author)
    },
    ConformanceCase(
      "reviews.votes/count", "Votes count one each, whoever votes at the same time; the version stays."
    ) { context in
      let author = try await context.makeReviewer()
      let created = try await context.reviews.create(.sample(of: context.freshCourse(), by: author.id))
      let answers = try await concurrently(8) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        var helpful: [Int64] = []
        for _ in 0..<10 {
          helpful.append(try await store.reviews.markHelpful(created.id))
          if task < 3 { _ = try await store.reviews.report(created.id) }
        }
        return helpful
      }
      try expectEqual(answers.flatMap { $0 }.sorted(), (1...80).map { Int64($0) }, "the counts returned")
      var expected = created
      (expected.helpful, expected.reported) = (80, 30)
      try await context.store.expectStored(expected)
    },
    ConformanceCase(
      "reviews.votes/errors",
      "A vote for what isn't there is not found, one past the limit resourceExhausted."
    ) { context in
      let place = try await context.makeStore()
      var records = ReviewRecords(count: 3)
      records.changedReviews[1] = { ($0.helpful, $0.reported) = (999_999_999_999, 1_000_000_000_000) }
      try await place.store.bulkLoad(records.load)
      let id = records.review(1).id
      try expectEqual(try await place.store.reviews.markHelpful(id), 1_000_000_000_000, "the last vote")
      try await expectError(.resourceExhausted) { try await place.store.reviews.markHelpful(id) }
      try await expectError(.resourceExhausted) { try await place.store.reviews.report(id) }
      try expectEqual(try await place.store.reviews.get(id).helpful, 1_000_000_000_000, "the count")
      for absent in [ReviewID(1 << 50)] {
        try await expectError(.notFound) { try await place.store.reviews.markHelpful(absent) }
        try await expectError(.notFound) { try await place.store.reviews.report(absent) }
      }
      for invalid in Samples.invalidIDs {
        try await expectError(.invalidArgument) {
          try await place.store.reviews.markHelpful(ReviewID(invalid))
        }
        try await expectError(.invalidArgument) { try await place.store.reviews.report(ReviewID(invalid)) }
        try await expectError(.invalidArgument) { try await place.store.reviews.get(ReviewID(invalid)) }
        try await expectError(.invalidArgument) { try await place.store.reviews.delete(ReviewID(invalid)) }
      }
    },
  ]
}
