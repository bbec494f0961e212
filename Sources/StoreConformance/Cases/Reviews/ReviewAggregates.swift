import InstructorStore

extension StoreConformance {
  static let reviewAggregateCases: [ConformanceCase] = [
    ConformanceCase(
      "aggregates/sixteen-writers",
      "Ratings and reviewers' counts equal a recount after 16 writers × 200 creates, edits and deletes."
    ) { context in
      let courses = context.freshCourses(4)
      var authors: [ReviewerID] = []
      for _ in 0..<6 { authors.append(try await context.makeReviewer().id) }
      try await write(200, by: 16, courses, authors, context)
      try await context.store.expectExact(courses, authors)
    },
    ConformanceCase(
      "aggregates/hot-course", "64 writers of one course and one author all succeed, and every review counts."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      _ = try await concurrently(64) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        let review = try await store.reviews.create(.sample(of: course, by: author.id, stars: 1))
        _ = try await store.reviews.update(review.id, ReviewPatch(stars: Stars.allSteps[task % 9]))
        if task % 4 == 0 { try await store.reviews.delete(review.id) }
      }
      try expectEqual(try await context.ratings.get(course).totalRatings, 48, "how many ratings")
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "aggregates/edits-of-one-review", "Edits of one review's stars at once are each counted in and out."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let id = try await context.reviews.create(.sample(of: course, by: author.id)).id
      let versions = try await concurrently(8) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        var versions: [Int64] = []
        for round in 0..<10 {
          let patch = ReviewPatch(stars: Stars.allSteps[(task + round) % 9])
          versions.append(try await store.reviews.update(id, patch).version)
        }
        return versions
      }
      try expectEqual(versions.flatMap { $0 }.sorted(), (2...81).map { Int64($0) }, "the versions returned")
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "aggregates/deletes-of-one-review",
      "Of 8 deletes of one review at once one succeeds, and it is taken out once."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      for _ in 0..<10 {
        let id = try await context.reviews.create(.sample(of: course, by: author.id)).id
        let deleted = try await concurrently(8) { task -> Bool in
          let store = task % 2 == 0 ? context.store : context.secondHandle
          do {
            try await store.reviews.delete(id)
            return true
          } catch let error as StoreError {
            try expectEqual(error.code, .notFound, "how a loser ends, \(error)")
            return false
          }
        }
        try expectEqual(deleted.count { $0 }, 1, "how many deleted it")
      }
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating")
      try await context.store.expectStored(author)
    },
    ConformanceCase(
      "aggregates/recompute-while-writing", "A recompute while others write loses none of their reviews."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      try await whileReading {
        try await write(20, by: 6, [course], [author.id], context)
      } read: {
        _ = try await context.secondHandle.ratings.recompute(course)
      }
      // Without the recompute that expectExact makes: it would hide what an earlier one had lost.
      let all = try await context.reviews.allPages(of: course, limit: 1_000).flatMap(\.items)
      try expectEqual(try await context.ratings.get(course).reviews, all.starCounts, "the rating")
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "aggregates/put-while-writing",
      "Imports while others write change the base alone, and are each counted."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      _ = try await concurrently(6) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        for round in 0..<15 {
          if task < 3 {
            _ = try await store.reviews.create(
              .sample(of: course, by: author.id, stars: Stars.allSteps[round % 9].doubleValue))
          } else {
            _ = try await store.ratings.put(StarCounts([Stars(3): Int64(round)]), for: course)
          }
        }
      }
      let rating = try await context.ratings.get(course)
      try expectEqual(rating.version, 45, "the version after 45 puts")
      try expectEqual(rating.base?.total, 14, "the base, which every task put last")
      try expectEqual(rating.reviews.total, 45, "how many reviews are counted")
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "aggregates/author-deleted-while-writing",
      "Reviews written while their author goes are refused or gone too; ratings stay exact."
    ) { context in
      let courses = context.freshCourses(2)
      for _ in 0..<6 {
        let author = try await context.makeReviewer()
        let written = try await concurrently(5) { task -> [ReviewID] in
          let store = task % 2 == 0 ? context.store : context.secondHandle
          var written: [ReviewID] = []
          if task == 4 {
            for _ in 0..<3 { await Task.yield() }
            try await store.reviewers.delete(author.id)
            return []
          }
          for round in 0..<6 {
            do {
              written.append(
                try await store.reviews.create(.sample(of: courses[round % 2], by: author.id)).id)
            } catch let error as StoreError {
              try expectEqual(error.code, .referenceViolation, "how a review without author ends, \(error)")
              try expectEqual(error.constraint, .reviewerReference, "the constraint")
            }
          }
          return written
        }
        for id in written.flatMap({ $0 }) { try await context.store.expectAbsent(id) }
        for course in courses {
          try expectEqual(try await context.ratings.get(course), .zero(course), "a rating")
          try expect(try await context.reviews.page(of: course, limit: 1).items.isEmpty, "no review left")
        }
      }
    },
    ConformanceCase(
      "aggregates/author-renamed-while-writing",
      "Reviews written while their author is renamed end with the new name."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer("0")
      _ = try await concurrently(5) { task in
        let store = task % 2 == 0 ? context.store : context.secondHandle
        for round in 1...8 {
          if task == 4 {
            _ = try await store.reviewers.update(author.id, ReviewerPatch(name: "\(round)"))
          } else {
            _ = try await store.reviews.create(.sample(of: course, by: author.id))
          }
        }
      }
      let names = try await context.reviews.page(of: course, limit: 100).items.map(\.reviewerName)
      try expectEqual(names, Array(repeating: "8", count: 32), "the names in the reviews")
      try await context.store.expectExact([course], [author.id])
    },
    ConformanceCase(
      "aggregates/cancelled-writes",
      "A write cancelled at any moment has happened wholly or not at all."
    ) { context in
      var random = context.random
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      for _ in 0..<6 {
        let ids = context.freshReviewIDs(16)
        let tasks = ids.map { id in
          Task {
            _ = try await context.reviews.create(.sample(id: id, of: course, by: author.id))
            _ = try await context.reviews.update(id, ReviewPatch(stars: Stars(1)))
          }
        }
        for task in tasks where Bool.random(using: &random) {
          for _ in 0..<Int.random(in: 0...6, using: &random) { await Task.yield() }
          task.cancel()
        }
        for task in tasks {
          if case .failure(let error) = await task.result {
            guard let error = error as? StoreError else { throw error }
            try expectEqual(error.code, .cancelled, "how a cancelled call ends, \(error)")
          }
        }
      }
      // A call that was sent may be applied a little later than it returned; what one reader sees fits at any time.
      for _ in 0..<10 {
        let summary = try await context.secondHandle.reviews.summary(of: course, limit: 1_000)
        try expectEqual(summary.rating.reviews, summary.reviews.items.starCounts, "the rating")
      }
      try await context.reviewers.delete(author.id)
      try expectEqual(try await context.ratings.get(course), .zero(course), "the rating without the author")
    },
  ]

  /// Runs writers on both handles: each creates reviews, edits and deletes its own.
  private static func write(
    _ operations: Int, by writers: Int, _ courses: [CourseID], _ authors: [ReviewerID],
    _ context: ConformanceContext
  ) async throws {
    _ = try await concurrently(writers) { task in
      let store = task % 2 == 0 ? context.store : context.secondHandle
      var random = SeededGenerator(seed: UInt64(task), stream: "writer")
      var own: [ReviewID] = []
      for _ in 0..<operations {
        let stars = Stars.allSteps.randomElement(using: &random) ?? Stars(1)
        let place = own.indices.randomElement(using: &random)
        switch (Int.random(in: 0..<4, using: &random), place) {
        case (0, let place?): _ = try await store.reviews.update(own[place], ReviewPatch(stars: stars))
        case (1, let place?): try await store.reviews.delete(own.remove(at: place))
        default:
          let course = courses.randomElement(using: &random) ?? courses[0]
          let author = authors.randomElement(using: &random) ?? authors[0]
          let review = try await store.reviews.create(
            .sample(of: course, by: author, stars: stars.doubleValue))
          own.append(review.id)
        }
      }
    }
  }
}
