import InstructorStore
import Testing

@testable import PostgresBackend

/// Ratings and reviewers' counts equal a recount, whoever wrote at the same time.
struct ReviewRaceTests {
  /// Runs `writers` tasks side by side and fails where one fails with anything but what `allows` lets pass.
  private static func race(
    _ writers: Int, allowing codes: Set<StoreError.Code> = [],
    _ body: @escaping @Sendable (Int) async throws(StoreError) -> Void
  ) async {
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<writers {
        group.addTask {
          do throws(StoreError) { try await body(writer) } catch {
            if !codes.contains(error.code) { Issue.record("writer \(writer): \(error)") }
          }
        }
      }
    }
  }

  private static func expectExact(_ schema: String) async throws {
    let (courses, reviewers) = try await PostgresTestServer.inexactAggregates(schema: schema)
    #expect(courses == [])
    #expect(reviewers == [])
  }

  @Test func editsOfOneReviewMoveTheRatingOneAfterTheOther() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let author = try await store.reviewers.create(NewReviewer(name: "Ada")).id
      let review = try await store.reviews.create(.sample(7, by: author)).id
      await Self.race(16) { (writer) throws(StoreError) in
        for step in 0..<20 {
          let stars = Stars(halves: 2 + (writer + step) % 9)
          _ = try await store.reviews.update(review, ReviewPatch(stars: stars))
        }
      }
      let stored = try await store.reviews.get(review)
      #expect(stored.version == 321)
      #expect(try await store.ratings.get(7).reviews == StarCounts([stored.stars: 1]))
      try await Self.expectExact(schema)
    }
  }

  @Test func recomputeLosesNoneOfTheReviewsThatComeMeanwhile() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let author = try await store.reviewers.create(NewReviewer(name: "Ada")).id
      await Self.race(12) { (writer) throws(StoreError) in
        for step in 0..<25 {
          if writer < 4 {
            _ = try await store.ratings.recompute(7)
          } else {
            _ = try await store.reviews.create(.sample(7, by: author, halves: 2 + (writer + step) % 9))
          }
        }
      }
      #expect(try await store.ratings.get(7).totalRatings == 200)
      #expect(try await store.reviewers.get(author).reviewCount == 200)
      try await Self.expectExact(schema)
    }
  }

  @Test func aReviewDeletedWhileItIsEditedIsTakenOutOnce() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let author = try await store.reviewers.create(NewReviewer(name: "Ada")).id
      for round in 0..<30 {
        let review = try await store.reviews.create(.sample(7, by: author)).id
        await Self.race(4, allowing: [.notFound]) { (writer) throws(StoreError) in
          if writer < 2 {
            try await store.reviews.delete(review)
          } else {
            _ = try await store.reviews.update(
              review, ReviewPatch(stars: Stars(halves: 2 + (round + writer) % 9)))
          }
        }
      }
      #expect(try await store.ratings.get(7).reviews == .zero)
      #expect(try await store.reviewers.get(author).reviewCount == 0)
      try await Self.expectExact(schema)
    }
  }

  @Test func aReviewerGoesWithTheReviewsThatComeMeanwhile() async throws {
    try await PostgresTestServer.withStore { store, schema in
      for round in 0..<12 {
        let author = try await store.reviewers.create(NewReviewer(name: "Ada \(round)")).id
        await Self.race(8, allowing: [.referenceViolation, .notFound]) { (writer) throws(StoreError) in
          if writer == 0 {
            for _ in 0..<round { await Task.yield() }
            try await store.reviewers.delete(author)
            return
          }
          var mine: [ReviewID] = []
          for step in 0..<6 {
            let new = NewReview.sample(CourseID(Int64(1 + (writer + step) % 5)), by: author)
            mine.append(try await store.reviews.create(new).id)
            if step == 3 { try await store.reviews.delete(mine[0]) }
          }
        }
        do throws(StoreError) {
          _ = try await store.reviewers.get(author)
          Issue.record("the reviewer is still there")
        } catch { #expect(error.code == .notFound) }
      }
      #expect(try await PostgresTestServer.integers("SELECT count(*) FROM reviews", schema: schema) == [0])
      try await Self.expectExact(schema)
    }
  }

  @Test func sixteenWritersOfAllKindsThroughTwoHandlesLeaveExactCounts() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema))
      var authors: [ReviewerID] = []
      for number in 0..<6 {
        authors.append(try await store.reviewers.create(NewReviewer(name: "R\(number)")).id)
      }
      await Self.race(16) { [authors] (writer) throws(StoreError) in
        let store: any StorageBackend = writer.isMultiple(of: 2) ? store : other
        var generator = SplitMix(state: UInt64(writer))
        var mine: [ReviewID] = []
        for _ in 0..<60 {
          let course = CourseID(Int64(generator.next() % 3 + 1))
          let halves = Int(generator.next() % 9) + 2
          switch generator.next() % 10 {
          case 0..<4:
            let author = authors[Int(generator.next() % 6)]
            mine.append(try await store.reviews.create(.sample(course, by: author, halves: halves)).id)
          case 4..<6 where !mine.isEmpty:
            let id = mine[Int(generator.next() % UInt64(mine.count))]
            _ = try await store.reviews.update(id, ReviewPatch(stars: Stars(halves: halves)))
          case 6 where !mine.isEmpty: try await store.reviews.delete(mine.removeLast())
          case 7: _ = try await store.ratings.recompute(course)
          case 8: _ = try await store.ratings.put(StarCounts([Stars(halves: halves): 5]), for: course)
          default:
            let author = NewReviewer(name: "Short-lived")
            let id = try await store.reviewers.create(author).id
            for number in 1...3 {
              _ = try await store.reviews.create(.sample(CourseID(Int64(4 - number)), by: id, halves: halves))
            }
            _ = try await store.reviewers.update(id, ReviewerPatch(name: "Renamed"))
            try await store.reviewers.delete(id)
          }
        }
      }
      await other.close()
      try await Self.expectExact(schema)
    }
  }

  @Test func sixtyFourWritersOfOneCourseAllSucceed() async throws {
    try await PostgresTestServer.withStore { store, schema in
      let other = try await PostgresStore.open(
        try await PostgresTestServer.url(), options: PostgresOptions(schema: schema))
      var authors: [ReviewerID] = []
      for number in 0..<32 {
        authors.append(try await store.reviewers.create(NewReviewer(name: "R\(number)")).id)
      }
      await Self.race(64) { [authors] (writer) throws(StoreError) in
        let store: any StorageBackend = writer.isMultiple(of: 2) ? store : other
        for step in 0..<10 {
          _ = try await store.reviews.create(
            .sample(1, by: authors[(writer + step) % 32], halves: 2 + step % 9))
        }
      }
      #expect(try await other.ratings.get(1).totalRatings == 640)
      await other.close()
      try await Self.expectExact(schema)
    }
  }
}

private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
