import InstructorStore

extension StoreConformance {
  static let reviewPageCases: [ConformanceCase] = [
    ConformanceCase(
      "reviews.page/total-order",
      "Pages of any size show every review of the course once, in either order, of all stars or of one step."
    ) { context in
      let place = try await context.makeStore()
      let records = ReviewRecords(count: 300)
      try await place.store.bulkLoad(records.load)
      for course in 0..<records.courseCount {
        let all = records.reviews(ofCourse: course)
        for order in ReviewOrder.allCases {
          for stars in [nil] + Stars.allSteps {
            let expected = all.filter { stars == nil || $0.stars == stars }.inOrder(order)
            for limit in stars == nil ? [1_000, expected.count, expected.count - 1, 7] : [1_000, 3] {
              let pages = try await place.store.reviews.allPages(
                of: records.course(course), order: order, stars: stars, limit: limit)
              try expectEqual(
                pages.flatMap(\.items), expected,
                "\(order), \(stars.map(\.description) ?? "all"), \(limit) each")
              try expectEqual(
                pages.count, max(1, (expected.count + limit - 1) / limit), "how many pages of \(limit)")
            }
          }
        }
      }
    },
    ConformanceCase(
      "reviews.page/edges",
      "A course without reviews has an empty page; the first and the last time there can be are in order."
    ) { context in
      let course = context.freshCourse()
      for order in ReviewOrder.allCases {
        let page = try await context.reviews.page(of: course, order: order, limit: 1)
        try expect(page.items.isEmpty && page.next == nil, "an empty page without a cursor, got \(page)")
      }
      let author = try await context.makeReviewer()
      for time in Samples.edgeTimes.reversed() {
        _ = try await context.reviews.create(.sample(of: course, by: author.id, at: time))
      }
      let times = try await context.reviews.allPages(of: course, limit: 1).flatMap(\.items).map(\.createdAt)
      try expectEqual(times.map(\.milliseconds), Samples.edgeTimes.reversed(), "the times, newest first")
    },
    ConformanceCase("reviews.page/invalid", "Limits, stars and courses outside theirs are invalid arguments.")
    {
      context in
      for limit in [0, -1, 1_001, .min, .max] {
        try await expectError(.invalidArgument, of: "page of \(limit)") {
          try await context.reviews.page(of: 1, limit: limit)
        }
        try await expectError(.invalidArgument, of: "search of \(limit)") {
          try await context.reviews.search(in: 1, for: "x", limit: limit)
        }
        try await expectError(.invalidArgument, of: "summary of \(limit)") {
          try await context.reviews.summary(of: 1, limit: limit)
        }
      }
      for stars in Samples.invalidStars {
        try await expectError(.invalidArgument, of: "page with \(stars.halves) halves") {
          try await context.reviews.page(of: 1, stars: stars, limit: 1)
        }
      }
      for course in Samples.invalidIDs.map({ CourseID($0) }) {
        try await expectError(.invalidArgument) { try await context.reviews.page(of: course, limit: 1) }
        try await expectError(.invalidArgument) {
          try await context.reviews.search(in: course, for: "x", limit: 1)
        }
        try await expectError(.invalidArgument) { try await context.reviews.summary(of: course, limit: 1) }
      }
    },
    ConformanceCase("reviews.page/moves-with-votes", "A vote moves a review up the most helpful ones.") {
      context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      var expected: [Review] = []
      for _ in 0..<4 {
        expected.append(try await context.reviews.create(.sample(of: course, by: author.id)))
      }
      for index in [1, 0, 1, 3, 1, 0] {
        expected[index].helpful = try await context.reviews.markHelpful(expected[index].id)
        try expectEqual(
          try await context.secondHandle.reviews.page(of: course, order: .mostHelpful, limit: 10).items,
          expected.inOrder(.mostHelpful), "the most helpful first")
        try expectEqual(
          try await context.secondHandle.reviews.page(of: course, limit: 10).items, expected.inOrder(.newest),
          "the newest first")
      }
    },
    ConformanceCase("reviews.page/moves-with-stars", "New stars move a review to the pages of those.") {
      context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      let created = try await context.reviews.create(.sample(of: course, by: author.id, stars: 1.5))
      let updated = try await context.reviews.update(created.id, ReviewPatch(stars: Stars(2)))
      for order in ReviewOrder.allCases {
        let (former, now) = (
          try await context.reviews.page(of: course, order: order, stars: Stars(1.5), limit: 5).items,
          try await context.reviews.page(of: course, order: order, stars: Stars(2), limit: 5).items
        )
        try expectEqual(former, [], "those of the former stars")
        try expectEqual(now, [updated], "those of the stars now")
      }
    },
    ConformanceCase(
      "reviews.page/stable-while-others-write",
      "A walk shows every review that stays exactly once while others come and go, in either order."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      var stays: Set<ReviewID> = []
      for index in 0..<30 {
        let review = try await context.reviews.create(
          .sample(of: course, by: author.id, at: Int64(index / 3)))
        if index % 5 == 0 { _ = try await context.reviews.markHelpful(review.id) }
        stays.insert(review.id)
      }
      try await whileReading { [stays] in
        for round in 0..<40 {
          let guest = try await context.reviews.create(
            .sample(of: course, by: author.id, at: Int64(round % 11)))
          try expect(!stays.contains(guest.id), "an id of its own for a guest")
          if round % 4 == 0 { _ = try await context.reviews.markHelpful(guest.id) }
          if round % 3 != 0 { try await context.reviews.delete(guest.id) }
        }
      } read: { [stays] in
        for order in ReviewOrder.allCases {
          let pages = try await context.secondHandle.reviews.allPages(of: course, order: order, limit: 7)
          let seen = pages.flatMap(\.items).map(\.id).filter { stays.contains($0) }
          try expectEqual(seen.count, stays.count, "how many of those who stay were shown, \(order)")
          try expectEqual(Set(seen), stays, "which of those who stay were shown, \(order)")
        }
      }
    },
    ConformanceCase(
      "reviews.page/one-consistent-read",
      "A page is one moment: an author renamed meanwhile has one name on it, in every review."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer("0")
      for index in 0..<120 {
        _ = try await context.reviews.create(.sample(of: course, by: author.id, at: Int64(index)))
      }
      try await whileReading {
        for round in 1...15 {
          _ = try await context.reviewers.update(author.id, ReviewerPatch(name: "\(round)"))
        }
      } read: {
        let page = try await context.secondHandle.reviews.page(of: course, limit: 1_000)
        try expectEqual(page.items.count, 120, "how many are on the page")
        try expectEqual(Set(page.items.map(\.reviewerName)).count, 1, "how many names the author has")
      }
    },
    ConformanceCase(
      "reviews.summary/rating-and-first-page",
      "A summary is the rating and the newest reviews, and its cursor leads on through the pages."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      try expectEqual(
        try await context.reviews.summary(of: course, limit: 3),
        CourseSummary(rating: .zero(course), reviews: Page(items: [], next: nil)), "an empty summary")
      let rating = try await context.ratings.put(StarCounts([Stars(2): 7]), for: course)
      var all: [Review] = []
      for index in 0..<8 {
        all.append(
          try await context.reviews.create(
            .sample(of: course, by: author.id, stars: 1 + Double(index) / 2, at: Int64(index % 3))))
      }
      let expected = all.inOrder(.newest)
      let summary = try await context.secondHandle.reviews.summary(of: course, limit: 3)
      try expectEqual(summary.reviews.items, Array(expected.prefix(3)), "the newest")
      var expectedRating = rating
      expectedRating.reviews = all.starCounts
      try expectEqual(summary.rating, expectedRating, "the rating")
      let rest = try await context.reviews.page(
        of: course, order: .newest, stars: nil, after: summary.reviews.next, limit: 10)
      try expectEqual(rest.items, Array(expected.dropFirst(3)), "what follows")
      try expectEqual(
        try await context.reviews.summary(of: course, limit: 8).reviews,
        try await context.reviews.page(of: course, limit: 8), "a full page")
    },
    ConformanceCase(
      "reviews.summary/one-consistent-read",
      "The rating of a summary counts exactly the reviews it shows, while others create, edit and delete."
    ) { context in
      let course = context.freshCourse()
      let author = try await context.makeReviewer()
      for _ in 0..<40 { _ = try await context.reviews.create(.sample(of: course, by: author.id)) }
      try await whileReading {
        for round in 0..<30 {
          let review = try await context.reviews.create(.sample(of: course, by: author.id, stars: 1))
          _ = try await context.reviews.update(review.id, ReviewPatch(stars: Stars.allSteps[round % 9]))
          try await context.reviews.delete(review.id)
        }
      } read: {
        let summary = try await context.secondHandle.reviews.summary(of: course, limit: 1_000)
        try expectEqual(
          summary.rating.reviews, summary.reviews.items.starCounts, "the rating, against the page")
      }
    },
  ]
}
