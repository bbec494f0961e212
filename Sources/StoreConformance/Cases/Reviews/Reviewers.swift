import InstructorStore

extension StoreConformance {
  static let reviewerCases: [ConformanceCase] = [
    ConformanceCase("reviewers.create/stored", "A reviewer is stored at version 1 without reviews.") {
      context in
      for new in [
        NewReviewer(name: "A"), NewReviewer(name: Samples.decomposed, picture: "https://é", coursesTaken: 1),
        NewReviewer(
          id: context.freshReviewerID(), name: String(repeating: "é", count: 128),
          picture: String(repeating: "x", count: 1_024), coursesTaken: 1_000_000_000_000),
      ] {
        let created = try await context.reviewers.create(new)
        try expectEqual(created, Reviewer(new, id: created.id), "as returned")
        if let id = new.id { try expectEqual(created.id, id, "the id") }
        try await context.secondHandle.expectStored(created)
      }
    },
    ConformanceCase(
      "reviewers.create/errors", "A taken id is a conflict, a value outside the limits an invalid argument."
    ) { context in
      let id = context.freshReviewerID()
      let created = try await context.reviewers.create(NewReviewer(id: id, name: "A"))
      try await expectError(.conflict, constraint: .reviewerID) {
        try await context.reviewers.create(NewReviewer(id: id, name: "B"))
      }
      let patches: [(String, ReviewerPatch)] = [
        ("an empty name", ReviewerPatch(name: "")),
        ("a name too long", ReviewerPatch(name: String(repeating: "é", count: 129))),
        ("U+0000 in the name", ReviewerPatch(name: "a\0")),
        ("an empty picture", ReviewerPatch(picture: .set(""))),
        ("a picture too long", ReviewerPatch(picture: .set(String(repeating: "x", count: 1_025)))),
        ("U+0000 in the picture", ReviewerPatch(picture: .set("\0"))),
        ("a negative number of courses", ReviewerPatch(coursesTaken: -1)),
        ("too many courses", ReviewerPatch(coursesTaken: 1_000_000_000_001)),
      ]
      let unused = context.freshReviewerID()
      for (what, patch) in patches {
        var new = NewReviewer(id: unused, name: patch.name ?? "A", coursesTaken: patch.coursesTaken ?? 0)
        new.picture = patch.picture.applied(to: nil)
        try await expectError(.invalidArgument, of: "create with \(what)") { [new] in
          try await context.reviewers.create(new)
        }
        try await expectError(.invalidArgument, of: "update with \(what)") {
          try await context.reviewers.update(id, patch)
        }
        try await expectError(.invalidArgument, of: "update of nobody with \(what)") {
          try await context.reviewers.update(unused, patch)
        }
      }
      for invalid in Samples.invalidIDs.map({ ReviewerID($0) }) {
        try await expectError(.invalidArgument) {
          try await context.reviewers.create(NewReviewer(id: invalid, name: "A"))
        }
        try await expectError(.invalidArgument) { try await context.reviewers.get(invalid) }
        try await expectError(.invalidArgument) {
          try await context.reviewers.update(invalid, ReviewerPatch())
        }
        try await expectError(.invalidArgument) { try await context.reviewers.delete(invalid) }
      }
      try await context.store.expectAbsent(unused)
      try await context.store.expectStored(created)
    },
    ConformanceCase("reviewers.update/fields", "Each field is kept, set or cleared; the version counts.") {
      context in
      var expected = try await context.makeReviewer("A", picture: "p")
      let patches: [ReviewerPatch] = [
        ReviewerPatch(name: Samples.decomposed), ReviewerPatch(picture: .clear),
        ReviewerPatch(picture: .clear),
        ReviewerPatch(picture: .set("q")), ReviewerPatch(coursesTaken: 9),
        ReviewerPatch(name: "B", picture: .set("r"), coursesTaken: 0), ReviewerPatch(),
        ReviewerPatch(name: "B"),
      ]
      for patch in patches {
        expected = patch.applied(to: expected)
        try expectEqual(
          try await context.reviewers.update(expected.id, patch), expected, "as returned")
        try await context.secondHandle.expectStored(expected)
      }
      try expectEqual(expected.version, 8, "the version")
    },
    ConformanceCase(
      "reviewers.update/errors", "An absent reviewer comes before the version; nothing changes."
    ) { context in
      let created = try await context.makeReviewer()
      let absent = context.freshReviewerID()
      for patch in [ReviewerPatch(), ReviewerPatch(name: "B"), ReviewerPatch(coursesTaken: 1)] {
        try await expectError(.notFound) {
          try await context.reviewers.update(absent, patch, ifVersion: 4)
        }
        try await expectError(.conflict, constraint: .version) {
          try await context.reviewers.update(created.id, patch, ifVersion: 2)
        }
        try await expectError(.invalidArgument) {
          try await context.reviewers.update(absent, patch, ifVersion: 0)
        }
      }
      try await expectError(.notFound) { try await context.reviewers.get(absent) }
      try await expectError(.notFound) { try await context.reviewers.delete(absent, ifVersion: 4) }
      try await expectError(.conflict, constraint: .version) {
        try await context.reviewers.delete(created.id, ifVersion: 2)
      }
      try await expectError(.invalidArgument) { try await context.reviewers.delete(absent, ifVersion: 0) }
      try await context.store.expectStored(created)
      let updated = try await context.reviewers.update(created.id, ReviewerPatch(name: "B"), ifVersion: 1)
      try await context.reviewers.delete(created.id, ifVersion: updated.version)
      try await context.store.expectAbsent(created.id)
    },
    ConformanceCase(
      "reviewers.update/fans-out",
      "A new name or picture shows in all of the reviewer's reviews and in no others; their versions stay."
    ) { context in
      let courses = context.freshCourses(3)
      let (author, other) = (
        try await context.makeReviewer("A", picture: "p"), try await context.makeReviewer("B")
      )
      var expected: [Review] = []
      for (index, course) in (courses + courses).enumerated() {
        let new = NewReview.sample(of: course, by: index == 1 ? other.id : author.id, at: Int64(index))
        expected.append(try await context.reviews.create(new))
      }
      for patch in [
        ReviewerPatch(name: "C"), ReviewerPatch(picture: .set("q")), ReviewerPatch(coursesTaken: 3),
        ReviewerPatch(name: Samples.decomposed, picture: .clear), ReviewerPatch(name: Samples.composed),
      ] {
        let now = try await context.reviewers.update(author.id, patch)
        try expectEqual(now.reviewCount, 5, "the reviewer's count")
        for index in expected.indices where index != 1 {
          expected[index].reviewerName = now.name
          expected[index].reviewerPicture = now.picture
        }
        for review in expected { try await context.secondHandle.expectStored(review) }
        for course in courses {
          let those = expected.filter { $0.courseID == course }
          try expectEqual(
            try await context.reviews.page(of: course, limit: 9).items, those.inOrder(.newest), "the page")
          try expectEqual(
            try await context.reviews.search(in: course, for: "WORTH", limit: 9).items,
            those.inOrder(.newest), "what a search finds")
        }
      }
    },
    ConformanceCase(
      "reviewers.delete/cascade",
      "A reviewer goes with all of their reviews, and those from the ratings; others' and imports stay."
    ) { context in
      let courses = context.freshCourses(3)
      let (author, other) = (try await context.makeReviewer(), try await context.makeReviewer())
      var gone: [Review] = []
      for (index, course) in (courses + courses + courses).enumerated() {
        let stars = Stars.allSteps[index].doubleValue
        gone.append(try await context.reviews.create(.sample(of: course, by: author.id, stars: stars)))
      }
      let kept = try await context.reviews.create(.sample(of: courses[1], by: other.id, stars: 1.5))
      let base = try await context.ratings.put(StarCounts([Stars(5): 3]), for: courses[2])
      try await context.reviewers.delete(author.id)
      try await context.secondHandle.expectAbsent(author.id)
      for review in gone { try await context.secondHandle.expectAbsent(review.id) }
      try await context.secondHandle.expectStored(kept)
      try expectEqual(try await context.ratings.get(courses[0]), .zero(courses[0]), "the first rating")
      try expectEqual(
        try await context.ratings.get(courses[1]).reviews, StarCounts([Stars(1.5): 1]), "the second rating")
      var imported = base
      imported.reviews = .zero
      try expectEqual(try await context.ratings.get(courses[2]), imported, "the third rating")
      try expectEqual(try await context.reviews.page(of: courses[1], limit: 9).items, [kept], "the page")
      try await context.store.expectExact(courses, [other.id])
      try await expectError(.referenceViolation, constraint: .reviewerReference, of: "a review by one gone") {
        try await context.reviews.create(.sample(of: courses[0], by: author.id))
      }
      _ = try await context.reviewers.create(NewReviewer(id: author.id, name: "Again"))
      try await context.store.expectExact(courses, [author.id, other.id])
    },
    ConformanceCase(
      "reviewers.delete/limit",
      "A reviewer with more than 10,000 reviews is neither renamed nor deleted; one with 10,000 is both."
    ) { context in
      let place = try await context.makeStore()
      let records = ReviewRecords(reviewerCount: 1, courseCount: 2, count: 10_001)
      try await place.store.bulkLoad(records.load)
      let author = records.reviewer(0)
      for patch in [ReviewerPatch(name: "New"), ReviewerPatch(picture: .set("p"))] {
        try await expectError(.resourceExhausted, of: "renaming") {
          try await place.store.reviewers.update(author.id, patch)
        }
      }
      try await expectError(.resourceExhausted, of: "deleting") {
        try await place.store.reviewers.delete(author.id)
      }
      try await expectError(.conflict, constraint: .version, of: "deleting another version") {
        try await place.store.reviewers.delete(author.id, ifVersion: 2)
      }
      try await place.store.expectStored(author)
      for index in [0, 10_000] { try await place.store.expectStored(records.review(index)) }
      for course in 0..<2 {
        try expectEqual(
          try await place.store.ratings.get(records.course(course)), records.rating(course), "a rating")
      }
      // What changes no review is not limited, and the same name and picture are no change.
      let same = ReviewerPatch(name: author.name, picture: .clear, coursesTaken: 5)
      try expectEqual(try await place.store.reviewers.update(author.id, same).version, 2, "the version")
      try await place.store.reviews.delete(records.review(77).id)
      try await withStoreTimeout(.seconds(60)) {
        _ = try await place.store.reviewers.update(author.id, ReviewerPatch(name: "New"))
        try expectEqual(
          try await place.store.reviews.get(records.review(0).id).reviewerName, "New", "the name in a review")
        try await place.store.reviewers.delete(author.id)
      }
      try await place.store.expectAbsent(records.review(0).id)
      try expectEqual(
        try await place.store.ratings.get(records.course(0)), .zero(records.course(0)), "a rating")
      try expect(
        try await place.store.reviews.page(of: records.course(1), limit: 1).items.isEmpty, "no review")
    },
  ]
}
