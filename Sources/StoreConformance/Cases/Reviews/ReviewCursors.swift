import InstructorStore

extension StoreConformance {
  static let reviewCursorCases: [ConformanceCase] = [
    ConformanceCase(
      "reviews.cursor/encoding", "A cursor is ring 1's encoding of the last item's key, the same everywhere."
    ) { context in
      let (course, _) = try await courseOfSix(context)
      for listing in [
        ReviewListing.page(course, .newest, nil), .page(course, .mostHelpful, nil),
        .page(course, .newest, Stars(4)), .page(course, .mostHelpful, Stars(4)), .search(course, "worth"),
      ] {
        let page = try await first(listing, context)
        guard let next = page.next, let last = page.items.last else {
          throw ConformanceFailure("expected a cursor after the first two")
        }
        let key = ReviewKey(rank: listing.rank(of: last), id: last.id)
        try expectEqual(next, PageCursor(after: key, in: listing), "the cursor")
      }
    },
    ConformanceCase(
      "reviews.cursor/foreign",
      "A cursor of another course, order, step, text or operation is an invalid argument."
    ) { context in
      let (course, otherCourse) = try await courseOfSix(context)
      let filter = InstructorFilter(organization: context.freshName())
      for name in ["A", "B"] {
        _ = try await context.instructors.create(
          context.newInstructor(lastName: name, organization: filter.organization))
      }
      let listings: [ReviewListing] = [
        .page(course, .newest, nil), .page(course, .mostHelpful, nil), .page(course, .newest, Stars(4)),
        .page(course, .newest, Stars(4.5)), .page(course, .mostHelpful, Stars(4)),
        .page(otherCourse, .newest, nil),
        .search(course, "worth"), .search(course, "Worth"), .search(course, "wor"),
        .search(otherCourse, "worth"),
      ]
      guard let instructors = try await context.instructors.list(filter, limit: 1).next else {
        throw ConformanceFailure("expected a cursor after the first instructor")
      }
      var cursors: [(String, PageCursor)] = [("instructors", instructors)]
      for listing in listings {
        if let next = try await first(listing, context).next { cursors.append(("\(listing)", next)) }
      }
      try expect(cursors.count > 6, "cursors of most listings, got \(cursors.count)")
      for listing in listings {
        for (origin, cursor) in cursors where origin != "\(listing)" {
          try await expectError(.invalidArgument, of: "the cursor of \(origin) for \(listing)") {
            try await page(listing, after: cursor, limit: 2, context)
          }
        }
      }
      for (origin, cursor) in cursors.dropFirst() {
        try await expectError(.invalidArgument, of: "the cursor of \(origin) for instructors") {
          try await context.instructors.list(filter, after: cursor, limit: 2)
        }
      }
    },
    ConformanceCase(
      "reviews.cursor/tampered",
      "A cursor with any character changed, left out or added is an invalid argument."
    ) { context in
      let (course, _) = try await courseOfSix(context)
      for listing in [ReviewListing.page(course, .newest, nil), .search(course, "worth")] {
        let characters = Array(try await first(listing, context).next?.token ?? "")
        try expect(!characters.isEmpty, "a cursor after the first two")
        var forged: [String] = ["", "A", "null", String(characters) + "A", String(characters) + "="]
        for index in characters.indices {
          var changed = characters
          changed[index] = changed[index] == "A" ? "B" : "A"
          forged.append(String(changed))
          changed.remove(at: index)
          forged.append(String(changed))
        }
        for token in forged {
          try await expectError(.invalidArgument, of: "the cursor \(token.debugDescription)") {
            try await page(listing, after: PageCursor(token: token), limit: 2, context)
          }
        }
      }
    },
    ConformanceCase(
      "reviews.cursor/any-limit", "A cursor is good for any page size, and after its review is gone."
    ) { context in
      let (course, _) = try await courseOfSix(context)
      for order in ReviewOrder.allCases {
        let listing = ReviewListing.page(course, order, nil)
        let everything = try await page(listing, after: nil, limit: 100, context).items
        let start = try await first(listing, context)
        for limit in [1, 2, 100] {
          let next = try await page(listing, after: start.next, limit: limit, context)
          try expectEqual(
            next.items, Array(everything.dropFirst(2).prefix(limit)), "the page of \(limit), \(order)")
        }
        if let last = start.items.last { try await context.reviews.delete(last.id) }
        let next = try await page(listing, after: start.next, limit: 100, context)
        try expectEqual(next.items, Array(everything.dropFirst(2)), "what follows a deleted one, \(order)")
      }
    },
  ]

  /// A course with six reviews of 4 stars and one of 4½, and one with three; all say "Worth it."
  private static func courseOfSix(_ context: ConformanceContext) async throws -> (CourseID, CourseID) {
    let courses = context.freshCourses(2)
    let author = try await context.makeReviewer()
    for (course, count) in zip(courses, [6, 3]) {
      for index in 0..<count {
        _ = try await context.reviews.create(
          .sample(of: course, by: author.id, stars: 4, at: Int64(index / 2)))
      }
    }
    _ = try await context.reviews.create(.sample(of: courses[0], by: author.id, stars: 4.5, at: -5))
    return (courses[0], courses[1])
  }

  private static func first(_ listing: ReviewListing, _ context: ConformanceContext) async throws -> Page<
    Review
  > { try await page(listing, after: nil, limit: 2, context) }

  private static func page(
    _ listing: ReviewListing, after cursor: PageCursor?, limit: Int, _ context: ConformanceContext
  ) async throws -> Page<Review> {
    switch listing {
    case .page(let course, let order, let stars):
      try await context.reviews.page(of: course, order: order, stars: stars, after: cursor, limit: limit)
    case .search(let course, let text):
      try await context.reviews.search(in: course, for: text, after: cursor, limit: limit)
    }
  }
}
