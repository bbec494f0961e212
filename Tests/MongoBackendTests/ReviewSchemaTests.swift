import InstructorStore
import Testing

@testable import MongoBackend

@Suite(.serialized)
struct ReviewSchemaTests {
  private func setSchema(_ store: MongoStore, _ build: @escaping @Sendable (inout BSONWriter) -> Void)
    async throws
  {
    try await store.command { writer in
      writer.append("update", Collections.schema)
      writer.array("updates") { writer in
        writer.document(at: 0) { writer in
          writer.document("q") { $0.append("_id", SchemaState.documentID) }
          writer.document("u") { $0.document("$set", build) }
        }
      }
    }
  }

  /// What version 1 of the schema was.
  private func goBack(_ store: MongoStore) async throws {
    for name in [Collections.reviewers, Collections.reviews, Collections.courseRatings] {
      try await store.command { $0.append("drop", name) }
    }
    try await setSchema(store) { $0.append("version", Int64(1)) }
  }

  @Test(
    "A database of version 1 is refused until it is migrated, keeps its instructors, and still serves old code"
  )
  func migration() async throws {
    try await MongoTestServer.withStore { store in
      let grace = try await store.instructors.create(
        NewInstructor(firstName: "Grace", lastName: "Hopper", courses: [.primary(1)]))
      try await goBack(store)
      let refused = await storeError { try await store.ping() }
      #expect(refused?.code == .schemaMismatch)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { try await store.migrate() } }
        try await group.waitForAll()
      }
      #expect(try await store.instructors.get(grace.id) == grace)
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
      let created = try await store.reviews.create(ReviewCatalog.newReview(1, by: reviewer))
      #expect(try await store.isExact(created.courseID, [reviewer]))
      let json = try await store.command { writer in
        writer.append("find", Collections.schema)
        writer.document("filter") { $0.append("_id", SchemaState.documentID) }
      }
      #expect(json.contains("\"version\" : 2") && json.contains("\"oldestCode\" : 1"))
    }
  }

  @Test(
    "A dead load of the first version's code, which knew instructors only, does not take the reviews with it")
  func deadLoadOfOldCode() async throws {
    try await MongoTestServer.withStore { store in
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
      let created = try await store.reviews.create(ReviewCatalog.newReview(1, by: reviewer))
      try await setSchema(store) { writer in
        writer.document("loading") { writer in
          writer.append("holder", "somebody" as String)
          writer.append("until", date: 1)
          writer.append("wasEmpty", true)
        }
      }
      try await store.migrate()
      #expect(try await store.reviews.get(created.id) == created)
    }
  }

  private struct Refused: Sendable {
    let what: String
    let collection: StaticString
    let id: Int64
    let change: @Sendable (inout BSONWriter) -> Void

    init(
      _ what: String, _ collection: StaticString, _ id: Int64,
      _ change: @escaping @Sendable (inout BSONWriter) -> Void
    ) {
      self.what = what
      self.collection = collection
      self.id = id
      self.change = change
    }
  }

  @Test("The validators refuse what this library would not write")
  func validators() async throws {
    try await MongoTestServer.withStore { store in
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
      let review = try await store.reviews.create(ReviewCatalog.newReview(1, by: reviewer))
      let (course, author) = (review.courseID.rawValue, reviewer.rawValue)
      let changes = [
        Refused("stars", Collections.reviews, review.id.rawValue) { $0.append("starHalves", Int32(11)) },
        Refused("long stars", Collections.reviews, review.id.rawValue) { $0.append("starHalves", Int64(8)) },
        Refused("a long time", Collections.reviews, review.id.rawValue) { $0.append("createdAt", Int64(8)) },
        Refused("the year 10000", Collections.reviews, review.id.rawValue) {
          $0.append("createdAt", date: Limits.timestampMilliseconds.upperBound + 1)
        },
        Refused("votes", Collections.reviews, review.id.rawValue) { $0.append("helpful", Int64(-1)) },
        Refused("name", Collections.reviewers, author) { $0.append("name", "" as String) },
        Refused("a step", Collections.courseRatings, course) {
          $0.document("reviews") { $0.append("h11", Int64(1)) }
        },
        Refused("a negative base", Collections.courseRatings, course) {
          $0.document("base") { $0.append("h2", Int64(-1)) }
        },
      ]
      for refused in changes {
        let error = await storeError {
          try await store.command { writer in
            writer.append("update", refused.collection)
            writer.array("updates") { writer in
              writer.document(at: 0) { writer in
                writer.document("q") { $0.append("_id", refused.id) }
                writer.document("u") { $0.document("$set", refused.change) }
              }
            }
          }
        }
        let code = (error?.underlying as? MongoDriverError)?.code
        #expect(code == ServerCode.documentRefused, "\(refused.what)")
      }
    }
  }

  @Test("Times from year 1 to year 9999 come back as they were, in their order")
  func times() async throws {
    try await MongoTestServer.withStore { store in
      let reviewer = try await store.reviewers.create(NewReviewer(name: "A")).id
      let bounds = Limits.timestampMilliseconds
      let times = [
        bounds.lowerBound, bounds.lowerBound + 1, -1, 0, 1, bounds.upperBound - 1, bounds.upperBound,
      ]
      for time in times.shuffled() {
        var new = ReviewCatalog.newReview(1, by: reviewer)
        new.createdAt = Timestamp(milliseconds: time)
        _ = try await store.reviews.create(new)
      }
      let found = try await store.allReviews(of: ReviewCatalog.hotCourse).map(\.createdAt.milliseconds)
      #expect(found == times.reversed())
    }
  }
}
